import { prompt } from '../lib/api.js';
import { Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

/** @type {Run} */
let run;

test.beforeEach(({ page }) => {
  run = new Run(page);
});

/** A complete run of one step. The pages read it with changes: no model of the demo ends in these ways. */
async function complete(page, api, change, changeDetail = () => {}) {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research')]);
  const { id: execution } = await api.start(id);
  await api.untilRun(execution, 'completed');
  const changed = (make) => async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    make(body);
    await route.fulfill({ response, json: body });
  };
  await page.route(`**/executions/${execution}`, changed(change));
  await page.route(`**/executions/${execution}/steps/research`, changed(changeDetail));
  return execution;
}

test('a cut answer has a mark and a warning, and its attempt tells all', async ({ page, api }) => {
  const execution = await complete(
    page,
    api,
    (body) => {
      Object.assign(body, { unpriced_calls: 1, cost_usd: 0.12 });
      Object.assign(body.steps[0], { finish_reason: 'length', finish_word: 'MAX_TOKENS', unpriced_calls: 1 });
    },
    ({ attempts }) =>
      Object.assign(attempts[0], {
        cost_usd: null,
        finish_reason: 'length',
        thinking: 'Let me think of lighthouses.',
        notes: ['The model takes no temperature; the request was sent again without it.'],
      }),
  );
  await run.open(execution);
  await expect(page.locator('.run-facts')).toContainText('at least $0.120');
  const card = await run.openStep('Research');
  await expect(card.getByText('cut at the limit', { exact: true })).toBeVisible();
  await expect(card.getByText('price not known', { exact: true })).toBeVisible();
  await expect(card.getByText(/The answer was cut at its limit: raise `max_tokens`/)).toBeVisible();
  await run.show('Research', 'Attempts');
  const attempt = card.locator('.attempts');
  await expect(attempt).toContainText('cut at the limit');
  await expect(attempt).toContainText('price not known');
  await expect(attempt.getByText(/takes no temperature/)).toBeVisible();
  const thinking = attempt.getByText('Let me think of lighthouses.');
  await expect(thinking).toBeHidden();
  await attempt.getByText('Thinking', { exact: true }).click();
  await expect(thinking).toBeVisible();
});

test('the provider’s own word is shown for a reason of its own', async ({ page, api }) => {
  const execution = await complete(page, api, (body) =>
    Object.assign(body.steps[0], { finish_reason: 'other', finish_word: 'eos_found' }),
  );
  await run.open(execution);
  const card = await run.openStep('Research');
  await expect(card.getByText('stopped: eos_found', { exact: true })).toBeVisible();
  await expect(card.getByText(/was cut/)).toHaveCount(0);
});

test('what a model thinks is folded while it streams', async ({ page, api }) => {
  const execution = await complete(page, api, (body) => {
    Object.assign(body, { status: 'running', output: null, completed_at: null, duration_ms: null });
    Object.assign(body.steps[0], { status: 'running', content: null, output: null, completed_at: null, duration_ms: null });
  });
  const piece = (offset, text) => {
    const at = { execution_id: execution, at: new Date().toISOString(), path: 'research', attempt: 1 };
    return `event: thinking\ndata: ${JSON.stringify({ type: 'thinking', ...at, offset, text })}\n\n`;
  };
  await page.route(`**/executions/${execution}/events*`, (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: piece(0, 'Lighthouses ') + piece(12, 'are tall.') }),
  );
  await run.open(execution);
  const card = await run.openStep('Research');
  await card.getByText('Thinking', { exact: true }).click();
  await expect(card.getByRole('region', { name: 'What the model thinks' })).toHaveText('Lighthouses are tall.');
  await expect(run.stream('Research')).toHaveText('');
});
