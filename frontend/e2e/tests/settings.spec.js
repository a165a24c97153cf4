import { hold } from '../lib/hold.js';
import { expect, test } from '../lib/test.js';

const SECRET = 'sk-ant-very-secret-4711-key';
const card = (page, title) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

/** All that comes from the server, as text. */
function listen(context) {
  const answers = [];
  context.on('response', (response) => {
    if (response.url().includes('/api/')) {
      answers.push(response.text().catch(() => ''));
    }
  });
  return async () => (await Promise.all(answers)).join('\n');
}

test('a key is stored, and never given out again', async ({ page, context, api, guard }) => {
  // What is saved is tested at once, and nothing answers here.
  guard.allow(/Failed to load resource/);
  const received = listen(context);
  await page.goto('/settings/providers');
  const anthropic = card(page, 'Anthropic');
  await expect(anthropic).toContainText('Not set up');
  await anthropic.locator('summary').click();
  const field = anthropic.getByLabel('Key', { exact: true });
  await expect(field).toHaveAttribute('type', 'password');
  await field.fill(SECRET);
  await anthropic.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(anthropic.getByText('Available')).toBeVisible();
  await expect(field).toHaveValue('');
  await page.reload();
  await expect(anthropic.getByText(/Your key is stored/)).toBeVisible();
  const values = () => page.evaluate(() => [...document.querySelectorAll('input')].map((it) => it.value).join('\n'));
  expect(await page.content()).not.toContain(SECRET);
  expect(await values()).not.toContain(SECRET);
  expect(await received()).not.toContain(SECRET);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toContain(SECRET);
  await anthropic.locator('summary').click();
  await anthropic.getByRole('button', { name: 'Remove key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove key' }).click();
  await expect(anthropic).toContainText('Not set up');
  const { items } = await api.get('/providers');
  expect(items.find((it) => it.name === 'anthropic').credential).toBeNull();
});

test('a test that fails says why, and can be repeated', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  await page.goto('/settings/providers');
  const ollama = card(page, 'Ollama');
  await expect(ollama).toContainText('It needs an address');
  await ollama.locator('summary').click();
  // Nothing listens at the port that is kept for "discard".
  await ollama.getByLabel('Base URL').fill('http://127.0.0.1:9');
  await ollama.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(ollama.getByText('Available')).toBeVisible();
  await ollama.getByRole('button', { name: /^Test\b/ }).click();
  await expect(ollama.getByRole('alert')).toBeVisible();
  await expect(ollama.getByRole('alert').getByRole('button', { name: 'Try again' })).toBeVisible();
});

test('an address that is none is refused at its field, and stays typed', async ({ page, guard }) => {
  guard.allow(/Failed to load resource/);
  await page.goto('/settings/providers');
  const other = card(page, 'OpenAI-compatible server');
  await other.locator('summary').click();
  await other.getByLabel('Base URL').fill('not an address');
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(other.getByLabel('Base URL')).toHaveAttribute('aria-invalid', 'true');
  await expect(other.getByLabel('Base URL')).toHaveValue('not an address');
});

test('what is typed for a provider outlives the page, and a key is never written down', async ({ page, api, guard }) => {
  // What is saved is tested at once, and nothing answers here.
  guard.allow(/Failed to load resource/);
  await page.goto('/settings/providers');
  const other = card(page, 'OpenAI-compatible server');
  await other.locator('summary').click();
  await other.getByLabel('Base URL').fill('http://127.0.0.1:9/v1');
  await page.reload();
  await expect(other.getByLabel('Base URL')).toHaveValue('http://127.0.0.1:9/v1');
  await other.getByLabel('Key', { exact: true }).fill(SECRET);
  // Another page of the app: the key waits in memory.
  await page.getByRole('link', { name: 'Personas' }).click();
  await expect(page.getByRole('heading', { name: 'Personas', exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Providers' }).click();
  await expect(other.getByLabel('Key', { exact: true })).toHaveValue(SECRET);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(SECRET);
  // Who would lose it is asked.
  const asked = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    return dialog.accept();
  });
  await other.getByLabel('Key', { exact: true }).click();
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  await expect(other.getByLabel('Key', { exact: true })).toHaveValue('');
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(other.getByText('It is called at http://127.0.0.1:9/v1.')).toBeVisible();
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('sluice.provider')))).toEqual([]);
  await page.reload();
  expect(asked).toHaveLength(1);
  expect((await api.get('/providers')).items.find((it) => it.title === 'OpenAI-compatible server').credential.base_url).toBe('http://127.0.0.1:9/v1');
});

test('what is typed while a provider is being saved stays', async ({ page, guard }) => {
  // What is saved is tested at once, and nothing answers here.
  guard.allow(/Failed to load resource/);
  await page.goto('/settings/providers');
  const other = card(page, 'OpenAI-compatible server');
  await other.locator('summary').click();
  await other.getByLabel('Base URL').fill('http://127.0.0.1:9/v1');
  const letGo = await hold(page, '**/credential');
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await other.getByLabel('Default model').fill('qwen');
  letGo();
  await expect(other.getByText('It is called at http://127.0.0.1:9/v1.')).toBeVisible();
  await expect(other.getByLabel('Default model')).toHaveValue('qwen');
});

test.describe('personas', () => {
  test('are created, edited and used', async ({ page, api }) => {
    await page.goto('/settings/personas');
    await expect(page.getByRole('heading', { name: 'No personas yet' })).toBeVisible();
    await page.getByRole('button', { name: 'New persona' }).click();
    await page.getByRole('button', { name: 'Save persona' }).click();
    await expect(page.getByRole('textbox', { name: 'Name' })).toHaveAttribute('aria-invalid', 'true');
    await page.getByRole('textbox', { name: 'Name' }).fill('Plain writer');
    await page.getByRole('textbox', { name: 'Description' }).fill('For everybody');
    await page.getByRole('textbox', { name: 'Instructions' }).fill('Short sentences.');
    await page.getByRole('button', { name: 'Save persona' }).click();
    await expect(page.getByRole('heading', { name: 'Plain writer' })).toBeVisible();
    await page.getByRole('button', { name: 'Edit Plain writer' }).click();
    await page.getByRole('textbox', { name: 'Instructions' }).fill('Very short sentences.');
    await page.getByRole('button', { name: 'Save persona' }).click();
    await expect(page.getByText('Very short sentences.')).toBeVisible();
    expect(await api.get('/personas/plain-writer')).toMatchObject({ instructions: 'Very short sentences.', version: 2 });
    await page.goto('/new');
    await page.getByRole('combobox', { name: 'Persona' }).selectOption('Plain writer');
  });

  test('are deleted, and brought back', async ({ page, api }) => {
    await api.call('POST', '/personas', { name: 'Plain writer', instructions: 'Short sentences.' });
    await page.goto('/settings/personas');
    await page.getByRole('button', { name: 'Delete Plain writer' }).click();
    await expect(page.getByRole('heading', { name: 'Plain writer' })).toHaveCount(0);
    await page.getByText('Deleted “Plain writer”.').locator('..').getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('heading', { name: 'Plain writer' })).toBeVisible();
    expect(await api.status('/personas/plain-writer')).toBe(200);
  });

  test('are gone on the server when that was not undone', async ({ page, api }) => {
    await api.call('POST', '/personas', { name: 'Plain writer', instructions: 'Short sentences.' });
    await page.clock.install();
    await page.goto('/settings/personas');
    await page.getByRole('button', { name: 'Delete Plain writer' }).click();
    await expect(page.getByRole('heading', { name: 'Plain writer' })).toHaveCount(0);
    await page.clock.fastForward(20_000);
    await expect.poll(() => api.status('/personas/plain-writer')).toBe(404);
  });

  test('that somebody else saved meanwhile are not overwritten unseen', async ({ page, api, guard }) => {
    guard.allow(/409/);
    await api.call('POST', '/personas', { name: 'Plain writer', instructions: 'Short sentences.' });
    await page.goto('/settings/personas');
    await page.getByRole('button', { name: 'Edit Plain writer' }).click();
    const theirs = { name: 'Plain writer', instructions: 'Their sentences.' };
    await api.call('PUT', '/personas/plain-writer', theirs, { 'if-match': '"1"' });
    await page.getByRole('textbox', { name: 'Instructions' }).fill('My sentences.');
    await page.getByRole('button', { name: 'Save persona' }).click();
    await expect(page.getByText('Somebody else saved this persona while you were writing')).toBeVisible();
    expect(await api.get('/personas/plain-writer')).toMatchObject(theirs);
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await expect.poll(async () => (await api.get('/personas/plain-writer')).instructions).toBe('My sentences.');
  });

  test('that are half written survive a reload, until they are saved or discarded', async ({ page, api, guard }) => {
    guard.allow(/409/);
    await api.call('POST', '/personas', { name: 'Plain writer', instructions: 'Short sentences.' });
    await page.goto('/settings/personas');
    await page.getByRole('button', { name: 'New persona' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Editor');
    await page.reload();
    await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Editor');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('button', { name: 'Edit Plain writer' }).click();
    await page.getByRole('textbox', { name: 'Instructions' }).fill('My sentences.');
    // What was typed over an older version overwrites no newer one unseen.
    await api.call('PUT', '/personas/plain-writer', { name: 'Plain writer', instructions: 'Their sentences.' }, { 'if-match': '"1"' });
    await page.reload();
    await expect(page.getByRole('textbox', { name: 'Instructions' })).toHaveValue('My sentences.');
    await expect(page.getByRole('textbox')).toHaveCount(3);
    await page.getByRole('button', { name: 'Save persona' }).click();
    await expect(page.getByText('Somebody else saved this persona while you were writing')).toBeVisible();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await expect(page.getByRole('button', { name: 'Edit Plain writer' })).toBeVisible();
    await page.reload();
    await expect(page.getByText('My sentences.')).toBeVisible();
    await expect(page.getByRole('textbox')).toHaveCount(0);
  });

  test('that are half written are not thrown away by a slip', async ({ page }) => {
    await page.goto('/settings/personas');
    await page.getByRole('button', { name: 'New persona' }).click();
    await page.getByRole('textbox', { name: 'Instructions' }).fill('Half a thought');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog', { name: 'Discard what you typed?' }).getByRole('button', { name: 'Keep' }).click();
    await expect(page.getByRole('textbox', { name: 'Instructions' })).toHaveValue('Half a thought');
  });
});

test.describe('the theme', () => {
  const ground = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

  test('is kept over a reload, and is there before the first frame', async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto('/settings/appearance');
    const light = await ground(page);
    await page.getByText('Dark', { exact: true }).click();
    await expect.poll(() => ground(page)).not.toBe(light);
    const dark = await ground(page);
    // What the page looks like as soon as it has a body: long before the app has loaded.
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (document.body) {
          window.firstGround = getComputedStyle(document.documentElement).backgroundColor;
          observer.disconnect();
        }
      }).observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
    expect(await page.evaluate(() => window.firstGround)).toBe(dark);
    await page.getByText('System', { exact: true }).click();
    await expect.poll(() => ground(page)).toBe(light);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => ground(page)).toBe(dark);
  });

  test('is chosen in all tabs at once', async ({ page, context }) => {
    await page.goto('/settings/appearance');
    const other = await context.newPage();
    await other.goto('/');
    await expect(other.getByRole('heading', { level: 1 })).toBeVisible();
    await page.getByText('Dark', { exact: true }).click();
    await expect(other.locator('html')).toHaveAttribute('data-theme', 'dark');
  });
});
