import { prompt, review } from '../lib/api.js';
import { chooseModel } from '../lib/builder.js';
import { hold, promised } from '../lib/hold.js';
import { ONE_COLUMN, Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

test.use({ viewport: ONE_COLUMN });

// What the page of a run says is so: nothing looks fresh, done, free or decided that is not.

/** @type {Run} */
let run;

test.beforeEach(({ page }) => {
  run = new Run(page);
});

const TABLE = [
  '| Claim | Evidence | Source | Owner | Confidence | Checked | Next step | Cost |',
  '|---|---|---|---|---|---|---|---:|',
  '| Lighthouses are automated | All of them since 1998 | Register of 2024 | Keeper | High | Yesterday | Interview | 1,204 |',
].join('\n');

test('a wide table scrolls in its box, and its words stay whole', async ({ page, api }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await run.begin(api, [prompt('Table', TABLE, { model: 'demo-echo' })]);
  await expect(run.status).toHaveText('Completed');
  await run.openStep('Table');
  const box = page.getByRole('region', { name: 'Table', exact: true }).first();
  await expect(box).toBeVisible();
  const measured = await box.evaluate((it) => ({
    scrolls: it.scrollWidth > it.clientWidth,
    narrowest: Math.min(...[...it.querySelectorAll('td, th')].map((cell) => cell.clientWidth)),
    letter: parseFloat(getComputedStyle(it).fontSize),
    right: getComputedStyle(it.querySelector('td:last-child')).textAlign,
    page: document.documentElement.scrollWidth <= window.innerWidth,
  }));
  expect(measured).toMatchObject({ scrolls: true, right: 'right', page: true });
  expect(measured.narrowest).toBeGreaterThan(measured.letter * 2.5);
});

test('a long text does not hold the wheel that turns at its end', async ({ page, api }) => {
  await run.begin(api, [prompt('Long', 'A line that is repeated.\n\n'.repeat(200), { model: 'demo-echo' }), prompt('After'), prompt('Then')]);
  await expect(run.status).toHaveText('Completed');
  const card = await run.openStep('Long');
  const box = card.locator('.text-box');
  await box.evaluate((it) => it.scrollTo(0, it.scrollHeight));
  await box.hover();
  const before = await page.evaluate(() => window.scrollY);
  await page.mouse.wheel(0, 400);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(before);
});

test('a gate shows what it was told to show, each text with its step', async ({ page, api }) => {
  await run.begin(api, [prompt('Idea', 'The idea.', { model: 'demo-echo' }), prompt('Facts', 'The facts.', { model: 'demo-echo' }), review('Check', { shows: ['idea', 'facts'] })]);
  const gate = run.gate('Check');
  await expect(gate.getByRole('heading', { name: 'Text to review (from Facts)' })).toBeVisible();
  await expect(gate).toContainText('The facts.');
  const reference = gate.locator('details').filter({ hasText: 'For reference: Idea' });
  await expect(reference).not.toHaveAttribute('open');
  await reference.locator('summary').click();
  await expect(reference).toContainText('The idea.');
});

test('what was made from an output that was replaced is out of date until it runs again', async ({ page, api }) => {
  const steps = [prompt('Research'), prompt('Write', 'Of {{steps.Research.content}}'), prompt('Short', 'Shorter: {{steps.Write.content}}'), prompt('Other')];
  const execution = await run.begin(api, steps);
  await expect(run.status).toHaveText('Completed');
  const card = await run.openStep('Research');
  await card.getByRole('button', { name: 'Edit output' }).click();
  const field = card.getByRole('textbox', { name: 'Output of Research' });
  await expect(field).toBeFocused();
  await field.fill('Corrected research.');
  await card.getByRole('button', { name: 'Save', exact: true }).click();
  const stale = page.locator('.stale-note');
  await expect(stale).toContainText('2 steps were made from an older text.');
  await expect(run.step('Research').getByText('Edited', { exact: true })).toBeVisible();
  await expect(run.step('Write').getByText('Out of date')).toBeVisible();
  await expect(run.step('Other').getByText('Out of date')).toHaveCount(0);
  expect((await api.step(execution, 'short')).stale).toBe(true);
  await page.reload();
  await expect(stale).toContainText('2 steps');
  await stale.getByRole('button', { name: 'Run them again' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Write');
  await dialog.getByRole('button', { name: 'Run again from here' }).click();
  await expect(stale).toBeHidden();
  await expect.poll(async () => (await api.step(execution, 'write')).prompt).toBe('Of Corrected research.');
  expect((await api.step(execution, 'other')).attempt).toBe(1);
});

test('a gate says when its text was made from an output that was replaced, and nothing is followed there', async ({ page, api }) => {
  const steps = [prompt('Research'), prompt('Write', 'Of {{steps.Research.content}}', { model: 'demo-echo' }), review('Check')];
  const execution = await run.begin(api, steps);
  const gate = run.gate('Check');
  await expect(gate.getByText('Text to review (from Write)')).toBeVisible();
  await expect(gate.getByText('Out of date')).toHaveCount(0);
  await expect(page.getByText('Following', { exact: true })).toHaveCount(0);
  await api.call('PUT', `/workflows/executions/${execution}/steps/research/output`, { content: 'Corrected research.' });
  await expect(gate.getByText('Out of date')).toBeVisible();
  await expect(page.locator('.stale-note').getByRole('button', { name: 'Run it again' })).toBeVisible();
});

test('a run that waits for a decision is not called paused, and a rejected one has not failed', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research'), review('Check'), prompt('Write')]);
  const { id: execution } = await api.start(id);
  await run.open(execution);
  await expect(run.status).toHaveText('Waiting for you');
  await page.goto('/');
  await expect(page.getByRole('link', { name: /Last run: Waiting for you/ })).toBeVisible();
  await api.review(execution, 'check', { decision: 'reject', comment: 'no' });
  await run.open(execution);
  await expect(run.status).toHaveText('Rejected');
});

test('the page follows what runs, and leaves the reader who scrolls alone', async ({ page, api }) => {
  const slow = (label) => prompt(label, `Write of ${label}.`, { model: 'demo-slow' });
  const filler = Array.from({ length: 8 }, (_, at) => prompt(`Filler ${at + 1}`));
  const { id } = await api.createWorkflow('Long', [...filler, slow('One'), slow('Two'), slow('Three')]);
  await page.goto(`/workflows/${id}/run`);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForURL('**/runs/*');
  await expect(run.stream('Two')).toContainText('Simulated');
  await expect(run.step('Two').getByRole('heading', { name: 'Two' })).toBeInViewport();
  await expect(page.getByText('Following', { exact: true })).toBeVisible();
  await page.mouse.wheel(0, -5_000);
  await expect(run.button('Follow the run')).toBeVisible();
  await expect(run.stream('Three')).toContainText('Simulated');
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
});

test('a retry cannot be confirmed with the price of another model', async ({ page, api }) => {
  await api.call('PUT', '/providers/openai/credential', { api_key: 'sk-test-1234567890' });
  await run.begin(api, [prompt('Research'), prompt('Fails', 'x', { model: 'demo-broken', max_retries: 0 })]);
  await expect(run.status).toHaveText('Failed');
  const letGo = await hold(page, '**/retry/plan', (request) => request.postDataJSON()?.provider === 'openai');
  await run.button('Switch model and retry').click();
  const dialog = page.getByRole('dialog');
  const again = dialog.getByRole('button', { name: 'Run again from here' });
  await expect(again).not.toHaveAttribute('aria-disabled', 'true');
  await chooseModel(dialog.getByRole('combobox', { name: 'Model' }), 'openai', 'gpt-5.4-mini');
  await expect(again).toHaveAttribute('aria-disabled', 'true');
  await expect(dialog.getByText(/for \$0\b/)).toHaveCount(0);
  letGo();
  await expect(again).not.toHaveAttribute('aria-disabled', 'true');
  await expect(dialog.getByRole('heading', { name: /1 step runs: \$0\.0/ })).toBeVisible();
});

test('a retry with a provider that is not set up leads to the settings', async ({ page, api, guard }) => {
  guard.allow(/Failed to load resource/);
  await run.begin(api, [prompt('Fails', 'x', { model: 'demo-broken', max_retries: 0 })]);
  await expect(run.status).toHaveText('Failed');
  await run.button('Switch model and retry').click();
  const dialog = page.getByRole('dialog');
  await chooseModel(dialog.getByRole('combobox', { name: 'Model' }), 'anthropic', 'claude-opus-4-5');
  await expect(dialog.getByRole('link', { name: 'Set it up in the settings' })).toHaveAttribute('href', '/settings/providers');
  await expect(dialog).not.toContainText('PUT /api');
});

test('a change of the run while the list of runs is being read is not lost', async ({ page, api }) => {
  const { promise, resolve: letGo } = promised();
  let held = false;
  await page.route('**/workflows/*/executions', async (route) => {
    const answer = await route.fetch();
    if (!held) {
      held = true;
      await promise;
    }
    await route.fulfill({ response: answer });
  });
  const { id } = await api.createWorkflow('Market brief', [prompt('Research', 'x', { model: 'demo-slow' })]);
  const { id: execution } = await api.start(id);
  await run.open(execution);
  await expect(run.status).toHaveText('Completed');
  letGo();
  await expect(page.getByRole('complementary').getByText('Completed')).toBeVisible();
});

test('an export that fails can be tried again after the page was left', async ({ page, api, guard }) => {
  guard.allow(/Failed to load resource/);
  const execution = await run.begin(api, [prompt('Research')]);
  await expect(run.status).toHaveText('Completed');
  await page.route(`**/api/v1/workflows/executions/${execution}?*`, (route) => route.fulfill({ status: 502, body: 'away' }));
  await run.choose('Export JSON');
  const message = page.getByText(/The run was not exported/);
  await expect(message).toBeVisible();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Templates' }).click();
  await expect(page.getByRole('heading', { name: 'Templates', exact: true })).toBeVisible();
  await page.unroute(`**/api/v1/workflows/executions/${execution}?*`);
  const download = page.waitForEvent('download');
  await run.button('Try again').click();
  expect((await download).suggestedFilename()).toBe(`${execution}.json`);
  await expect(page.locator('#crash')).toBeHidden();
});

test('what failed is told from what worked by its colour, too', async ({ page, api, guard }) => {
  guard.allow(/Failed to load resource/);
  const execution = await run.begin(api, [prompt('Research')]);
  await expect(run.status).toHaveText('Completed');
  const colour = () => page.locator('.toast > .icon').last().evaluate((it) => getComputedStyle(it).color);
  await run.choose('Copy link');
  await expect(page.getByText('The link is copied.')).toBeVisible();
  const good = await colour();
  await page.route(`**/api/v1/workflows/executions/${execution}?*`, (route) => route.fulfill({ status: 502, body: 'away' }));
  await run.choose('Export JSON');
  await expect(page.getByText(/The run was not exported/)).toBeVisible();
  expect(await colour()).not.toBe(good);
});

test('a run that has ended keeps no clock going', async ({ page, api }) => {
  await run.begin(api, [prompt('Research')]);
  await expect(run.status).toHaveText('Completed');
  await page.evaluate(() => {
    window.ticks = 0;
    const plain = Date.now;
    Date.now = () => {
      window.ticks += 1;
      return plain();
    };
  });
  const frames = (count) => page.evaluate((count) => new Promise((done) => {
    const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done());
    next(count);
  }), count);
  await frames(180);
  expect(await page.evaluate(() => window.ticks)).toBeLessThan(4);
});
