import { prompt, review } from '../lib/api.js';
import { hold } from '../lib/hold.js';
import { ONE_COLUMN, Run } from '../lib/run.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

const instant = (label, text) => prompt(label, text, { model: 'demo-echo' });
const slow = (label) => prompt(label, `Write of ${label}.`, { model: 'demo-slow' });

/** @type {Run} */
let run;

test.beforeEach(({ page }) => {
  run = new Run(page);
});

/** A list of so many items, each with one step. */
const each = (count) => ({
  label: 'Each',
  type: 'parallel',
  for_each: JSON.stringify(Array.from({ length: count }, (_, at) => at)),
  steps: [instant('Ask', 'Number {{item}}')],
});

/** Two branches that wait for a person. */
const gates = {
  label: 'Look at it',
  type: 'parallel',
  branches: [
    { name: 'market', steps: [instant('Facts'), review('Check facts')] },
    { name: 'law', steps: [instant('Risks'), review('Check risks')] },
  ],
};

test('the step beside the tree follows the run, until the reader chooses one', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Long', [slow('One'), slow('Two'), slow('Three')]);
  await page.goto(`/workflows/${id}/run`);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForURL('**/runs/*');
  await expect(run.stream('One')).toContainText('Simulated');
  await expect(run.row('One')).toHaveAttribute('aria-current', 'true');
  await expect(run.stream('Two')).toContainText('Simulated');
  await expect(run.step('One')).toHaveCount(0);
  await run.row('One').click();
  await expect(run.step('One')).toContainText('Simulated');
  await expect(page).toHaveURL(/#one$/);
  await run.button('Follow the run').click();
  await expect(run.stream('Three')).toContainText('Simulated');
  await expect(run.status).toHaveText('Completed');
  await expect(run.row('Three')).toHaveAttribute('aria-current', 'true');
});

test('a window that is not wide enough shows the steps one below the other', async ({ page, api }) => {
  await run.begin(api, [instant('One'), review('Check')]);
  await expect(run.gate('Check')).toBeVisible();
  await expect(run.row('Check')).toHaveAttribute('aria-current', 'true');
  await page.setViewportSize({ width: 1279, height: 900 });
  await expect(run.row('Check')).toHaveCount(0);
  await expect(run.gate('Check')).toBeVisible();
  await page.setViewportSize({ width: 1280, height: 900 });
  await expect(run.row('Check')).toBeVisible();
  await expectNoSidewaysScrolling(page);
});

test('a step is chosen by keyboard, and the browser leads back', async ({ page, api }) => {
  await run.begin(api, [instant('One'), { ...gates, branches: gates.branches.slice(0, 1) }, instant('Two')]);
  await expect(run.gate('Check facts')).toBeVisible();
  await run.row('One').focus();
  await page.keyboard.press('Enter');
  await expect(run.step('One')).toContainText('Write about One.');
  await expect(run.row('One'), 'the tree keeps the focus').toBeFocused();
  await page.keyboard.press('Tab');
  const fold = page.getByRole('button', { name: 'Inside Look at it' });
  await expect(fold).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(run.row('Facts')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await run.row('Facts').press('Enter');
  await expect(run.step('Facts')).toContainText('Write about Facts.');
  await expect(page).toHaveURL(/#look-at-it\.market\.facts$/);
  await page.goBack();
  await expect(run.step('One')).toContainText('Write about One.');
  await page.goForward();
  await expect(run.step('Facts')).toBeVisible();
  await expectSound(page);
});

for (const [width, viewport] of Object.entries({ 'two panes': { width: 1440, height: 900 }, 'one column': ONE_COLUMN })) {
  test.describe(`the link to a step, in ${width}`, () => {
    test.use({ viewport });

    test('opens an item that no list has brought yet', async ({ page, api }) => {
      const { id } = await api.createWorkflow('Many', [each(203), instant('Last')]);
      const { id: execution } = await api.start(id);
      await api.untilRun(execution, 'completed');
      await page.goto(`/runs/${execution}#each.201.ask`);
      await expect(page.locator(':focus')).toHaveText('Ask');
      await expect(page.locator(':focus')).toBeInViewport();
      await expect(run.step('Ask').getByText('Number 201', { exact: true })).toBeVisible();
      await run.step('Ask').getByLabel('More for Ask').click();
      await run.button('Copy link to this step').click();
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    });

    test('says when there is no such step', async ({ page, api, guard }) => {
      guard.allow(/404/);
      const { id } = await api.createWorkflow('One', [instant('Only')]);
      const { id: execution } = await api.start(id);
      await api.untilRun(execution, 'completed');
      await page.goto(`/runs/${execution}#nobody`);
      await expect(page.getByText('This run has no step at the address “nobody”.')).toBeVisible();
    });
  });
}

test('a decided gate inside a container is counted out before its list is read', async ({ page, api }) => {
  await run.begin(api, [gates]);
  await expect(run.button('Decide (2)')).toBeVisible();
  await run.button('Decide (2)').click();
  const first = page.getByRole('region', { name: /: decision$/ });
  await expect(first).toBeVisible();
  await expect(page.locator(':focus')).toHaveText('Your review is needed');
  const letGo = await hold(page, '**/steps?parent=*');
  await first.getByRole('button', { name: 'Approve' }).click();
  await expect(run.button('Decide')).toBeVisible();
  letGo();
  await run.button('Decide').click();
  await expect(page.locator(':focus')).toHaveText('Your review is needed');
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(run.status).toHaveText('Completed');
});

test('work and waits are told apart, at the head and for each step', async ({ page, api }) => {
  const flaky = prompt('Flaky', 'Write', { model: 'demo-flaky', max_retries: 3 });
  await run.begin(api, [flaky, review('Check')]);
  const facts = page.locator('.run-facts');
  await expect(facts).toContainText(/Worked\s*[\d.]+ m?s/);
  await expect(run.step('Check')).toContainText(/waited \d/);
  await run.openStep('Flaky');
  await expect(run.step('Flaky')).toContainText(/[\d.]+ m?s, waited [\d.]+ m?s/);
  await expect(facts, 'the waits between attempts, and the one for a person').toContainText(/Waited\s*[\d.]+ s/);
});

test('the rounds of a loop tell what they changed', async ({ page, api }) => {
  const loop = (label, inside, text) => ({ label, type: 'loop', until: 'iteration == 2', max_iterations: 3, steps: [instant(inside, text)] });
  const polish = loop('Polish', 'Rewrite', 'A line that stays.\n\nRound {{iteration}} of it.');
  await run.begin(api, [polish, loop('Same', 'Repeat', 'always so')]);
  await expect(run.status).toHaveText('Completed');
  const card = await run.openStep('Polish');
  await card.getByText('Difference to the round before').click();
  const difference = card.getByRole('region', { name: 'Difference' });
  await expect(difference).toContainText('removed: Round 1 of it.');
  await expect(difference).toContainText('added: Round 2 of it.');
  await expectSound(page);
  await expect((await run.openStep('Same')).getByText('The text is the same as in the round before.')).toBeVisible();
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoSidewaysScrolling(page);
});
