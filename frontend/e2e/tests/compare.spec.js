import { prompt, review } from '../lib/api.js';
import { Run } from '../lib/run.js';
import { expectNoSidewaysScrolling } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

const echo = (label, text) => prompt(label, text, { model: 'demo-echo' });
const step = (page, label) => page.locator('.compare-step').filter({ has: page.getByRole('heading', { name: label, exact: true }) });
const facts = (page) => page.getByRole('table', { name: 'Facts of the runs' });
const showAll = (page) => page.getByRole('switch', { name: 'Show unchanged parts, too' });

/** Two runs of one workflow: another idea, another version with a step more. */
async function twoRuns(api) {
  const { id } = await api.createWorkflow('Market brief', [echo('Research', 'About {{input.idea}}.'), echo('Fixed', 'Always this.')]);
  const { id: a } = await api.start(id, { idea: 'a lamp', tone: 'dry' });
  await api.untilRun(a, 'completed');
  await api.changeWorkflow(id, (workflow) => workflow.definition.steps.push(echo('Summary', 'In short.')));
  const { id: b } = await api.start(id, { idea: 'a chair', tone: 'dry' });
  await api.untilRun(b, 'completed');
  return { workflow: id, a, b };
}

test('two runs are compared step by step, what differs first and all on request', async ({ page, api }) => {
  const { a, b } = await twoRuns(api);
  await page.goto(`/runs/compare?a=${a}&b=${b}`);
  await expect(facts(page).getByRole('row', { name: /^Version/ })).toHaveText(/1\s*2/);
  await expect(facts(page).getByRole('row', { name: /^State/ })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Difference: Idea' })).toContainText('a chair');
  await expect(page.getByText('Tone', { exact: true })).toHaveCount(0);
  await expect(page.getByText('2 of 3 steps differ in state, model, prompt or output.')).toBeVisible();
  await expect(step(page, 'Fixed')).toHaveCount(0);
  await expect(step(page, 'Summary')).toContainText('Only in B');
  await step(page, 'Research').locator('summary').click();
  await expect(step(page, 'Research').getByRole('region', { name: 'Difference: Prompt' })).toContainText('About a lamp.');
  await expect(step(page, 'Research').getByRole('region', { name: 'Difference: Output' })).toContainText('About a chair.');
  await showAll(page).click();
  await expect(facts(page).getByRole('row', { name: /^State/ })).toContainText('Completed');
  await expect(page.getByText('Tone', { exact: true })).toBeVisible();
  await step(page, 'Fixed').locator('summary').click();
  await expect(step(page, 'Fixed').getByRole('region', { name: 'Output' })).toHaveText('Always this.');
  await expect(step(page, 'Research')).toHaveAttribute('open', '');
});

test('the comparison is reached from the menu of a run and from the list', async ({ page, api }) => {
  const { a, b } = await twoRuns(api);
  const run = new Run(page);
  await run.open(b);
  await run.choose('Compare with…');
  await page.getByRole('dialog').getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`/runs/compare\\?a=${a}&b=${b}$`));
  await expect(facts(page)).toBeVisible();
  await page.goto('/runs');
  const bar = page.getByRole('region', { name: 'Chosen runs' });
  await page.getByRole('checkbox', { name: 'Choose all runs that are shown' }).check();
  await bar.getByRole('link', { name: 'Compare' }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/compare\\?a=${a}&b=${b}$`));
});

test('the list offers it for two runs only', async ({ page, api }) => {
  const { workflow } = await twoRuns(api);
  const { id } = await api.start(workflow, { idea: 'a table' });
  await api.untilRun(id, 'completed');
  await page.goto('/runs');
  const bar = page.getByRole('region', { name: 'Chosen runs' });
  await page.getByRole('checkbox', { name: 'Choose all runs that are shown' }).check();
  await expect(bar).toContainText('3 runs chosen');
  await expect(bar.getByRole('link', { name: 'Compare' })).toHaveCount(0);
});

test('addresses that name no two runs are told', async ({ page, api, guard }) => {
  guard.allow(/404/);
  const { a, b } = await twoRuns(api);
  for (const address of ['/runs/compare', `/runs/compare?a=${a}`, `/runs/compare?a=${a}&b=<b>`]) {
    await page.goto(address);
    await expect(page.getByText('Two runs are needed')).toBeVisible();
  }
  await page.goto(`/runs/compare?a=${a}&b=${a}`);
  await expect(page.getByText('Both are the same run')).toBeVisible();
  await page.goto(`/runs/compare?a=execution-018f0000-0000-7000-8000-000000000001&b=${b}`);
  await expect(page.getByText('The first run does not exist')).toBeVisible();
});

test('runs of different workflows are told, and a run that goes on is read again, or is gone by then', async ({ page, api, guard }) => {
  guard.allow(/404/);
  const { id: one } = await api.createWorkflow('One', [echo('Write', 'Text')]);
  const { id: other } = await api.createWorkflow('Other', [echo('Write', 'Text'), review('Check')]);
  const { id: a } = await api.start(one);
  await api.untilRun(a, 'completed');
  const { id: b } = await api.start(other);
  await api.untilRun(b, 'paused');
  await page.goto(`/runs/compare?a=${a}&b=${b}`);
  await expect(page.getByText('The runs are of different workflows.')).toBeVisible();
  await expect(facts(page).getByRole('row', { name: /^State/ })).toContainText('Waiting for you');
  await api.review(b, 'check', { decision: 'approve' });
  await api.untilRun(b, 'completed');
  await api.call('DELETE', `/workflows/executions/${a}`);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByText('The first run does not exist')).toBeVisible();
});

test('steps inside containers are compared when they are asked for', async ({ page, api }) => {
  const fan = (text) => ({ type: 'parallel', id: 'fan', label: 'Fan', branches: [{ name: 'left', steps: [echo('Left', text)] }, { name: 'right', steps: [echo('Right', 'Always this.')] }] });
  const { id } = await api.createWorkflow('Fanned', [fan('About {{input.idea}}.')]);
  const runs = [];
  for (const idea of ['a lamp', 'a chair']) {
    const { id: run } = await api.start(id, { idea });
    await api.untilRun(run, 'completed');
    runs.push(run);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`/runs/compare?a=${runs[0]}&b=${runs[1]}`);
  await step(page, 'Fan').first().locator('summary').first().click();
  await expect(step(page, 'Left').last()).toContainText('Differs');
  await step(page, 'Left').last().locator('summary').last().click();
  await expect(page.getByRole('region', { name: 'Difference: Prompt' })).toContainText('a chair');
  await expectNoSidewaysScrolling(page);
});
