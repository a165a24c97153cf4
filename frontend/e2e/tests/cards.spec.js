import { prompt, review } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { expect, test } from '../lib/test.js';

// The cards of the builder: where a step is added, what it begins with, and what its card shows first.

/** @type {Builder} */
let builder;

test.beforeEach(({ page }) => {
  builder = new Builder(page);
});

const here = (page, number) => page.getByRole('button', { name: `Add a step here, before step ${number}`, exact: true });
const promptOf = (label) => builder.card(label).getByRole('textbox', { name: 'Prompt', exact: true });

test('a step is added between two, reads the one before, and is written at once', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Between', [prompt('Deep Dive'), prompt('Write')]);
  await builder.open(id);
  const insert = here(page, 2);
  await expect(insert).toHaveCSS('opacity', '0');
  await insert.hover();
  await expect(insert).toHaveCSS('opacity', '1');
  await insert.click();
  await page.getByRole('button', { name: 'Prompt', exact: true }).and(page.locator('.insert .item')).click();
  await builder.expectOrder('Deep Dive', 'Prompt', 'Write');
  await expect(promptOf('Prompt')).toBeFocused();
  await page.keyboard.type(' Shorten it.');
  await expect(promptOf('Prompt')).toHaveValue('{{steps.Deep Dive.content}} Shorten it.');
  await expect(builder.problems).toHaveText('No problems found');
});

test('a step is added between two by keys, and escape goes back', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Keys', [prompt('One'), prompt('Two')]);
  await builder.open(id);
  await here(page, 2).focus();
  await page.keyboard.press('Enter');
  const review = page.locator('.insert').getByRole('button', { name: 'Review', exact: true });
  await expect(review).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(review).toHaveCount(0);
  await expect(here(page, 2)).toBeFocused();
  await page.keyboard.press('Enter');
  for (const _ of ['Prompt', 'Agent', 'Tool', 'Review']) {
    await page.keyboard.press('Tab');
  }
  await expect(review).toBeFocused();
  await page.keyboard.press('Enter');
  await builder.expectOrder('One', 'Review', 'Two');
});

test('a step is added below another by its menu, also in a lane', async ({ page, api }) => {
  const branches = [{ name: 'A', steps: [prompt('Facts'), prompt('Risks')] }];
  const { id } = await api.createWorkflow('Menus', [prompt('Plan'), { id: 'fan', label: 'Fan', type: 'parallel', branches }]);
  await builder.open(id);
  await builder.choose('Facts', 'Add below');
  await expect(promptOf('Prompt')).toHaveValue('{{steps.Facts.content}}');
  // The first step of a lane reads what stands before its container.
  await here(page, '2A.1').press('Enter');
  await page.locator('.insert').getByRole('button', { name: 'Prompt', exact: true }).click();
  await expect(promptOf('Prompt 2')).toHaveValue('{{steps.Plan.content}}');
  await builder.save(2);
  const { definition } = await api.workflow(id);
  expect(definition.steps[1].branches[0].steps.map((step) => step.label)).toEqual(['Prompt 2', 'Facts', 'Prompt', 'Risks']);
});

test('a menu opens above its button where the window ends', async ({ page, api }) => {
  await page.setViewportSize({ width: 1440, height: 600 });
  const { id } = await api.createWorkflow('Menus', ['A', 'B', 'C', 'D', 'E', 'F'].map((label) => prompt(label)));
  await builder.open(id);
  for (const label of ['A', 'F']) {
    const button = builder.card(label).getByLabel(`More for ${label}`, { exact: true });
    await button.scrollIntoViewIfNeeded();
    await button.click();
    await expect(builder.card(label).locator('.menu[open] > .items')).toBeInViewport({ ratio: 1 });
    await page.keyboard.press('Escape');
  }
});

test('a step of the palette asks for no other input', async ({ page, api }) => {
  await builder.open();
  await page.getByRole('button', { name: 'Begin with a template' }).click();
  await page.getByRole('button', { name: 'Use template Deep Build Pipeline' }).click();
  await page.getByRole('button', { name: 'Summarise', exact: true }).click();
  await expect(promptOf('Summarise')).toBeFocused();
  await expect(promptOf('Summarise')).toHaveValue(/\{\{steps\..+\.content\}\}/);
  await builder.save(1);
  const { items } = await api.get('/workflows');
  const { definition } = await api.workflow(items[0].id);
  expect(JSON.stringify(definition)).not.toContain('input.text');
});

test('the first step reads the first declared input', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Inputs', [], { definition: { inputs: [{ name: 'idea' }, { name: 'tone' }] } });
  await builder.open(id);
  await page.getByRole('button', { name: 'Prompt', exact: true }).click();
  await expect(promptOf('Prompt')).toHaveValue('{{input.idea}}');
});

test('a place to add a step is seen on a touch screen, and pressed there', async ({ browser, api, baseURL }) => {
  const { id } = await api.createWorkflow('Touch', [prompt('One'), prompt('Two')]);
  const context = await browser.newContext({ baseURL, hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  const touched = new Builder(page);
  await touched.open(id);
  await expect(here(page, 2)).toHaveCSS('opacity', '1');
  await here(page, 2).tap();
  await page.locator('.insert').getByRole('button', { name: 'Review', exact: true }).tap();
  await touched.expectOrder('One', 'Review', 'Two');
  await context.close();
});

test('a card begins with the prompt, and tells its settings in a closed row', async ({ page, api }) => {
  await api.call('POST', '/personas', { id: 'editor', name: 'Editor', instructions: 'Be brief.' });
  const { id } = await api.createWorkflow('First', [prompt('One', 'Write', { persona_id: 'editor', max_tokens: 8000 }), prompt('Two')]);
  await builder.open(id);
  const card = builder.card('One');
  await card.getByRole('button', { expanded: false }).first().click();
  const row = card.locator('.settings-row');
  await expect(row.locator('> summary')).toHaveText('Persona Editor · temperature default · ≤ 8,000 tokens');
  const temperature = card.getByRole('textbox', { name: 'Temperature' });
  await expect(temperature).toBeHidden();
  const tops = async (name) => (await card.getByRole('textbox', { name, exact: true }).boundingBox()).y;
  expect(await tops('Prompt')).toBeLessThan(await tops('Label'));
  // It stays open while the card is closed, and on this card only.
  await row.locator('> summary').click();
  await temperature.fill('hot');
  await row.locator('> summary').click();
  await expect(row.locator('> summary')).toContainText('1 problem');
  await row.locator('> summary').click();
  await card.getByRole('button', { expanded: true }).first().click();
  await card.getByRole('button', { expanded: false }).first().click();
  await expect(temperature).toBeVisible();
  await expect(temperature).toHaveValue('hot');
  await builder.card('Two').getByRole('button', { expanded: false }).first().click();
  await expect(builder.card('Two').getByRole('textbox', { name: 'Temperature' })).toBeHidden();
});

test('a problem leads into the closed row', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Leads', [prompt('One')]);
  await builder.open(id);
  const card = await builder.openStep('One');
  await card.getByRole('textbox', { name: 'Retries' }).fill('many');
  await card.locator('.settings-row > summary').click();
  await expect(card.getByRole('textbox', { name: 'Retries' })).toBeHidden();
  await page.getByRole('region', { name: /problem/ }).getByRole('button', { name: 'One', exact: true }).click();
  await expect(card.getByRole('textbox', { name: 'Retries' })).toBeFocused();
});

test('a review has one timer', async ({ api }) => {
  const { id } = await api.createWorkflow('Timers', [prompt('One'), review('Check')]);
  await builder.open(id);
  const card = await builder.openStep('Check');
  await expect(card.getByRole('textbox', { name: 'Expires after' })).toBeVisible();
  await expect(card.getByRole('combobox', { name: 'Then go to' })).toBeVisible();
  for (const name of ['Retries', 'Timeout', 'Longest silence', 'If interrupted']) {
    await expect(card.getByLabel(name, { exact: true })).toHaveCount(0);
  }
});

test('the main action is to save while there is something to save, then to run', async ({ api }) => {
  const { id } = await api.createWorkflow('Main', [prompt('One')]);
  await builder.open(id);
  const save = builder.saveBar.getByRole('button', { name: 'Save', exact: true });
  await expect(builder.saveBar.getByRole('link', { name: 'Run' })).toHaveClass(/primary/);
  await expect(save).not.toHaveClass(/primary/);
  await builder.name.fill('Main, changed');
  await expect(save).toHaveClass(/primary/);
  await expect(builder.saveBar.getByRole('button', { name: 'Save and run' })).not.toHaveClass(/primary/);
});

test('a long name is read in full on a phone, and stays one line of text', async ({ page, api }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  const { id } = await api.createWorkflow('A name that is far too long for the width of a phone, and is read in full', [prompt('One')]);
  await builder.open(id);
  const field = await builder.name.evaluate((it) => [it.scrollHeight, it.clientHeight, it.scrollWidth, it.clientWidth]);
  expect(field[0]).toBeLessThanOrEqual(field[1]);
  expect(field[2]).toBeLessThanOrEqual(field[3]);
  await builder.name.fill('Two\nlines');
  await builder.name.press('Enter');
  await builder.save(2);
  expect((await api.workflow(id)).name).toBe('Two lines');
});

test('a new page begins without a problem', async ({ page }) => {
  await builder.open();
  await expect(builder.problems).toHaveText('No problems found');
  await builder.name.fill('Begun');
  await expect(builder.problems).toHaveText('1 problem');
  await expect(page.getByText('A workflow needs at least one step')).toBeVisible();
});

test('an outline leads to the steps, and marks those with a problem', async ({ page, api }) => {
  const branches = [{ name: 'A', steps: [prompt('Facts', '{{steps.Nobody.content}}')] }];
  const { id } = await api.createWorkflow('Outlined', [prompt('Plan'), { id: 'fan', label: 'Fan', type: 'parallel', branches }]);
  await builder.open(id);
  const outline = page.getByRole('navigation', { name: 'Outline' }).getByRole('link');
  await expect(outline).toHaveText(['1 Plan', '2 Fan', '2A.1 Facts has a problem']);
  await builder.card('Fan').getByRole('button', { expanded: true }).first().click();
  await outline.last().click();
  await expect(builder.card('Facts').getByRole('button', { expanded: false }).first()).toBeFocused();
  await expect(page).toHaveURL(`/workflows/${id}`);
});

test('one message tells of the last removal', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Messages', ['One', 'Two', 'Three', 'Four'].map((label) => prompt(label)));
  await builder.open(id);
  for (const label of ['One', 'Two', 'Three']) {
    await builder.choose(label, 'Remove');
  }
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(page.locator('.toast')).toHaveCount(1);
});

test('on a wide screen the settings of an open step stand beside its prompt', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Wide', [prompt('One')]);
  await builder.open(id);
  const card = await builder.openStep('One');
  const side = async () => {
    const [text, row] = await Promise.all([promptOf('One').boundingBox(), card.locator('.settings-row').boundingBox()]);
    return row.x > text.x + text.width;
  };
  expect(await side()).toBe(false);
  await page.setViewportSize({ width: 1920, height: 1000 });
  await expect.poll(side).toBe(true);
});

test('the summary of a row gives way to its name', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Rows', [prompt('One', 'A summary'), prompt('A name that leaves no room in its row', 'A summary')]);
  await page.setViewportSize({ width: 700, height: 800 });
  await builder.open(id);
  const seen = (label) => builder.card(label).locator('.step-summary').evaluate((it) => {
    const text = it.parentElement.getBoundingClientRect();
    return it.getBoundingClientRect().top < text.bottom - 2;
  });
  expect(await seen('One')).toBe(true);
  await page.setViewportSize({ width: 660, height: 800 });
  await expect.poll(() => seen('A name that leaves no room in its row')).toBe(false);
});
