import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { addFiles, agent, tool, notes } from '../lib/mcp.js';
import { expect, test } from '../lib/test.js';

const argumentsOf = async (api, id, step = 0) => (await api.workflow(id)).definition.steps[step].arguments;

test('a tool step is added, its tool found and its arguments filled in as a form', async ({ page, api }) => {
  const folder = await notes();
  await addFiles(api, folder);
  const { id } = await api.createWorkflow('Notes', [prompt('Ask', 'Which file?')]);
  const builder = new Builder(page);
  await builder.open(id);
  await page.getByRole('button', { name: 'Tool', exact: true }).click();
  const card = builder.card('Tool');
  await expect(card).toContainText('Choose the tool that the step calls.');
  await card.getByRole('button', { name: 'Choose a tool' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('searchbox').fill('edit file');
  await dialog.getByRole('button', { name: /^edit_file/ }).click();
  await expect(card.getByRole('group', { name: 'Tool' })).toContainText('files:edit_file');
  await expect(card.getByText('writes', { exact: true })).toBeVisible();
  // A text with completions, a list of objects, a choice.
  const path = card.getByRole('textbox', { name: 'Path' });
  await path.pressSequentially('{{steps.A');
  await card.getByRole('option').first().click();
  await expect(path).toHaveValue(/\{\{\s*steps\.Ask/);
  const edits = card.getByRole('group', { name: 'Edits' });
  await edits.getByRole('button', { name: 'Add an item' }).click();
  await edits.getByRole('textbox', { name: 'Old text' }).fill('Ask');
  await edits.getByRole('textbox', { name: 'New text' }).fill('Thank');
  await card.getByRole('combobox', { name: 'Dry run' }).selectOption('Yes');
  await path.fill('{{steps.Ask.content}}');
  await page.keyboard.press('Escape');
  await builder.save();
  expect(await argumentsOf(api, id, 1)).toEqual({
    path: '{{steps.Ask.content}}',
    edits: [{ oldText: 'Ask', newText: 'Thank' }],
    dryRun: true,
  });
  // The same as JSON, and back.
  await card.getByText('JSON', { exact: true }).click();
  const json = card.getByRole('textbox', { name: 'Arguments as JSON' });
  await json.fill('{"path": "plan.md", "edits": [{"oldText": "a", "newText": "b"}');
  await expect(card).toContainText('This is not JSON');
  await json.fill('{"path": "plan.md", "edits": [], "mode": "fast"}');
  await card.getByText('Form', { exact: true }).click();
  await expect(path).toHaveValue('plan.md');
  await expect(card).toContainText('The tool does not name this argument.');
  await card.getByRole('button', { name: 'Remove mode' }).click();
  await builder.save();
  expect(await argumentsOf(api, id, 1)).toEqual({ path: 'plan.md', edits: [] });
});

test('a number is a number, and a template stays a text', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Wait', [tool('Rest', 'native:wait', { arguments: { seconds: 1 } })]);
  const builder = new Builder(page);
  await builder.open(id);
  const card = await builder.openStep('Rest');
  const seconds = card.getByRole('textbox', { name: 'Seconds' });
  await expect(seconds).toHaveValue('1');
  await seconds.fill('1x');
  await expect(card).toContainText('This is not a');
  await seconds.fill('{{input.pause}}');
  await builder.save();
  expect(await argumentsOf(api, id)).toEqual({ seconds: '{{input.pause}}' });
  await seconds.fill('12');
  await builder.save();
  expect(await argumentsOf(api, id)).toEqual({ seconds: 12 });
});

test('a reference that leads nowhere is told at its argument', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Reckon', [tool('Reckon', 'native:calculate', { arguments: { expression: '1 + 1' } })]);
  const builder = new Builder(page);
  await builder.open(id);
  const card = await builder.openStep('Reckon');
  await card.getByRole('textbox', { name: 'Expression' }).fill('{{steps.Nobody.content}} + 1');
  await expect(card.locator('.field.prompt').filter({ hasText: 'Expression' })).toContainText('Nobody');
});

test('an argument that the tool needs is marked where it is missing, and is a problem of the step', async ({ page, api }) => {
  const folder = await notes();
  await addFiles(api, folder);
  const { id } = await api.createWorkflow('Notes', [
    tool('Reckon', 'native:calculate'),
    tool('Change', 'files:edit_file', { arguments: { path: 'plan.md', edits: [{ oldText: 'a' }] } }),
  ]);
  const builder = new Builder(page);
  await builder.open(id);
  await expect(builder.problems).toHaveText('1 problem');
  const card = await builder.openStep('Reckon');
  const expression = card.getByRole('textbox', { name: 'Expression' });
  await expect(card.locator('.field.prompt').filter({ hasText: 'Expression' })).toContainText('The tool needs the argument expression');
  await expect(expression).toHaveAttribute('aria-invalid', 'true');
  await expression.fill('1 + 1');
  await expect(expression).not.toHaveAttribute('aria-invalid', 'true');
  // Of a server's tool it is a warning: its schema may have changed since it was listed.
  await expect(builder.problems).toHaveText('1 warning');
  const change = await builder.openStep('Change');
  await expect(change).toContainText('The tool needs the argument newText');
  await change.getByRole('textbox', { name: 'New text' }).fill('b');
  await expect(builder.problems).toHaveText('No problems found');
});

test('an agent is chosen, or written in its step, with its tools', async ({ page, api }) => {
  const folder = await notes();
  await addFiles(api, folder);
  await api.call('POST', '/agents', { name: 'Scout', description: 'Looks into notes.', instructions: 'Read first.', tools: ['files:*'] });
  const { id } = await api.createWorkflow('Notes', [prompt('Ask', 'Find the tides')]);
  const builder = new Builder(page);
  await builder.open(id);
  const card = await builder.openStep('Ask');
  // The kind changes, and the text stays.
  await card.getByText('Agent', { exact: true }).click();
  await expect(card.getByRole('textbox', { name: 'Task' })).toHaveValue('Find the tides');
  await card.getByRole('combobox', { name: 'Agent', exact: true }).selectOption('Scout');
  await expect(card).toContainText('Those of Scout: files:*');
  await card.getByRole('button', { name: 'Choose tools' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('searchbox').fill('read_text');
  await dialog.getByRole('checkbox', { name: /^read_text_file/ }).check();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await card.getByRole('combobox', { name: 'Ask a person before' }).selectOption('Every call');
  await card.getByRole('textbox', { name: 'Max. turns' }).fill('4');
  await builder.save();
  const [step] = (await api.workflow(id)).definition.steps;
  expect(step).toMatchObject({ type: 'agent', agent_id: 'scout', prompt: 'Find the tides', tools: ['files:read_text_file'], approve: 'always', max_turns: 4 });
  await card.getByRole('button', { name: 'Remove files:read_text_file' }).click();
  await expect(card).toContainText('Those of Scout: files:*');
});

test('agents are made, edited and deleted in the settings', async ({ page, api }) => {
  await page.goto('/settings/agents');
  await page.getByRole('button', { name: 'New agent' }).click();
  await page.getByRole('button', { name: 'Save agent' }).click();
  await expect(page.getByText('Give it a name.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Scout');
  await page.getByRole('textbox', { name: 'Instructions' }).fill('Read before you answer.');
  await page.getByRole('button', { name: 'Choose tools' }).click();
  await page.getByRole('dialog').getByRole('checkbox', { name: /^current_time/ }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await page.getByRole('textbox', { name: 'Max. turns' }).fill('3');
  await page.getByRole('button', { name: 'Save agent' }).click();
  const scout = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Scout', exact: true }) });
  await expect(scout).toContainText('native:current_time');
  expect(await api.get('/agents/scout')).toMatchObject({ tools: ['native:current_time'], max_turns: 3 });
  await api.createWorkflow('Notes', [agent('Look', { agent_id: 'scout', provider: undefined, model: undefined })]);
  await page.reload();
  await expect(scout).toContainText('1 workflow uses it.');
  await scout.getByRole('button', { name: 'Edit Scout' }).click();
  await page.getByRole('textbox', { name: 'Max. turns' }).fill('5');
  await page.getByRole('button', { name: 'Save agent' }).click();
  await expect.poll(async () => (await api.get('/agents/scout')).max_turns).toBe(5);
  await scout.getByRole('button', { name: 'Delete Scout' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete agent' }).click();
  await expect(scout).toHaveCount(0);
});
