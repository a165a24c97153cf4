import { addFiles, filesServer, notes } from '../lib/mcp.js';
import { expect, test } from '../lib/test.js';

const card = (page, name) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });

async function add(page, preset) {
  await page.goto('/settings/mcp-servers');
  await page.getByRole('button', { name: 'Add a server' }).click();
  await page.getByRole('button', { name: new RegExp(`^${preset}`) }).click();
}

test('a server is added from the list, tested, and its tools are shown', async ({ page, api }) => {
  const folder = await notes();
  await add(page, 'Files');
  await expect(page.getByRole('textbox', { name: 'Program' })).toHaveValue('npx');
  await expect(page.getByRole('textbox', { name: 'Arguments' })).toHaveValue(/server-filesystem\n\/path\/to\/folder$/);
  // The tests have the server installed: nothing is fetched.
  const { command, args } = filesServer(folder);
  await page.getByRole('textbox', { name: 'Program' }).fill(command);
  await page.getByRole('textbox', { name: 'Arguments' }).fill(args.join('\n'));
  await page.getByRole('button', { name: 'Save server' }).click();
  const files = card(page, 'Files');
  await expect(files).toContainText('Not tested');
  await expect(files).toContainText('Its tools are called files:…');
  await files.getByRole('button', { name: 'Test Files' }).click();
  await expect(files.getByRole('status')).toContainText(/answers: \d+ tools in/);
  await expect(files.getByText('Answers', { exact: true })).toBeVisible();
  await files.locator('summary').filter({ hasText: 'Tools' }).click();
  const tools = files.getByRole('list', { name: 'Tools' });
  await expect(tools.getByText('read_text_file', { exact: true })).toBeVisible();
  await files.locator('summary').filter({ hasText: 'Log' }).click();
  await expect(files.getByRole('region', { name: 'Log' })).toContainText(/stderr|Sluice/);
  const { items } = await api.get('/mcp-servers');
  expect(items.map(({ id, trusted }) => [id, trusted])).toEqual([['files', false]]);
});

test('an allowed tool, and trust, are kept at once', async ({ page, api }) => {
  const folder = await notes();
  await addFiles(api, folder);
  await page.goto('/settings/mcp-servers');
  const files = card(page, 'Files');
  await files.locator('summary').filter({ hasText: 'Tools' }).click();
  const write = files.getByRole('checkbox', { name: /write_file/ });
  await write.click();
  await expect.poll(async () => (await api.get('/mcp-servers/files')).allowed_tools.includes('write_file')).toBe(false);
  await expect(write).not.toBeChecked();
  await write.click();
  await expect.poll(async () => (await api.get('/mcp-servers/files')).allowed_tools).toEqual([]);
  await files.getByRole('switch', { name: 'Trust what it says about its tools' }).click();
  await expect.poll(async () => (await api.get('/mcp-servers/files')).trusted).toBe(true);
  await expect(files).toContainText('What it says about its tools counts');
});

test('a secret is written, named, and never shown again', async ({ page, api }) => {
  await add(page, 'GitHub');
  await page.getByRole('button', { name: 'Save server' }).click();
  await expect(page.getByText('authorization has no value yet.')).toBeVisible();
  await page.getByLabel('Value 1').fill('Bearer very-secret-4711');
  await page.getByRole('button', { name: 'Save server' }).click();
  const github = card(page, 'GitHub');
  await expect(github).toContainText('Headers: authorization');
  await github.getByRole('button', { name: 'Edit GitHub' }).click();
  await expect(page.getByLabel('Value 1')).toHaveValue('');
  await expect(page.getByLabel('Value 1')).toHaveAttribute('placeholder', /Stored/);
  expect(await page.content()).not.toContain('4711');
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('4711');
  // Another field is saved without it.
  await page.getByRole('textbox', { name: 'Description' }).fill('Our code');
  await page.getByRole('button', { name: 'Save server' }).click();
  await expect(github).toContainText('Our code');
  const { transport } = await api.get('/mcp-servers/github');
  expect(transport).toEqual({ type: 'http', url: 'https://api.githubcopilot.com/mcp/', header_names: ['authorization'] });
});

test('a program that is not there is told by the test', async ({ page }) => {
  await add(page, 'A program');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Gone');
  await page.getByRole('textbox', { name: 'Program' }).fill('no-such-program-4711');
  await page.getByRole('button', { name: 'Save server' }).click();
  const gone = card(page, 'Gone');
  await gone.getByRole('button', { name: 'Test Gone' }).click();
  await expect(gone.getByRole('alert')).toContainText('It did not answer');
  await expect(gone.getByText('Does not answer', { exact: true })).toBeVisible();
});

test('a server that a workflow uses says so before it goes', async ({ page, api }) => {
  const folder = await notes();
  await addFiles(api, folder);
  await api.createWorkflow('Notes', [{ id: 'read', label: 'Read', type: 'tool', tool: 'files:read_text_file', arguments: { path: 'plan.md' } }]);
  await page.goto('/settings/mcp-servers');
  const files = card(page, 'Files');
  await expect(files).toContainText('1 workflow uses it.');
  await files.getByRole('button', { name: 'Delete Files' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete server' }).click();
  await expect(files).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(files).toHaveCount(1);
});

test('a server that an agent names says so', async ({ page, api }) => {
  const folder = await notes();
  await addFiles(api, folder);
  await page.goto('/settings/mcp-servers');
  await expect(card(page, 'Files')).toContainText('No workflow and no agent uses it.');
  await api.call('POST', '/agents', { name: 'Scout', description: '', instructions: 'Read first.', tools: ['files:*'] });
  await page.reload();
  const files = card(page, 'Files');
  await expect(files).toContainText('1 agent uses it.');
  await files.getByRole('button', { name: 'Delete Files' }).click();
  await expect(page.getByRole('dialog')).toContainText('1 agent uses it.');
});

test.describe('a server that may start no programs', () => {
  test.use({ serverOptions: ['--allow-stdio-mcp', 'false'] });

  test('says so when one is added, and keeps what was typed', async ({ page, guard }) => {
    guard.allow(/40[0-9]|422/);
    await add(page, 'A program');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Files');
    await page.getByRole('textbox', { name: 'Program' }).fill('npx');
    await page.getByRole('button', { name: 'Save server' }).click();
    await expect(page.getByRole('alert').first()).toContainText('starts no programs as MCP servers');
    await expect(page.getByRole('textbox', { name: 'Program' })).toHaveValue('npx');
  });
});

test('what is typed for a server survives a reload, but for its secrets', async ({ page }) => {
  await add(page, 'GitHub');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Our GitHub');
  await page.getByLabel('Value 1').fill('Bearer very-secret-4711');
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Our GitHub');
  await expect(page.getByLabel('Value 1')).toHaveValue('');
});
