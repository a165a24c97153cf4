import { prompt, review } from '../lib/api.js';
import { Run } from '../lib/run.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

/** @type {Run} */
let run;

test.beforeEach(({ page }) => {
  run = new Run(page);
});

/** The parts of the bar of a step. */
const bar = (label) => {
  const link = run.page.getByRole('link', { name: label, exact: true });
  return run.page.locator('.tree-row').filter({ has: link }).locator('.track > span');
};
const looks = (label) => bar(label).evaluateAll((parts) => parts.map((part) => part.className));

const branches = [
  { name: 'market', steps: [prompt('Facts', 'Facts', { model: 'demo-flaky', max_retries: 3 })] },
  { name: 'law', steps: [review('Check')] },
];

test('what ran at once, what waited and what was tried again is on one axis', async ({ page, api }) => {
  await run.begin(api, [{ label: 'Look at it', type: 'parallel', branches }, prompt('Broken', 'Write', { model: 'demo-broken' })]);
  await page.getByText('Timeline', { exact: true }).click();
  await expect(page).toHaveURL(/\?view=timeline$/);
  await expect.poll(() => looks('Facts')).toEqual(['retried', 'retry', 'retried', 'retry', 'work']);
  await expect.poll(() => looks('Check')).toEqual(['gate live']);
  await expect.poll(() => looks('Look at it')).toEqual(['around live']);
  await expect(run.row('Facts')).toHaveAccessibleDescription(/^Worked [\d.]+ m?s, waited [\d.]+ m?s, 3 attempts, began at/);
  await expectSound(page);
  await run.row('Look at it').focus();
  // Past the button that closes the branch.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(run.row('Facts')).toBeFocused();
  await expect(page.getByRole('tooltip').filter({ hasText: '3 attempts' })).toHaveCSS('opacity', '1');
  await api.review(run.id, 'look-at-it.law.check', { decision: 'approve' });
  await expect(run.status).toHaveText('Failed');
  await expect.poll(() => looks('Broken')).toEqual(['failed']);
  await expect.poll(() => looks('Check')).toEqual(['gate']);
  await page.reload();
  await expect.poll(() => looks('Facts'), 'the events of a run that has ended are read again').toHaveLength(5);
  await expectSound(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoSidewaysScrolling(page);
  await expectSound(page);
});

test('bars grow while the run runs, and are not drawn anew for it', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Slow', [prompt('One', 'One', { model: 'demo-slow' }), review('Check')]);
  const { id: execution } = await api.start(id);
  await page.goto(`/runs/${execution}?view=timeline`);
  await expect.poll(() => looks('One')).toEqual(['work live']);
  const length = () => page.locator('.run-tree').evaluate((it) => Number(it.style.getPropertyValue('--length')));
  const [part, before] = [await bar('One').elementHandle(), await length()];
  await expect.poll(length).toBeGreaterThan(before);
  await expect.poll(length).toBeGreaterThan(before + 500);
  expect(await part.evaluate((it) => it.isConnected), 'the bar was drawn once').toBe(true);
  await expect.poll(() => looks('One')).toEqual(['work']);
});

test('a row leads to its step, and the browser leads back to the timeline', async ({ page, api }) => {
  const execution = await run.begin(api, [prompt('One'), prompt('Two')]);
  await expect(run.status).toHaveText('Completed');
  await page.goto(`/runs/${execution}?view=timeline`);
  await run.row('One').press('Enter');
  await expect(page).toHaveURL(new RegExp(`/runs/${execution}#one$`));
  await expect(run.step('One')).toContainText('Simulated');
  await expect(page.locator(':focus')).toHaveText('One');
  await page.goBack();
  await expect(page.getByRole('radio', { name: 'Timeline' })).toBeChecked();
  await expect(run.row('Two')).toBeVisible();
});

test('the way to a gate and to a failure leads out of the timeline', async ({ page, api }) => {
  const execution = await run.begin(api, [review('Check'), prompt('Broken', 'Write', { model: 'demo-broken' })]);
  await page.goto(`/runs/${execution}?view=timeline`);
  await run.button('Decide').click();
  await expect(page.locator(':focus')).toHaveText('Your review is needed');
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(run.status).toHaveText('Failed');
  await page.getByText('Timeline', { exact: true }).click();
  await run.button('Go to the failed step').click();
  await expect(page.locator(':focus')).toHaveText('Broken');
});

test('of a long list the items that are loaded are shown, and a word says so', async ({ page, api }) => {
  const items = JSON.stringify(Array.from({ length: 203 }, (_, at) => at));
  const each = { label: 'Each', type: 'parallel', for_each: items, steps: [prompt('Ask', '{{item}}', { model: 'demo-echo' })] };
  const { id } = await api.createWorkflow('Many', [each]);
  const { id: execution } = await api.start(id);
  await api.untilRun(execution, 'completed');
  await page.goto(`/runs/${execution}?view=timeline`);
  await expect(page.getByText('Only the first 200 items are loaded.')).toBeVisible();
  await run.button('Show more').click();
  await expect(page.getByText('Item 203', { exact: true })).toBeVisible();
  await expect(page.getByText(/^Only the first/)).toHaveCount(0);
});
