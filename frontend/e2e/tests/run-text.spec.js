import { prompt, review } from '../lib/api.js';
import { Flood } from '../lib/flood.js';
import { ONE_COLUMN, Run } from '../lib/run.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

let run;
test.beforeEach(({ page }) => {
  run = new Run(page);
});

/** A run whose only step is under way, told by a flood: the test says what comes. */
async function streaming({ page, api, server, guard }) {
  const { id } = await api.createWorkflow('Quick', [prompt('Stream', 'Write', { model: 'demo-slow' })]);
  const { id: execution } = await api.start(id);
  await api.untilStep(execution, 'stream', 'running');
  const now = await api.run(execution);
  const steps = [{ ...now.steps[0], status: 'running', content: null, output: null }];
  const flood = await Flood.start(server, { ...now, status: 'running', steps });
  guard.server = flood;
  await page.setViewportSize(ONE_COLUMN);
  await page.goto(`${flood.url}/runs/${execution}`);
  await expect(run.stream('Stream')).toBeVisible();
  const step = { execution_id: execution, step_id: 'stream', path: 'stream', attempt: 1, at: new Date().toISOString() };
  return { flood, say: (text) => flood.say(step, text) };
}

test('blocks of Markdown are rendered when they are complete, and are not drawn again', async ({ page, api, server, guard }) => {
  const { flood, say } = await streaming({ page, api, server, guard });
  const stream = run.stream('Stream');
  const open = stream.locator('.open-block');
  await say('# The plan\n\nThe **fir');
  await expect(stream.getByRole('heading', { name: 'The plan' })).toBeVisible();
  await expect(open).toHaveText('The **fir');
  await stream.getByRole('heading', { name: 'The plan' }).evaluate((it) => it.setAttribute('data-seen', ''));
  await say('st** step.\n\n```js\nlet a = 1;\n\nlet');
  await expect(stream.locator('strong')).toHaveText('first');
  await expect(open).toHaveText('let a = 1;\n\nlet');
  await expect(open).toHaveClass(/\bcode\b/);
  await say(' b;\n```\n\n| a | b |\n|---|---|\n| 1 ');
  await expect(stream.locator('pre')).toHaveText('let a = 1;\n\nlet b;\n');
  await expect(open).toHaveText('| a | b |\n|---|---|\n| 1 ');
  await expect(stream.getByRole('table')).toHaveCount(0);
  await say('| 2 |\n\n- One\n\n- [x] Two\n\nThe end');
  await expect(stream.getByRole('table')).toContainText('2');
  await expect(stream.getByRole('checkbox')).toBeChecked();
  await expect(open).toHaveText('The end');
  await expect(stream.locator('[data-seen]')).toHaveText('The plan');
  await expectSound(page);
  flood.stop();
});

test('a text looks the same when it is complete as while it came', async ({ page, api }) => {
  const text = '# One\n\nA *word* of سلام.\n\n- a\n- b\n\nhttps://example.com/a_b.\n\n> Quoted\n\nLast.';
  await run.begin(api, [prompt('Echo', text, { model: 'demo-echo' })]);
  await expect(run.status).toHaveText('Completed');
  const box = (await run.openStep('Echo')).locator('.text-box .markdown');
  await expect(box.getByRole('link', { name: 'https://example.com/a_b' })).toHaveAttribute('rel', /noopener/);
  await expect(box.getByRole('heading', { name: 'One' })).toHaveAttribute('dir', 'auto');
});

test('headings of a text have sizes, none smaller than the text, and right-to-left text begins at the right', async ({ page, api }) => {
  const text = '# One\n\n## Two\n\n### Three\n\n###### Six\n\nمرحبا بالعالم.\n\n- [ ] Task';
  await run.begin(api, [prompt('Echo', text, { model: 'demo-echo' })]);
  await expect(run.status).toHaveText('Completed');
  const box = (await run.openStep('Echo')).locator('.text-box .markdown');
  const size = (locator) => locator.evaluate((it) => parseFloat(getComputedStyle(it).fontSize));
  const sizes = [];
  for (const name of ['One', 'Two', 'Three', 'Six']) {
    sizes.push(await size(box.getByRole('heading', { name })));
  }
  const own = await size(box.getByText('مرحبا'));
  expect(sizes[0]).toBeGreaterThan(sizes[1]);
  expect(sizes[1]).toBeGreaterThan(sizes[2]);
  expect(sizes[2]).toBeGreaterThan(own);
  expect(sizes[3]).toBeGreaterThanOrEqual(own);
  expect(await box.getByText('مرحبا').evaluate((it) => getComputedStyle(it).direction)).toBe('rtl');
  expect(await box.locator('li').evaluate((it) => getComputedStyle(it).listStyleType)).toBe('none');
});

test.describe('a text that comes back to its reviewer', () => {
  test('shows what changed since it was seen, on every computer', async ({ page, api, somebodyElse }) => {
    const long = 'The lamp is old.\n\nIt stands in the hall.';
    const execution = await run.begin(api, [prompt('Write', long, { model: 'demo-echo' }), prompt('Notes', 'Facts.', { model: 'demo-echo' }), review('Check', { shows: ['notes', 'write'] })]);
    const gate = run.gate('Check');
    await expect(gate.getByRole('heading', { name: 'Text to review (from Write)' })).toBeVisible();
    await expect(gate.getByText('What changed')).toHaveCount(0);
    await gate.getByRole('textbox', { name: 'Comment' }).fill('Mention the cat.');
    await gate.getByRole('button', { name: 'Revise' }).click();
    await expect.poll(async () => (await api.step(execution, 'write')).attempt).toBe(2);
    const difference = gate.getByRole('region', { name: 'Difference: what changed' });
    await expect(difference).toContainText('Mention the cat.');
    await expect(gate.locator('.said')).toHaveText('Mention the cat.');
    await expect(gate.getByText(/^Sent back for revision by/)).toBeVisible();
    await gate.getByText('Whole text', { exact: true }).click();
    await expect(difference).toHaveCount(0);
    await expect(gate.locator('.markdown').getByText('It stands in the hall.').first()).toBeVisible();
    const elsewhere = await somebodyElse();
    const other = new Run(elsewhere);
    await other.open(execution);
    await expect(other.gate('Check').getByRole('region', { name: 'Difference: what changed' })).toContainText('Mention the cat.');
  });

  test('is told to be unchanged', async ({ page, api }) => {
    const execution = await run.begin(api, [prompt('Write', 'Text', { model: 'demo-echo' }), review('Check')]);
    const gate = run.gate('Check');
    await gate.getByRole('button', { name: 'Approve' }).click();
    await expect(run.status).toHaveText('Completed');
    await api.call('POST', `/workflows/executions/${execution}/steps/check/retry`, {});
    await api.untilStep(execution, 'check', 'waiting');
    await page.reload();
    await expect(gate.getByText('Unchanged: the text is the one that you saw.')).toBeVisible();
    await expect(gate.getByText(/^Approved by/)).toBeVisible();
  });
});

test('the decisions stay in view on a phone while a long text is read', async ({ page, api }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await run.begin(api, [prompt('Write', 'A line that is repeated.\n\n'.repeat(60), { model: 'demo-echo' }), review('Check')]);
  const gate = run.gate('Check');
  await expect(gate.getByRole('button', { name: 'Approve' })).toBeVisible();
  await gate.getByRole('button', { name: 'Show all' }).click();
  await gate.getByRole('heading', { name: /^Text to review/ }).scrollIntoViewIfNeeded();
  await gate.getByRole('heading', { name: /^Text to review/ }).evaluate((it) => it.scrollIntoView({ block: 'start' }));
  for (const name of ['Approve', 'Revise', 'Reject']) {
    await expect(gate.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  }
  await expectNoSidewaysScrolling(page);
});

test('a gate of a budget tells its amounts once, and repeats no call that nobody changed', async ({ page, api }) => {
  // The gate opens before the model would be called.
  await api.call('PUT', '/providers/anthropic/credential', { api_key: 'sk-ant-nobody-has-this-key' });
  const dear = (label) => prompt(label, 'Write', { provider: 'anthropic', model: 'claude-sonnet-4-5' });
  const { id } = await api.createWorkflow('Dear', [dear('Research'), dear('Write')]);
  const { id: execution } = await api.start(id, {}, { budget_usd: 0.001 });
  await run.open(execution);
  const gate = run.gate('Research');
  await expect(gate.getByText(/is spent\. The next call may cost \$[\d.]+, the rest of the run up to \$[\d.]+\.$/)).toHaveCount(1);
  await expect(gate.getByText(/\$\d+\.\d{5}/)).toHaveCount(0);
  await expect(gate.getByText(/may cost/)).toHaveCount(1);
  const { needed_usd: needed } = (await api.step(execution, 'research')).gate;
  const amount = gate.getByRole('textbox', { name: 'New budget in US dollars' });
  await expect.poll(async () => Number(await amount.inputValue())).toBeGreaterThan(needed);
  const again = gate.getByRole('button', { name: 'Try with the changed model' });
  await expect(again).toHaveAttribute('aria-disabled', 'true');
  await expectSound(page);
  await api.call('PATCH', `/workflows/executions/${execution}/steps/research`, { provider: 'demo', model: 'demo' });
  await page.reload();
  await expect(again).not.toHaveAttribute('aria-disabled', 'true');
});
