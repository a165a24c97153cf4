import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

/** @type {Builder} */
let builder;

test.beforeEach(({ page }) => {
  builder = new Builder(page);
});

test('completes what stands before', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Completion', [prompt('Idea Generation'), prompt('Review notes'), prompt('Write')]);
  await builder.open(id);
  const card = await builder.openStep('Write');
  const field = card.getByRole('textbox', { name: 'Prompt', exact: true });
  const offers = card.getByRole('listbox', { name: 'Completions' }).getByRole('option');
  await field.fill('');
  await field.pressSequentially('Use {{');
  await expect(offers.filter({ hasText: 'Idea Generation' })).not.toHaveCount(0);
  await field.pressSequentially('steps.gen');
  await expect(offers.first()).toContainText('steps.Idea Generation');
  await expect(offers.first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(field).toHaveValue(/^Use \{\{steps\.Idea Generation/);
  await page.keyboard.press('Escape');
  await expect(offers).toHaveCount(0);
  await field.fill('And {{steps.Rev');
  await field.press('End');
  await expect(offers.first()).toContainText('Review notes');
  await offers.first().click();
  await expect(field).toHaveValue(/^And \{\{steps\.Review notes/);
  await expect(field).toBeFocused();
});

test('marks an unknown reference while one types, until it is mended', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Marks', [prompt('Harbour 12'), prompt('Write')]);
  await builder.open(id);
  const card = await builder.openStep('Write');
  const field = card.getByRole('textbox', { name: 'Prompt', exact: true });
  const unknown = card.locator('.unknown');
  await field.fill('Use {{steps.Harbour 13.content}}');
  await expect(unknown).toHaveText(/Harbour 13/);
  await expect(card.getByText('there is no step “Harbour 13”; did you mean “Harbour 12”?')).toBeVisible();
  await expect(page.getByRole('heading', { name: '1 problem' })).toBeVisible();
  await card.getByRole('button', { name: 'Refer to “Harbour 12”' }).click();
  await expect(field).toHaveValue('Use {{steps.Harbour 12.content}}');
  await expect(unknown).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'No problems found' })).toBeVisible();
  await field.fill('Use {{steps.Harbour 12.content}} and {{steps.Nowhere.content}}');
  await expect(unknown).toHaveText(/Nowhere/);
  await field.fill('Use {{steps.Harbour 12.content}} only');
  await expect(unknown).toHaveCount(0);
});

test('an accepted completion is taken back as typing is', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Typed', [prompt('Idea'), prompt('Write', 'Use ')]);
  await builder.open(id);
  const card = await builder.openStep('Write');
  const field = card.getByRole('textbox', { name: 'Prompt', exact: true });
  await field.press('End');
  await page.keyboard.type('{{ide');
  await expect(card.getByRole('listbox').getByRole('option').first()).toContainText('steps.Idea');
  await page.keyboard.press('Enter');
  await expect(field).toHaveValue('Use {{steps.Idea.content}}');
  await page.keyboard.type('!');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(field).toHaveValue(/^Use (\{\{ide)?$/);
  await builder.save(2);
  expect((await api.workflow(id)).definition.steps[1].prompt).toBe(await field.inputValue());
});

test('the completions open where there is room, and never under the bar', async ({ page, api }) => {
  const names = Array.from({ length: 12 }, (_, at) => `Source ${at + 1}`);
  const { id } = await api.createWorkflow('Long', [...names.map((name) => prompt(name)), prompt('Write', 'line\n'.repeat(30))]);
  await builder.open(id);
  const card = await builder.openStep('Write');
  const field = card.getByRole('textbox', { name: 'Prompt', exact: true });
  const list = card.getByRole('listbox', { name: 'Completions' });
  await field.press('Control+End');
  const bar = (await builder.saveBar.boundingBox()).y;
  // The last line stands right above the bar.
  await page.evaluate(([id, bar]) => {
    const { bottom } = document.getElementById(id).closest('.prompt-layers').getBoundingClientRect();
    window.scrollBy(0, bottom - bar + 12);
  }, [await field.getAttribute('id'), bar]);
  await page.keyboard.type('{{');
  await expect(list).toBeVisible();
  const above = await list.boundingBox();
  const end = await field.boundingBox();
  expect(above.y + above.height, 'the list ends above the bar').toBeLessThanOrEqual(bar);
  expect(above.y + above.height, 'and above its line').toBeLessThan(end.y + end.height);
  await expectSound(page);
  await list.getByRole('option').last().scrollIntoViewIfNeeded();
  await list.getByRole('option').last().click();
  await expect(field).toHaveValue(/\}\}$/);
});
