import { prompt, review } from '../lib/api.js';
import { chooseModel } from '../lib/builder.js';
import { hold, promised } from '../lib/hold.js';
import { Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

/** @type {Run} */
let run;

test.beforeEach(({ page }) => {
  run = new Run(page);
});

/** Starts a workflow of these steps in the page, so that it is there before the first text comes. */
async function watch(page, api, steps) {
  const { id } = await api.createWorkflow('Market brief', steps);
  await page.goto(`/workflows/${id}/run`);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForURL('**/runs/*');
  return run.id;
}

/** Research, a review of it, and a brief that is made of what was approved. */
const reviewed = [prompt('Research', 'Research lighthouses.'), review('Check'), prompt('Write', 'A brief of {{steps.Check.content}}')];

test.describe('the start', () => {
  test('checks the input, and starts with it', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Asking', [prompt('Ask', 'Write of {{input.topic}} for {{input.reader}}.')]);
    await page.goto(`/workflows/${id}/run`);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(page.getByRole('textbox', { name: 'topic' })).toHaveAttribute('aria-invalid', 'true');
    await page.getByRole('textbox', { name: 'topic' }).fill('tea');
    await page.getByRole('textbox', { name: 'reader' }).fill('sailors');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(run.status).toHaveText('Completed');
    expect((await api.run(run.id)).input).toEqual({ topic: 'tea', reader: 'sailors' });
    expect((await api.step(run.id, 'ask')).prompt).toBe('Write of tea for sailors.');
  });

  test('takes JSON, and says where it is wrong', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Asking', [prompt('Ask', 'Write of {{input.topic}}.')]);
    await page.goto(`/workflows/${id}/run`);
    await page.getByText('JSON', { exact: true }).first().click();
    const field = page.getByRole('textbox', { name: 'JSON' });
    await field.fill('{"topic": }');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(/Line 1/);
    await field.fill('{"topic": "tea", "list": [1, 2]}');
    await page.keyboard.press('Control+Enter');
    await expect(run.status).toHaveText('Completed');
    expect((await api.run(run.id)).input).toEqual({ topic: 'tea', list: [1, 2] });
  });

  test('keeps what was typed over a reload', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Asking', [prompt('Ask', 'Write of {{input.topic}}.')]);
    await page.goto(`/workflows/${id}/run`);
    await page.getByRole('textbox', { name: 'topic' }).fill('tea');
    await page.reload();
    await expect(page.getByRole('textbox', { name: 'topic' })).toHaveValue('tea');
  });

  test('tells why a workflow cannot run', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Broken', [prompt('Ask', 'Write of {{steps.Nobody.content}}.')]);
    await page.goto(`/workflows/${id}/run`);
    await expect(page.getByText('The workflow cannot run as it is', { exact: true })).toBeVisible();
    await expect(page.getByText(/There is no step “Nobody”/)).toBeVisible();
    await page.getByRole('link', { name: 'Fix in builder' }).click();
    await expect(page).toHaveURL(new RegExp(`/workflows/${id}$`));
  });
});

test.describe('a gate', () => {
  test('is approved', async ({ page, api }) => {
    const execution = await run.begin(api, reviewed);
    const gate = run.gate('Check');
    await expect(gate).toContainText('Look at it: Check.');
    await expect(gate).toContainText('Simulated answer');
    await expect(page).toHaveTitle(/^(\(\d+\+?\) )?Waiting for you/);
    await gate.getByRole('textbox', { name: 'Comment' }).fill('Well done');
    await gate.getByRole('button', { name: 'Approve' }).click();
    await expect(run.status).toHaveText('Completed');
    await run.openStep('Check');
    await run.show('Check', 'Decisions');
    await expect(run.step('Check').getByText('Well done')).toBeVisible();
    expect((await api.step(execution, 'check')).output).toMatchObject({ decision: 'approve' });
  });

  test('is approved with the text edited, and the difference is kept', async ({ page, api }) => {
    const execution = await run.begin(api, reviewed);
    const before = (await api.untilStep(execution, 'check', 'waiting')).gate.content;
    await run.gate('Check').getByRole('button', { name: 'Edit', exact: true }).click();
    const text = page.getByRole('textbox', { name: 'Text, as you edit it' });
    await expect(text).toHaveValue(before);
    await text.fill(`${before}\nA line of mine.`);
    await expect(page.getByRole('region', { name: 'Difference' })).toContainText('A line of mine.');
    await page.reload();
    await expect(text).toHaveValue(`${before}\nA line of mine.`);
    await run.button('Approve edited text').click();
    await expect(run.status).toHaveText('Completed');
    expect((await api.step(execution, 'write')).prompt).toBe(`A brief of ${before}\nA line of mine.`);
    await run.openStep('Check');
    await run.show('Check', 'Decisions');
    await expect(run.step('Check').getByRole('region', { name: 'Difference' })).toContainText('A line of mine.');
  });

  test('is sent back with a comment, which the model gets', async ({ page, api }) => {
    const execution = await run.begin(api, reviewed);
    const gate = run.gate('Check');
    await gate.getByRole('button', { name: 'Revise' }).click();
    await expect(gate.getByText('Say what to change: the comment goes to the model.')).toBeVisible();
    await expect(gate.getByRole('textbox', { name: 'Comment' })).toBeFocused();
    await gate.getByRole('textbox', { name: 'Comment' }).fill('Mention the lamp.');
    await gate.getByRole('button', { name: 'Revise' }).click();
    await expect.poll(async () => (await api.step(execution, 'research')).attempt).toBe(2);
    await api.untilStep(execution, 'check', 'waiting');
    const { decisions } = await api.get(`/workflows/executions/${execution}/steps/check`);
    expect(decisions[0]).toMatchObject({ decision: 'revise', comment: 'Mention the lamp.' });
    await expect(gate.getByRole('textbox', { name: 'Comment' })).toHaveValue('');
    await gate.getByRole('button', { name: 'Approve' }).click();
    await expect(run.status).toHaveText('Completed');
    await expect(page.getByRole('heading', { name: 'The run is complete' })).toBeVisible();
  });

  test('is rejected, once that is confirmed', async ({ page, api }) => {
    const execution = await run.begin(api, reviewed);
    await run.gate('Check').getByRole('button', { name: 'Reject' }).click();
    const dialog = page.getByRole('dialog', { name: 'Reject the text?' });
    await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
    expect((await api.run(execution)).status).not.toBe('failed');
    await run.gate('Check').getByRole('button', { name: 'Reject' }).click();
    await dialog.getByRole('button', { name: 'Reject', exact: true }).click();
    await expect(run.status).toHaveText('Rejected');
  });

  test('that somebody else decides first says so, and keeps what was typed', async ({ page, api, guard }) => {
    guard.allow(/409/);
    const execution = await run.begin(api, [prompt('Research'), review('Check'), prompt('Write'), review('Again')]);
    await page.route('**/steps/check/review?*', async (route) => {
      await api.review(execution, 'check', { decision: 'approve' });
      await route.continue();
    });
    await run.gate('Check').getByRole('textbox', { name: 'Comment' }).fill('My comment');
    await run.gate('Check').getByRole('button', { name: 'Approve' }).click();
    await expect(page.getByText(/The page shows how it stands now. What you typed is kept/)).toBeVisible();
    await expect(run.gate('Again')).toBeVisible();
    await page.getByRole('button', { name: 'Copy it' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('My comment');
  });

  test('takes no more text while a decision is under way, and keeps it when that fails', async ({ page, api, guard }) => {
    guard.allow(/500/);
    await run.begin(api, reviewed);
    const gate = run.gate('Check');
    const comment = gate.getByRole('textbox', { name: 'Comment' });
    const [first, second] = [promised(), promised()];
    const answers = [first.promise, second.promise];
    await page.route('**/steps/check/review?*', async (route) => {
      const goesOn = await answers.shift();
      await (goesOn ? route.continue() : route.fulfill({ status: 500, body: '' }));
    });
    await comment.fill('Well done');
    await gate.getByRole('button', { name: 'Approve' }).click();
    await expect(gate).toHaveAttribute('aria-busy', 'true');
    await comment.press('End');
    await comment.pressSequentially(', really');
    await expect(comment).toHaveValue('Well done');
    first.resolve(false);
    await expect(gate.getByRole('alert')).toBeVisible();
    await expect(gate).not.toHaveAttribute('aria-busy');
    await comment.pressSequentially(', really');
    await expect(comment).toHaveValue('Well done, really');
    await gate.getByRole('button', { name: 'Approve' }).click();
    await expect(gate).toHaveAttribute('aria-busy', 'true');
    second.resolve(true);
    await expect(run.status).toHaveText('Completed');
  });

  test('keeps an amount that was typed over a reload', async ({ page, api }) => {
    // The gate opens before the model would be called.
    await api.call('PUT', '/providers/anthropic/credential', { api_key: 'sk-ant-nobody-has-this-key' });
    const dear = prompt('Research', 'Write', { provider: 'anthropic', model: 'claude-sonnet-4-5' });
    const { id } = await api.createWorkflow('Dear', [dear]);
    const { id: execution } = await api.start(id, {}, { budget_usd: 0.000001 });
    await run.open(execution);
    const amount = run.gate('Research').getByRole('textbox', { name: 'New budget in US dollars' });
    await amount.fill('7.5');
    await page.reload();
    await expect(amount).toHaveValue('7.5');
  });

  test('is skipped in a run that skips reviews', async ({ page, api }) => {
    await run.begin(api, [prompt('Research', 'Research', { model: 'demo-slow' }), review('Check'), prompt('Write')]);
    await page.getByRole('switch', { name: 'Skip reviews' }).click();
    await expect(run.status).toHaveText('Completed');
    expect((await api.run(run.id)).yolo).toBe(true);
    expect((await api.step(run.id, 'check')).status).toBe('skipped');
  });
});

test.describe('a run', () => {
  const slow = ['One', 'Two', 'Three'].map((label) => prompt(label, `Write ${label}`, { model: 'demo-slow' }));

  test('is paused and goes on', async ({ page, api }) => {
    const execution = await watch(page, api, slow);
    await run.button('Pause').click();
    await expect(run.status).toHaveText('Paused');
    await api.untilStep(execution, 'one', 'completed');
    expect((await api.step(execution, 'two')).status).toBe('pending');
    await expect(run.button('Pause')).toHaveCount(0);
    await run.button('Resume').click();
    await expect(run.status).toHaveText('Completed');
  });

  test('is cancelled, once that is confirmed, and keeps the text so far', async ({ page, api }) => {
    const execution = await watch(page, api, slow);
    await expect(run.stream('One')).toContainText('Simulated');
    await run.button('Cancel').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
    await expect(run.status).toHaveText('Cancelled');
    const { content } = await api.step(execution, 'one');
    expect(content).toContain('Simulated');
    await expect.poll(() => run.raw('One')).toBe(content);
    await expect(run.button('Cancel')).toHaveCount(0);
    await expect(run.button('Resume')).toHaveCount(0);
  });

  test('shows what runs for reading only', async ({ page, api }) => {
    await watch(page, api, slow);
    await expect(run.stream('One')).toBeVisible();
    await expect(run.step('One').getByRole('combobox')).toHaveCount(0);
    await expect(run.step('One').getByRole('button', { name: 'Change model or prompt' })).toHaveCount(0);
    await expect(run.step('One').getByText('demo / demo-slow')).toBeVisible();
    const later = await run.openStep('Three');
    await later.getByRole('button', { name: 'Change model or prompt' }).click();
    await chooseModel(later.getByRole('combobox', { name: 'Model' }), 'demo', 'demo-instant');
    await later.getByRole('button', { name: 'Save for this run' }).click();
    await expect(page.getByText('Changed for this run. The workflow stays as it is.')).toBeVisible();
    await expect(run.status).toHaveText('Completed');
    expect((await api.step(run.id, 'three')).model).toBe('demo-instant');
    expect((await api.workflow('market-brief')).definition.steps[2].model).toBe('demo-slow');
  });

  test('shows what was changed for it in another browser', async ({ page, api, browser }) => {
    const gated = [prompt('One'), review('Check'), prompt('Two', 'Old words', { model: 'demo-echo' })];
    const id = await watch(page, api, gated);
    await expect(run.status).toHaveText('Waiting for you');
    await api.changeStep(id, 'two', { prompt: 'New words', model: 'demo-instant' });
    const elsewhere = await browser.newContext({ baseURL: new URL(page.url()).origin });
    const other = await elsewhere.newPage();
    await other.goto(`/runs/${id}`);
    const later = await new Run(other).openStep('Two');
    await expect(later.getByText('demo / demo-instant')).toBeVisible();
    await later.getByRole('button', { name: 'Change model or prompt' }).click();
    await expect(later.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('New words');
    await elsewhere.close();
  });

  test('can be left while a change of it is being saved', async ({ page, api }) => {
    const id = await watch(page, api, [prompt('One'), review('Check'), prompt('Three')]);
    const later = await run.openStep('Three');
    await later.getByRole('button', { name: 'Change model or prompt' }).click();
    await later.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Other words');
    const letGo = await hold(page, `**/executions/${id}/steps/three?*`);
    const saved = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await later.getByRole('button', { name: 'Save for this run' }).click();
    await page.getByRole('link', { name: 'Workflows', exact: true }).first().click();
    await expect(page.getByRole('heading', { name: 'Workflows', level: 1 })).toBeVisible();
    letGo();
    await saved;
    const definition = () => api.get(`/workflows/executions/${id}/definition`);
    await expect.poll(async () => (await definition()).steps.at(-1).prompt).toBe('Other words');
    await run.open(id);
    await run.openStep('Three');
    await expect(run.step('Three').getByRole('button', { name: 'Save for this run' })).toHaveCount(0);
  });

  test('shows prompt, attempts, tokens, cost and duration of a step', async ({ api }) => {
    const flaky = prompt('Flaky', 'Write of {{input.topic}}', { model: 'demo-flaky', max_retries: 3 });
    await run.begin(api, [flaky], { input: { topic: 'lighthouses' } });
    await expect(run.status).toHaveText('Completed');
    const card = await run.openStep('Flaky');
    await run.show('Flaky', 'Prompt');
    await expect(card.getByText('Write of lighthouses', { exact: true })).toBeVisible();
    await run.show('Flaky', 'Attempts');
    await expect(card.getByText('Attempt 3')).toBeVisible();
    await expect(card.getByText('Failed', { exact: true })).toHaveCount(2);
    await expect(card).toContainText(/\d+ tokens/);
  });

  test('is deleted, once that is confirmed', async ({ page, api }) => {
    const execution = await run.begin(api, [prompt('Research')]);
    await expect(run.status).toHaveText('Completed');
    await run.choose('Delete');
    await page.getByRole('dialog', { name: 'Delete this run?' }).getByRole('button', { name: 'Delete' }).click();
    await expect(page).toHaveURL('/workflows/market-brief/run');
    expect(await api.status(`/workflows/executions/${execution}`)).toBe(404);
  });

  test('is run again with its input', async ({ page, api }) => {
    const first = await run.begin(api, [prompt('Ask', 'Of {{input.topic}}')], { input: { topic: 'tea' } });
    await expect(run.status).toHaveText('Completed');
    await run.choose('Run again');
    await expect(page.getByRole('textbox', { name: 'topic' })).toHaveValue('tea');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(run.status).toHaveText('Completed');
    expect(run.id).not.toBe(first);
    expect((await api.run(run.id)).input).toEqual({ topic: 'tea' });
    const history = page.getByRole('complementary', { name: 'Runs of this workflow' }).getByRole('link');
    await expect(history).toHaveCount(2);
    await expect(history.first()).toHaveAttribute('aria-current', 'page');
    await history.last().click();
    await expect(page).toHaveURL(new RegExp(`/runs/${first}$`));
  });

  test('that is not there says so', async ({ page, guard }) => {
    guard.allow(/404/);
    await page.goto('/runs/execution-01890a5d-ac96-774b-bcce-b302099a8057');
    await expect(page.getByRole('heading', { name: 'There is no run at this address' })).toBeVisible();
  });
});

test.describe('a run that is being changed', () => {
  const waiting = [review('Check'), prompt('Write', 'Write of tea', { model: 'demo-instant' })];
  const form = () => run.step('Write');
  const field = () => form().getByRole('textbox', { name: 'Prompt', exact: true });
  const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => /^sluice\.(change|budget)\./.test(key)));

  test('keeps what was typed to change a step over a reload', async ({ page, api }) => {
    const execution = await run.begin(api, waiting);
    await run.openStep('Write');
    await form().getByRole('button', { name: 'Change model or prompt' }).click();
    await field().fill('Write of coffee');
    await chooseModel(form().getByRole('combobox', { name: 'Model' }), 'demo', 'demo-echo');
    await page.reload();
    await expect(field()).toHaveValue('Write of coffee');
    await expect(form().getByRole('combobox', { name: 'Model' })).toHaveValue('demo-echo');
    await form().getByRole('button', { name: 'Discard' }).click();
    await page.reload();
    await expect(form().getByRole('button', { name: 'Change model or prompt' })).toBeVisible();
    await expect(field()).toHaveCount(0);
    expect(await kept(page)).toEqual([]);
    await form().getByRole('button', { name: 'Change model or prompt' }).click();
    await expect(field()).toHaveValue('Write of tea');
    await field().fill('Write of milk');
    await page.reload();
    await form().getByRole('button', { name: 'Save for this run' }).click();
    await expect(page.getByText('Changed for this run. The workflow stays as it is.')).toBeVisible();
    expect(await kept(page)).toEqual([]);
    // What is typed and never saved is forgotten when the step has run.
    await form().getByRole('button', { name: 'Change model or prompt' }).click();
    await field().fill('Write of wine');
    await api.review(execution, 'check', { decision: 'approve' });
    await expect(run.status).toHaveText('Completed');
    expect((await api.step(execution, 'write')).prompt).toBe('Write of milk');
    await expect.poll(() => kept(page)).toEqual([]);
  });

  test('keeps a budget that was typed over a reload', async ({ page, api }) => {
    const execution = await run.begin(api, waiting);
    const amount = page.getByRole('textbox', { name: 'Budget in US dollars' });
    await run.choose('Change budget');
    await amount.fill('1.25');
    await page.reload();
    await expect(amount).toHaveValue('1.25');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => kept(page)).toEqual([]);
    await run.choose('Change budget');
    await expect(amount).toHaveValue('');
    await amount.fill('2');
    await page.reload();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect(amount).toHaveCount(0);
    expect((await api.run(execution)).budget_usd).toBe(2);
    await expect.poll(() => kept(page)).toEqual([]);
  });
});

test.describe('a failed step', () => {
  const failing = [prompt('Research'), prompt('Write', 'Of {{steps.Research.content}}', { model: 'demo-broken' }), prompt('Sum up')];

  test('is run again with another model, after its plan was shown', async ({ page, api }) => {
    const execution = await run.begin(api, failing);
    await expect(page.getByText('The run failed at “Write”.')).toBeVisible();
    await expect(run.step('Write').getByText('demo-broken refuses every request').first()).toBeVisible();
    const before = await api.step(execution, 'research');
    await run.button('Switch model and retry').click();
    const dialog = page.getByRole('dialog', { name: 'Run again from “Write”' });
    await expect(dialog.getByText('Kept as they are: Research.')).toBeVisible();
    await expect(dialog.getByRole('listitem').filter({ hasText: 'Write' })).toContainText('it is the one you chose');
    await expect(dialog.getByRole('listitem').filter({ hasText: 'Sum up' })).toContainText('it has not completed');
    await chooseModel(dialog.getByRole('combobox', { name: 'Model' }), 'demo', 'demo-instant');
    await dialog.getByRole('button', { name: 'Run again from here' }).click();
    await expect(run.status).toHaveText('Completed');
    expect((await api.step(execution, 'write')).model).toBe('demo-instant');
    expect((await api.step(execution, 'research')).completed_at).toBe(before.completed_at);
  });

  test('can be given an output by hand', async ({ api }) => {
    const execution = await run.begin(api, failing);
    const card = run.step('Write');
    await card.getByRole('button', { name: 'Write the output yourself' }).click();
    await card.getByRole('textbox', { name: 'Output of Write' }).fill('My own text.');
    await card.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(async () => (await api.step(execution, 'write')).output).toBe('My own text.');
  });
});

test('an edited output warns of what becomes stale, and runs the later steps again', async ({ page, api }) => {
  const execution = await run.begin(api, [prompt('Research'), prompt('Write', 'Of {{steps.Research.content}}'), prompt('Other')]);
  await expect(run.status).toHaveText('Completed');
  const card = await run.openStep('Research');
  await card.getByRole('button', { name: 'Edit output' }).click();
  await card.getByRole('textbox', { name: 'Output of Research' }).fill('Corrected research.');
  await expect(card.getByText('Made from the old output, and stale after this: Write.')).toBeVisible();
  await expect(card.getByRole('region', { name: 'Difference' })).toContainText('Corrected research.');
  await card.getByRole('button', { name: 'Save and run the later steps again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run again from here' }).click();
  await expect.poll(async () => (await api.step(execution, 'write')).prompt).toBe('Of Corrected research.');
  await expect(run.status).toHaveText('Completed');
  await expect(run.step('Research').getByText('The output was written by a person.')).toBeAttached();
});

test('the text of a model is Markdown, and never HTML', async ({ page, api, context }) => {
  const evil = [
    '# A heading',
    '<script>window.hacked = 1</script>',
    '<img src="x" onerror="window.hacked = 2">',
    '<a href="javascript:window.hacked=3">raw</a>',
    '[click me](javascript:window.hacked=4)',
    '**bold** and `code <b>x</b>`',
  ].join('\n\n');
  const requests = [];
  context.on('request', (request) => requests.push(new URL(request.url()).pathname));
  await run.begin(api, [prompt('Echo', evil, { model: 'demo-echo' })]);
  await expect(run.status).toHaveText('Completed');
  const text = run.step('Echo').locator('.markdown');
  await expect(text.getByRole('heading', { name: 'A heading' })).toBeVisible();
  await expect(text.locator('strong')).toHaveText('bold');
  await expect(text).toContainText('<script>window.hacked = 1</script>');
  await expect(text).toContainText('<img src="x" onerror="window.hacked = 2">');
  await expect(page.locator('main :is(script, img, iframe, [onerror])')).toHaveCount(0);
  await expect(page.locator('a[href^="javascript:" i]')).toHaveCount(0);
  await text.getByText('click me').click();
  expect(await page.evaluate(() => window.hacked)).toBeUndefined();
  expect(requests).not.toContain('/runs/x');
});

test('the page does not jump while text streams, and follows it unless the reader scrolled', async ({ page, api }) => {
  const long = `${'A line that is repeated.\n\n'.repeat(80)}`;
  await run.begin(api, [prompt('Echo', long, { model: 'demo-echo' }), prompt('Slow', long, { model: 'demo-slow' })]);
  await expect(run.stream('Slow')).toContainText('Simulated');
  const top = await page.evaluate(() => window.scrollY);
  await expect(run.status).toHaveText('Completed');
  expect(await page.evaluate(() => window.scrollY)).toBe(top);
});

test('the totals and the copy button tell what the API tells', async ({ page, api }) => {
  const execution = await run.begin(api, [prompt('Research')]);
  await expect(run.status).toHaveText('Completed');
  const { token_usage: usage } = await api.run(execution);
  await expect(page.getByText(`${usage.input_tokens} in`, { exact: true })).toBeVisible();
  await expect(page.getByText(`${usage.output_tokens} out`, { exact: true })).toBeVisible();
  await run.step('Research').getByRole('button', { name: 'Copy the text of Research' }).click();
  const { content } = await api.step(execution, 'research');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(content);
});
