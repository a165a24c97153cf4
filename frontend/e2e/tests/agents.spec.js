import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { addEverything, addFiles, agent, notes, tool } from '../lib/mcp.js';
import { ONE_COLUMN, Run } from '../lib/run.js';
import { expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

/** A run of steps that has come to a gate, or to its end. */
async function begun(api, page, steps, input = {}) {
  const { id } = await api.createWorkflow('Notes', steps);
  const { id: execution } = await api.start(id, input);
  const run = new Run(page);
  await run.open(execution);
  return run;
}

/** The rows of the calls of a tool. */
const calls = (page, name) => page.locator('.call').filter({ has: page.getByText(name, { exact: true }) });

test('a tool step shows its arguments and its result', async ({ page, api }) => {
  const folder = await notes();
  await addFiles(api, folder);
  const step = tool('Read', 'files:read_text_file', { arguments: { path: '{{input.path}}' } });
  const run = await begun(api, page, [step], { path: join(folder, 'tides.md') });
  await api.untilRun(run.id, 'completed');
  const card = await run.openStep('Read');
  await expect(card).toContainText('High water at noon.');
  await run.show('Read', 'Arguments');
  await expect(card.getByRole('region', { name: 'Arguments' })).toContainText('tides.md');
});

test('an agent is read turn by turn, with each call', async ({ page, api }) => {
  const run = await begun(api, page, [agent('Scout', { tools: ['native:current_time'], prompt: 'What day is it?' })]);
  await api.untilRun(run.id, 'completed');
  const card = await run.openStep('Scout');
  await expect(card.getByRole('status').first()).toContainText(/\d+ turns?, \d+ calls? of/);
  await run.openTurn('Scout', 1);
  const call = calls(page, 'current_time').first();
  await call.getByRole('button').first().click();
  await expect(call).toContainText('Result');
  await expect(card.getByRole('heading', { name: 'Answer' })).toBeVisible();
});

test('a call that writes is asked for: its arguments are edited, and another one is refused with a reason', async ({ page, api }) => {
  const folder = await notes();
  await addFiles(api, folder);
  const step = agent('Scribe', { tools: ['files:write_file'], prompt: 'Write down what you know.' });
  const run = await begun(api, page, [step]);
  await expect(page.getByRole('button', { name: /^Decide/ })).toBeVisible();
  const gate = () => page.getByRole('region', { name: /^files:write_file .*: decision$/ });
  await gate().getByRole('button', { name: 'Edit the arguments' }).click();
  await gate().getByRole('textbox', { name: 'Path' }).fill(join(folder, 'approved.md'));
  await gate().getByRole('textbox', { name: 'Content' }).fill('As a person wrote it.');
  // It outlives a reload.
  await page.reload();
  await expect(gate().getByRole('textbox', { name: 'Content' })).toHaveValue('As a person wrote it.');
  await gate().getByRole('button', { name: 'Allow with my arguments' }).click();
  await expect.poll(async () => (await readdir(folder)).includes('approved.md')).toBe(true);
  expect(await readFile(join(folder, 'approved.md'), 'utf8')).toBe('As a person wrote it.');
  await api.untilRun(run.id, 'completed');

  const refused = await begun(api, page, [step]);
  await gate().getByRole('textbox', { name: 'Reason' }).fill('Not in this folder.');
  await gate().getByRole('button', { name: 'Refuse with this reason' }).click();
  await api.untilRun(refused.id, 'completed');
  const card = await refused.openStep('Scribe');
  await refused.openTurn('Scribe', 1);
  await calls(page, 'write_file').first().getByRole('button').first().click();
  await expect(card).toContainText('Not in this folder.');
  expect((await readdir(folder)).sort()).toEqual(['approved.md', 'plan.md', 'tides.md']);
});

test('an agent goes on after its server was killed', async ({ page, api, server, guard }) => {
  guard.allow(/Failed to load resource|ERR_|net::/);
  const folder = await notes();
  await addFiles(api, folder);
  const run = await begun(api, page, [agent('Scribe', { tools: ['files:write_file'], prompt: 'Write.' })]);
  const gate = page.getByRole('region', { name: /^files:write_file .*: decision$/ });
  await expect(gate).toBeVisible();
  await server.crash();
  await server.startAgain();
  await expect(gate.getByRole('button', { name: 'Allow this call' })).toBeVisible();
  await gate.getByRole('button', { name: 'Refuse' }).click();
  await api.untilRun(run.id, 'completed');
  await expect(page.getByRole('heading', { name: 'The run is complete' })).toBeVisible();
});

test('turns and calls are rows of the tree and of the timeline, and each has a link', async ({ page, api }) => {
  const run = await begun(api, page, [agent('Scout', { tools: ['native:current_time'], prompt: 'What day is it?' })]);
  await api.untilRun(run.id, 'completed');
  // The tree shows the transcript of the agent, and its turns as rows.
  await expect(run.row('Turn 1')).toBeVisible();
  await expect(run.row('current_time')).toHaveAccessibleDescription(/^Worked/);
  await run.row('current_time').click();
  await expect(page).toHaveURL(/#scout\.1\.0$/);
  const call = run.step('native:current_time (turn 1, call 1)');
  await expect(call).toContainText('Scout › Turn 1');
  await call.getByText('Arguments', { exact: true }).click();
  await run.row('Turn 1').click();
  await expect(run.step('Turn 1')).toBeVisible();
  await run.step('Turn 1').getByLabel('More for Turn 1').click();
  await expect(run.button('Skip this step')).toHaveCount(0);
  await page.getByRole('button', { name: 'Inside Turn 1' }).click();
  await expect(run.row('current_time')).toHaveCount(0);
  await page.getByRole('button', { name: 'Inside Turn 1' }).click();
  await expectSound(page);
  await page.getByText('Timeline', { exact: true }).click();
  const link = (label) => page.getByRole('link', { name: label, exact: true });
  const track = (label) => page.locator('.tree-row').filter({ has: link(label) }).locator('.track > span');
  await expect(track('Turn 1')).toHaveClass('work');
  await expect(track('current_time')).toHaveClass('work');
  await expect(track('Scout')).toHaveClass('around');
  await expectSound(page);
  // In one column the link leads to the row of the call in the transcript.
  await page.setViewportSize(ONE_COLUMN);
  await page.goto(`/runs/${run.id}#scout.1.0`);
  await expect(page.locator(':focus')).toContainText('current_time');
  await expect(page.locator(':focus')).toHaveAttribute('aria-expanded', 'true');
});

test('how far a call is can be seen while it runs', async ({ page, api }) => {
  await addEverything(api);
  const step = tool('Work', 'all:trigger-long-running-operation', { arguments: { duration: 8, steps: 16 } });
  const run = await begun(api, page, [step]);
  const bar = page.getByRole('progressbar', { name: 'Progress of Work' });
  await expect(bar).toBeVisible();
  const value = () => bar.evaluate((it) => it.value).catch(() => 1);
  await expect.poll(value).toBeGreaterThan(0.1);
  await expect(page.locator('.call-progress')).toContainText(/^\d+ %/);
  await expectSound(page);
  await api.untilRun(run.id, 'completed');
  await expect(bar).toHaveCount(0);
  await expect(run.step('Work')).toContainText('Long running operation completed');
});

test('a picture in a result is drawn', async ({ page, api }) => {
  await addEverything(api);
  const run = await begun(api, page, [tool('Draw', 'all:get-tiny-image')]);
  await api.untilRun(run.id, 'completed');
  const picture = (await run.openStep('Draw')).getByRole('img', { name: 'A picture' });
  await expect(picture).toBeVisible();
  expect(await picture.evaluate((it) => it.naturalWidth)).toBe(20);
  await expectSound(page);
});
