import { prompt } from '../lib/api.js';
import { Peer } from '../lib/peer.js';
import { Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

/** @type {Run} */
let run;

test.beforeEach(({ page }) => {
  run = new Run(page);
});

const ask = (model, rest = {}) => prompt('Research', 'Write about lighthouses.', { model, ...rest });
const INSTANT = { provider: 'demo', model: 'demo-instant' };
const SCHEMA = {
  type: 'object',
  properties: { points: { type: 'array', items: { type: 'string' }, minItems: 3 } },
  required: ['points'],
};

/** Runs a workflow of one step, opens the run when it has ended, and gives the step's card. */
async function end(api, step, status) {
  const execution = await run.begin(api, [step]);
  await api.untilRun(execution, status);
  return run.openStep(step.label);
}

/** Shows the attempts of the step, and gives them. */
async function attempts(card) {
  await run.show('Research', 'Attempts');
  return card.locator('.attempts > li');
}

test('a cut answer has a mark and a warning, the same after a reload', async ({ page, api }) => {
  let card = await end(api, ask('demo-cut'), 'completed');
  const warning = /The answer was cut at its limit.*: allow a longer answer \(max_tokens\), or let a cut answer fail the step/;
  for (const _ of ['live', 'after a reload']) {
    await expect(card.getByText('cut at the limit', { exact: true })).toBeVisible();
    await expect(card.locator('.note.warn')).toHaveText(warning);
    await expect(card.locator('.note.warn code')).toHaveText(['max_tokens', 'on_truncated: fail']);
    await page.reload();
    card = await run.openStep('Research');
  }
  await expect(card.getByText('Simulated answer of the demo provider.')).toBeVisible();
  await expect(page.getByText('Made from answers that were cut: Research.')).toBeVisible();
  const attempt = (await attempts(card)).first();
  await expect(attempt).toContainText('Completed');
  await expect(attempt).toContainText('cut at the limit');
});

test('a cut answer that is to fail the step leads to the next model', async ({ api }) => {
  const card = await end(api, ask('demo-cut', { on_truncated: 'fail', fallbacks: [INSTANT] }), 'completed');
  await expect(card.getByText('cut at the limit')).toHaveCount(0);
  const all = await attempts(card);
  const [cut, whole] = [all.first(), all.last()];
  await expect(cut).toContainText('Failed');
  await expect(cut).toContainText('cut at the limit');
  await expect(cut).toContainText('or let a cut answer count (on_truncated: warn)');
  await expect(whole).toContainText('demo-instant');
});

/** How a run of each model fails: the mark in the head of the step, and the reason in its body. */
const FAILURES = [
  { name: 'cut, where a schema wants it whole', step: ask('demo-cut', { output_schema: SCHEMA }), mark: 'cut at the limit', why: /half a value does not fit the output schema: allow a longer answer/ },
  { name: 'cut, where that fails the step', step: ask('demo-cut', { on_truncated: 'fail' }), mark: 'cut at the limit', why: /cut at its limit of \d+ tokens: allow a longer answer/ },
  { name: 'refused', step: ask('demo-refuse'), mark: 'refused', why: /The model refused to answer.*It said: “I cannot help with that/ },
  { name: 'withheld', step: ask('demo-filter'), mark: 'withheld by a filter', why: /A filter of the provider withheld the answer, or the rest of it/ },
  { name: 'silent', step: ask('demo-silent', { idle_timeout: 1, max_retries: 0 }), mark: null, why: /silent for longer than the idle_timeout of 1 s.*Retry the step, or give it more time/ },
  { name: 'an error', step: ask('demo-broken'), mark: null, why: /demo-broken refuses every request.*Change the step, or switch it to another model/ },
];

for (const { name, step, mark, why } of FAILURES) {
  test(`an answer that fails a step tells why: ${name}`, async ({ page, api }) => {
    const card = await end(api, step, 'failed');
    await expect(page.locator('.run-failure')).toContainText('The run failed at “Research”.');
    await expect(card.locator('.meta')).toContainText('Failed');
    await expect(card.locator('.meta .badge')).toHaveText(mark ? [mark] : []);
    const failure = card.locator('.note.bad');
    await expect(failure).toHaveText(why);
    // What helps is told once.
    await expect(failure.locator('p')).toHaveCount(1);
    await expect(failure.getByRole('button', { name: /[Rr]etry/ })).toBeVisible();
    const attempt = (await attempts(card)).first();
    await expect(attempt.locator('.badge')).toHaveText(['Failed', ...(mark ? [mark] : [])]);
    await expect(attempt).toContainText(why);
  });
}

test('a provider without capacity is asked again, and each attempt is on record', async ({ api }) => {
  const card = await end(api, ask('demo-flaky'), 'completed');
  await expect(card.locator('.meta .badge')).toHaveCount(0);
  const all = await attempts(card);
  await expect(all.locator('.badge')).toHaveText(['Failed', 'Failed', 'Completed']);
  await expect(all.first()).toContainText('demo-flaky fails 2 times before it answers; this was number 1.');
});

test('what a model thinks is folded, live and on record', async ({ page, api }) => {
  const long = 'Write about lighthouses, keepers, lenses and foghorns.';
  await run.begin(api, [prompt('Research', long, { model: 'demo-think' }), prompt('Write', long, { model: 'demo-slow' })]);
  const card = run.step('Research');
  const summary = card.locator('summary').filter({ hasText: 'Thinking' });
  const thoughts = card.getByRole('region', { name: 'What the model thinks' });
  await expect(summary).toBeVisible();
  await expect(thoughts).toHaveCount(0);
  await summary.click();
  await expect(thoughts).toContainText('Simulated thoughts.');
  await api.untilRun(run.id, 'completed');
  await expect(run.status).toHaveText('Completed');
  await page.reload();
  await run.openStep('Research');
  await expect(thoughts).toHaveCount(0);
  await summary.click();
  await expect(thoughts).toContainText('First its subjects, then what to say of each.');
  expect(await run.raw('Research'), 'it is no part of the output').not.toContain('thoughts');
  const attempt = (await attempts(card)).first();
  await attempt.getByText('Thinking', { exact: true }).click();
  await expect(attempt.getByRole('region', { name: 'Thinking of the attempt' })).toContainText('Simulated thoughts.');
});

test.describe('a server of one’s own', () => {
  /** @type {Peer} */
  let peer;

  test.beforeEach(async ({ api }) => {
    peer = await Peer.start();
    await api.call('PUT', '/providers/openai_compatible/credential', { base_url: peer.url });
  });

  test.afterEach(() => peer.stop());

  const local = (model, rest = {}) => ask(model, { provider: 'openai_compatible', ...rest });

  test('has prices that are not known, which the run, the step and the attempt say', async ({ page, api }) => {
    const card = await end(api, local('plain'), 'completed');
    await expect(card.getByText('The tide turns.')).toBeVisible();
    await expect(page.locator('.run-facts')).toContainText('price not known');
    await expect(card.locator('.meta')).toContainText('price not known');
    await expect(await attempts(card)).toContainText('price not known');
    await page.goto('/');
    await expect(page.getByRole('listitem').filter({ hasText: 'Market brief' })).toContainText('price not known');
  });

  test('that takes no temperature is asked without it, and the attempt says so', async ({ api }) => {
    const card = await end(api, local('picky', { temperature: 0.2 }), 'completed');
    await expect(card.getByText('The tide turns.')).toBeVisible();
    const all = await attempts(card);
    await expect(all).toHaveCount(1);
    await expect(all).toContainText('The model takes no temperature; the request was sent again without it.');
  });

  test('may end for a reason of its own, whose word is shown', async ({ api }) => {
    const card = await end(api, local('odd'), 'completed');
    await expect(card.locator('.meta .badge')).toHaveText(['stopped: eos_found']);
    await expect(card.locator('.note')).toHaveCount(0);
    await expect((await attempts(card)).locator('.badge')).toHaveText(['Completed', 'stopped: eos_found']);
  });
});

test('a sum with a price that is not known is told as the least', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [ask('demo-instant')]);
  const { id: execution } = await api.start(id);
  await api.untilRun(execution, 'completed');
  // No provider with known prices is at hand.
  await page.route(`**/executions/${execution}?*`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), unpriced_calls: 1, cost_usd: 0.12 } });
  });
  await run.open(execution);
  await expect(page.locator('.run-facts')).toContainText('at least $0.12');
});
