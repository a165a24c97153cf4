import { prompt, review } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { hold } from '../lib/hold.js';
import { Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

// What happens while a call is under way: the page is left, or somebody types on.

const card = (page, name) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });

test.describe('a page that is left while it saves', () => {
  test('breaks nothing when it was a provider', async ({ page, api }) => {
    await page.goto('/settings/providers');
    const other = card(page, 'OpenAI-compatible server');
    await other.locator('summary').click();
    await other.getByLabel('Base URL').fill('http://127.0.0.1:9/v1');
    const letGo = await hold(page, '**/credential');
    await other.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('link', { name: 'Personas' }).click();
    await expect(page.getByRole('button', { name: 'New persona' })).toBeVisible();
    letGo();
    const stored = async () => (await api.get('/providers')).items.find((it) => it.title === 'OpenAI-compatible server').credential?.base_url;
    await expect.poll(stored).toBe('http://127.0.0.1:9/v1');
    await page.getByRole('link', { name: 'Providers' }).click();
    await expect(card(page, 'OpenAI-compatible server').getByText('It is called at http://127.0.0.1:9/v1.')).toBeVisible();
    await expect(page.locator('#crash')).toBeHidden();
  });

  test('leaves no draft of a new workflow behind that is saved already', async ({ page, api }) => {
    const builder = new Builder(page);
    await builder.open();
    await builder.name.fill('On the way');
    await page.getByRole('button', { name: 'Research', exact: true }).click();
    const letGo = await hold(page, '**/api/v1/workflows');
    await builder.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Templates' }).click();
    await expect(page.getByRole('heading', { name: 'Templates', exact: true })).toBeVisible();
    letGo();
    await expect.poll(async () => (await api.get('/workflows?search=way')).items.length).toBe(1);
    await expect.poll(() => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('sluice.draft.')))).toEqual([]);
    await builder.open();
    await expect(page.getByText('Your changes that were not saved are back.')).toHaveCount(0);
  });
});

test('a new persona that is typed on in while it is saved goes over itself', async ({ page, api }) => {
  await page.goto('/settings/personas');
  await page.getByRole('button', { name: 'New persona' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Editor');
  await page.getByRole('textbox', { name: 'Instructions' }).fill('Short.');
  const letGo = await hold(page, '**/personas');
  await page.getByRole('button', { name: 'Save persona' }).click();
  await page.getByRole('textbox', { name: 'Instructions' }).fill('Short sentences.');
  letGo();
  await expect(page.getByText('“Editor” is saved.')).toBeVisible();
  await page.getByRole('button', { name: 'Save persona' }).last().click();
  await expect.poll(async () => (await api.get('/personas')).items.map((it) => it.instructions)).toEqual(['Short sentences.']);
});

test('an output takes no more text while it is being saved', async ({ page, api }) => {
  const run = new Run(page);
  await run.begin(api, [prompt('Research'), review('Check')]);
  await expect(run.status).toHaveText('Waiting for you');
  const step = await run.openStep('Research');
  await step.getByRole('button', { name: 'Edit output' }).click();
  const field = step.getByRole('textbox', { name: 'Output of Research' });
  await field.fill('Corrected.');
  const letGo = await hold(page, '**/output?*');
  await step.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(field).not.toBeEditable();
  letGo();
  await expect(field).toBeHidden();
});

test('a change that was saved without the page hearing of it is not offered again', async ({ page, api }) => {
  const run = new Run(page);
  const id = await run.begin(api, [prompt('Research'), review('Check'), prompt('Write')]);
  const later = await run.openStep('Write');
  await later.getByRole('button', { name: 'Change model or prompt' }).click();
  await later.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Other words');
  await api.call('PATCH', `/workflows/executions/${id}/steps/write`, { prompt: 'Other words' });
  await page.reload();
  await run.openStep('Write');
  await expect(later.getByRole('button', { name: 'Change model or prompt' })).toBeVisible();
  await expect(later.getByRole('button', { name: 'Save for this run' })).toHaveCount(0);
});

test('the result of a test goes with the key that it was about', async ({ page, api, guard }) => {
  guard.allow(/Failed to load resource/);
  await api.call('PUT', '/providers/openai_compatible/credential', { base_url: 'http://127.0.0.1:9/v1', api_key: 'sk-test-1234567890' });
  await page.goto('/settings/providers');
  const other = card(page, 'OpenAI-compatible server');
  await other.getByRole('button', { name: /^Test/ }).click();
  await expect(other.getByRole('button', { name: 'Try again' })).toBeVisible();
  await other.locator('summary').click();
  await other.getByRole('button', { name: 'Remove key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove key' }).click();
  await expect(page.getByText('The key is removed.')).toBeVisible();
  await expect(other.getByRole('button', { name: 'Try again' })).toHaveCount(0);
});

test('typing at a gate does not stop what follows the run', async ({ page, api }) => {
  const run = new Run(page);
  await run.begin(api, [prompt('Research'), review('Check'), prompt('Write', 'Write.', { model: 'demo-slow' })]);
  const gate = run.gate('Check');
  await gate.getByRole('textbox', { name: 'Comment' }).pressSequentially('as it is');
  await gate.getByRole('button', { name: 'Approve' }).press('Space');
  await expect(run.stream('Write')).toContainText('Simulated');
  await expect(page.getByText('Following', { exact: true })).toBeVisible();
});
