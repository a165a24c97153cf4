import { createServer } from 'node:http';
import { once } from 'node:events';

import { prompt } from '../lib/api.js';
import { Builder, chooseModel, modelList, nameModel } from '../lib/builder.js';
import { expect, test } from '../lib/test.js';

// Which model is called: named before it is called, and told when it changes.

const card = (page, title) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

test('the model that will be called is named where none was chosen', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Plain', [prompt('Ask', 'Hello', { provider: undefined, model: undefined })]);
  const builder = new Builder(page);
  await builder.open(id);
  const shared = page.getByRole('combobox', { name: 'Model of the steps' });
  const own = builder.card('Ask').getByRole('combobox', { name: 'Model of Ask' });
  await expect(shared).toHaveValue('First available: Demo (simulated) demo');
  await expect(own).toHaveValue('demo');
  await expect(own).toHaveAttribute('title', 'demo (from the workflow)');
  await api.call('PUT', '/providers/openai/credential', { api_key: 'sk-test-1234567890' });
  await page.reload();
  await expect(shared).toHaveValue(/^First available: OpenAI gpt-/);
  await expect(own).toHaveValue(/^gpt-/);
  await expect(own).toHaveAttribute('title', /^gpt-.*\(from the workflow\)$/);
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
  await picker.click();
  const list = await modelList(picker);
  await expect(list.getByRole('group', { name: 'Ollama (no address yet)' })).toBeAttached();
  await expect(list.getByRole('group', { name: 'Anthropic (no key yet)' })).toBeAttached();
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
  await picker.click();
  await expect(page.getByText('The providers could not be read.').first()).toBeVisible();
  await expect((await modelList(picker)).getByRole('group', { name: 'Demo (simulated)' })).toBeAttached();
});

test('a model that is named by hand is typed at once', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Plain', [prompt('Ask')]);
  await new Builder(page).open(id);
  await nameModel(page.getByRole('combobox', { name: 'Model of the steps' }));
  await expect(page.getByRole('textbox', { name: 'Name of the model' })).toBeFocused();
});

test('a problem leads to the field that it is about', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Broken', [prompt('Ask', 'Write of {{steps.Nobody.content}}.')]);
  const builder = new Builder(page);
  await builder.open(id);
  await page.getByRole('region', { name: /problem/ }).getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(builder.card('Ask').getByRole('textbox', { name: 'Prompt', exact: true })).toBeFocused();
});

test.describe('the list of models', () => {
  let picker;
  let list;

  test.beforeEach(async ({ page, api }) => {
    const { id } = await api.createWorkflow('Plain', [prompt('Ask', 'Hello', { provider: 'anthropic', model: 'claude-opus-4-5' })]);
    await new Builder(page).open(id);
    picker = page.getByRole('combobox', { name: 'Model of Ask' });
    list = await modelList(picker);
  });

  test('tells price and context, puts what can be called first, and leads to a key', async ({ page }) => {
    await picker.click();
    const first = list.getByRole('group').first();
    await expect(first).toHaveAccessibleName('Demo (simulated)');
    await expect(list.locator('[data-model="anthropic/claude-opus-4-5"]')).toContainText('$5 / $25 per 1M tokens · 200k context');
    await expect(list.locator('[data-model="anthropic/claude-haiku-4-5"]')).toContainText('cheaper by 80 %');
    await page.getByRole('link', { name: 'Add a key' }).click();
    await expect(page).toHaveURL('/settings/providers');
  });

  test('is searched and walked through by keys, and closed without a choice', async ({ page }) => {
    await picker.focus();
    await expect(list).toBeHidden();
    await page.keyboard.press('ArrowDown');
    await expect(list).toBeVisible();
    // It begins at the choice.
    await expect(list.getByRole('option', { selected: true })).toContainText('claude-opus-4-5');
    await page.keyboard.press('Escape');
    await expect(list).toBeHidden();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('demo ech');
    await expect(list.getByRole('option')).toHaveCount(2);
    await page.keyboard.press('ArrowDown');
    await expect(list.getByRole('option', { selected: true })).toHaveText('Another model…');
    await page.keyboard.press('ArrowDown');
    const active = list.getByRole('option', { selected: true });
    await expect(active).toContainText('demo-echo');
    await expect(picker).toHaveAttribute('aria-activedescendant', await active.getAttribute('id'));
    await page.keyboard.press('Enter');
    await expect(picker).toHaveValue('demo-echo');
    // What was typed and not taken is gone when the field is left.
    await picker.fill('nothing like it');
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Add a key' })).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(list).toBeHidden();
    await expect(picker).toHaveValue('demo-echo');
  });

  test('remembers the last choices, in this browser', async ({ page }) => {
    await chooseModel(picker, 'demo', 'demo-slow');
    await chooseModel(picker, 'demo', 'demo-echo');
    await page.reload();
    await page.getByRole('combobox', { name: 'Model of the steps' }).click();
    const recent = page.getByRole('group', { name: 'Recent' }).getByRole('option');
    await expect(recent).toHaveText([/^demo-echo/, /^demo-slow/]);
  });

  test('stands in the window, whatever is around it', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 700 });
    for (const name of ['Model of the steps', 'Model of Ask']) {
      await page.getByRole('combobox', { name }).click();
      const box = await page.locator('.combo-list').boundingBox();
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(390);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThanOrEqual(700);
      await page.keyboard.press('Escape');
    }
  });
});
