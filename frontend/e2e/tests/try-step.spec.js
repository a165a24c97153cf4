// Trying one step in the builder: where its values come from, what comes of it, and what stands in the way.

import { Builder } from '../lib/builder.js';
import { prompt, review } from '../lib/api.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

const echo = (label, text) => prompt(label, text, { model: 'demo-echo' });
const steps = [echo('Plan', 'A plan on {{input.topic}}'), echo('Draft', 'From {{steps.Plan.content}}')];

/** Opens the panel of a step. */
async function panel(builder, label) {
  const card = await builder.openStep(label);
  await card.getByRole('button', { name: 'Try this step' }).click();
  return card;
}

const lastTry = (card) => card.getByRole('group', { name: 'Last try' });
const tryIt = (card) => card.getByRole('button', { name: 'Try', exact: true });

test('a step is tried with the values of the newest run, as the draft is', async ({ page, api }) => {
  const workflow = await api.createWorkflow('Tried', steps);
  const run = await api.start(workflow.id, { topic: 'tea' });
  await api.untilRun(run.id, 'completed');
  const builder = new Builder(page);
  await builder.open(workflow.id);
  const card = await panel(builder, 'Draft');
  await expect(card.getByLabel('Values from')).toHaveValue(run.id);
  await expect(card.getByText('Calls demo-echo')).toBeVisible();
  await tryIt(card).click();
  await expect(lastTry(card)).toContainText('From A plan on tea');
  await expect(lastTry(card)).toContainText('demo-echo');
  await expect(card.getByText(/^1 try of this step/)).toBeVisible();
  // The prompt is edited and tried again, without a save.
  const text = card.getByRole('textbox', { name: 'Prompt', exact: true });
  await text.fill('Again: {{steps.Plan.content}}');
  await expect(lastTry(card)).toContainText('From A plan on tea');
  await text.press('Control+Enter');
  await expect(lastTry(card)).toContainText('Again: A plan on tea');
  await expect(card.getByText(/^2 tries of this step/)).toBeVisible();
  // Typing begins with the values of the run.
  await card.getByLabel('Values from').selectOption('Type the values');
  await expect(card.getByRole('textbox', { name: 'Output of Plan' })).toHaveValue('A plan on tea');
  expect((await api.workflow(workflow.id)).version).toBe(1);
  expect((await api.get('/workflows/executions')).items).toHaveLength(1);
  // What is half under a bar is measured as too small.
  await page.evaluate(() => window.scrollTo(0, 0));
  await expectSound(page);
});

test('missing values are typed, and an output is pinned for the next tries', async ({ page, api, guard }) => {
  guard.allow(/422/);
  const workflow = await api.createWorkflow('Pinned', [...steps, echo('Last', 'Last: {{steps.Plan.content}}')]);
  const builder = new Builder(page);
  await builder.open(workflow.id);
  const card = await panel(builder, 'Draft');
  await expect(card.getByLabel('Values from')).toHaveValue('typed');
  await tryIt(card).click();
  await expect(card.getByRole('alert')).toContainText('“Plan”');
  const output = card.getByRole('textbox', { name: 'Output of Plan' });
  await expect(output).toHaveAttribute('aria-invalid', 'true');
  await output.fill('my own plan');
  await card.getByRole('button', { name: 'Pin', exact: true }).click();
  await tryIt(card).click();
  await expect(lastTry(card)).toContainText('From my own plan');
  await expect(builder.card('Plan').getByText('Pinned', { exact: true })).toBeVisible();
  // Another step reads the pinned output, after a reload too.
  await page.reload();
  const last = await panel(builder, 'Last');
  await tryIt(last).click();
  await expect(lastTry(last)).toContainText('Last: my own plan');
  await last.getByRole('button', { name: 'Unpin the output of Plan' }).click();
  await expect(builder.card('Plan').getByText('Pinned', { exact: true })).toHaveCount(0);
  // What a try gave is pinned, too.
  const plan = await panel(builder, 'Plan');
  await plan.getByRole('textbox', { name: 'Input: topic' }).fill('coffee');
  await tryIt(plan).click();
  await expect(lastTry(plan)).toContainText('A plan on coffee');
  await plan.getByRole('button', { name: 'Pin this output' }).click();
  await tryIt(last).click();
  await expect(lastTry(last)).toContainText('Last: A plan on coffee');
});

test('a workflow that was never saved is saved first', async ({ page }) => {
  const builder = new Builder(page);
  await builder.open();
  await builder.name.fill('New one');
  await page.getByRole('region', { name: 'Add a step' }).getByRole('button', { name: 'Prompt', exact: true }).click();
  const card = page.locator('article.step').first();
  await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Hello');
  await card.getByRole('button', { name: 'Try this step' }).click();
  await expect(card.getByText('Save first')).toBeVisible();
  await card.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('article.step').first().getByRole('button', { name: 'Try this step' })).toBeVisible();
  await expect(page).toHaveURL(/\/workflows\/new-one/);
});

test('errors stand in the panel: a provider away, a run gone, an input too large', async ({ page, api, guard }) => {
  guard.allow(/422|404/);
  const far = prompt('Far', 'x', { provider: 'openai', model: 'gpt-5' });
  const workflow = await api.createWorkflow('Away', [far, echo('Draft', 'From {{steps.Far.content}} {{input.text | length}}')]);
  const run = await api.start((await api.createWorkflow('Other', [echo('A', 'x')])).id);
  await api.untilRun(run.id, 'completed');
  const builder = new Builder(page);
  await builder.open(workflow.id);
  const card = await panel(builder, 'Far');
  await tryIt(card).click();
  await expect(card.getByRole('alert')).toContainText('openai');
  const draft = await panel(builder, 'Draft');
  await draft.getByRole('textbox', { name: 'Output of Far' }).fill('F');
  await draft.getByRole('textbox', { name: 'Input: text' }).fill('x'.repeat(1024 * 1024 + 1));
  await tryIt(draft).click();
  await expect(draft.getByRole('alert')).toContainText('1048576 bytes');
  await draft.getByRole('textbox', { name: 'Input: text' }).fill('x'.repeat(1000 * 1024));
  await tryIt(draft).click();
  await expect(lastTry(draft)).toContainText('From F 1024000');
});

test('a run that was deleted is said to be gone', async ({ page, api, guard }) => {
  guard.allow(/404/);
  const workflow = await api.createWorkflow('Gone', steps);
  const run = await api.start(workflow.id, { topic: 'tea' });
  await api.untilRun(run.id, 'completed');
  const builder = new Builder(page);
  await builder.open(workflow.id);
  const card = await panel(builder, 'Draft');
  await expect(card.getByLabel('Values from')).toHaveValue(run.id);
  await api.call('DELETE', `/workflows/executions/${run.id}`);
  await tryIt(card).click();
  await expect(card.getByRole('alert')).toContainText('no execution');
});

test('a long try is cancelled, and a tried review waits', async ({ page, api }) => {
  const slow = prompt('Slow', 'Write about lighthouses', { model: 'demo-slow' });
  const workflow = await api.createWorkflow('Slowly', [slow, review('Check')]);
  const builder = new Builder(page);
  await builder.open(workflow.id);
  await builder.choose('Slow', 'Try this step');
  const card = builder.card('Slow');
  await tryIt(card).click();
  await expect(card.locator('.try-text')).toBeVisible();
  await card.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(lastTry(card)).toContainText('Cancelled');
  const check = await panel(builder, 'Check');
  await check.getByRole('textbox', { name: 'Output of Slow' }).fill('A text');
  await tryIt(check).click();
  await expect(lastTry(check)).toContainText('Waiting for you');
  expect((await api.get('/workflows/executions/gates')).items).toHaveLength(0);
});

test('a step that writes asks before it is tried', async ({ page, api }) => {
  const send = { id: 'send', label: 'Send', type: 'tool', tool: 'native:http_request', arguments: { url: 'http://127.0.0.1:9/', method: 'POST' } };
  const workflow = await api.createWorkflow('Sends', [send]);
  const builder = new Builder(page);
  await builder.open(workflow.id);
  await builder.choose('Send', 'Try this step');
  await tryIt(builder.card('Send')).click();
  const asked = page.getByRole('dialog', { name: 'Really carry it out?' });
  await asked.getByRole('button', { name: 'Cancel' }).click();
  expect((await api.get('/workflows/executions?tried=true')).items).toHaveLength(0);
});

test('the panel fits a telephone', async ({ page, api }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  const workflow = await api.createWorkflow('Narrow', steps);
  const builder = new Builder(page);
  await builder.open(workflow.id);
  const card = await panel(builder, 'Draft');
  await card.getByRole('textbox', { name: 'Output of Plan' }).fill('A plan');
  await tryIt(card).click();
  await expect(lastTry(card)).toContainText('From A plan');
  await expectNoSidewaysScrolling(page);
  await expectSound(page);
});
