import { createServer } from 'node:http';
import { once } from 'node:events';

import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { expect, test } from '../lib/test.js';

// Which model is called: named before it is called, and told when it changes.

const card = (page, title) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

test('the model that will be called is named where none was chosen', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Plain', [prompt('Ask', 'Hello', { provider: undefined, model: undefined })]);
  const builder = new Builder(page);
  await builder.open(id);
  const shared = page.getByRole('combobox', { name: 'Model of the steps' });
  await expect(shared.locator('option').first()).toHaveText('First available: Demo (simulated) demo');
  await expect(builder.card('Ask').getByRole('combobox', { name: 'Model of Ask' }).locator('option').first()).toHaveText("demo (workflow's)");
  await api.call('PUT', '/providers/openai/credential', { api_key: 'sk-test-1234567890' });
  await page.reload();
  await expect(shared.locator('option').first()).toHaveText(/^First available: OpenAI gpt-/);
  await expect(builder.card('Ask').getByRole('combobox', { name: 'Model of Ask' }).locator('option').first()).toHaveText(/^gpt-.*\(workflow's\)$/);
});

test('a key that changes which model is called says so', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  await page.goto('/settings/providers');
  const openai = card(page, 'OpenAI');
  await openai.locator('summary').click();
  await openai.getByLabel('Key', { exact: true }).fill('sk-test-1234567890');
  await openai.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText(/Workflows that name no model now call OpenAI gpt-.*until now they called Demo/)).toBeVisible();
  await expect(page.locator('.toasts').getByRole('link', { name: 'Choose a model for each' })).toHaveAttribute('href', '/');
});

test('what a provider lacks is named: a key, or an address', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Plain', [prompt('Ask', 'Hello', { provider: 'ollama', model: 'qwen' })]);
  const builder = new Builder(page);
  await builder.open(id);
  const picker = page.getByRole('combobox', { name: 'Model of the steps' });
  await picker.focus();
  await expect(picker.locator('optgroup[label="Ollama (no address yet)"]')).toBeAttached();
  await expect(picker.locator('optgroup[label="Anthropic (no key yet)"]')).toBeAttached();
  await expect(page.getByText(/Ollama has no address yet/)).toBeVisible();
});

test('a key that the provider refuses is not called available', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  const refusing = createServer((request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } }));
  });
  refusing.listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  await page.goto('/settings/providers');
  const other = card(page, 'OpenAI-compatible server');
  await other.locator('summary').click();
  await other.getByLabel('Base URL').fill(`http://127.0.0.1:${refusing.address().port}/v1`);
  await other.getByLabel('Key', { exact: true }).fill('sk-wrong');
  await other.getByLabel('Default model').fill('any');
  // Saving tests by itself.
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(other.getByText('Key refused', { exact: true })).toBeVisible();
  await expect(other.getByText('Available', { exact: true })).toHaveCount(0);
  refusing.close();
});

test('providers that could not be read at the start are read again by themselves', async ({ page, api, guard }) => {
  guard.allow(/Failed to load resource/);
  let failures = 0;
  await page.route('**/api/v1/providers', async (route) => {
    failures += 1;
    await (failures < 3 ? route.fulfill({ status: 502, body: 'away' }) : route.continue());
  });
  const { id } = await api.createWorkflow('Plain', [prompt('Ask')]);
  await new Builder(page).open(id);
  const picker = page.getByRole('combobox', { name: 'Model of the steps' });
  await picker.focus();
  await expect(page.getByText('The providers could not be read.').first()).toBeVisible();
  await expect(picker.locator('optgroup[label="Demo (simulated)"]')).toBeAttached();
});

test('a model that is named by hand is typed at once', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Plain', [prompt('Ask')]);
  await new Builder(page).open(id);
  await page.getByRole('combobox', { name: 'Model of the steps' }).selectOption('Another model…');
  await expect(page.getByRole('textbox', { name: 'Name of the model' })).toBeFocused();
});

test('a problem leads to the field that it is about', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Broken', [prompt('Ask', 'Write of {{steps.Nobody.content}}.')]);
  const builder = new Builder(page);
  await builder.open(id);
  await page.getByRole('region', { name: /problem/ }).getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(builder.card('Ask').getByRole('textbox', { name: 'Prompt', exact: true })).toBeFocused();
});
