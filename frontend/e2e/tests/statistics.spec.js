import { prompt } from '../lib/api.js';
import { expect, test } from '../lib/test.js';

/** A workflow with two completed runs and a failed one. */
async function withRuns(api) {
  const failing = prompt('Write', '{{input.text}}', { model: 'demo-echo' });
  const { id } = await api.createWorkflow('Market brief', [prompt('Research'), failing]);
  for (let run = 0; run < 2; run += 1) {
    const started = await api.start(id, { text: 'tea' });
    await api.untilRun(started.id, 'completed');
  }
  await api.changeWorkflow(id, (workflow) => {
    Object.assign(workflow.definition.steps[1], { model: 'demo-broken', max_retries: 0 });
  });
  const started = await api.start(id, { text: 'tea' });
  await api.untilRun(started.id, 'failed');
  return id;
}

test('the statistics are a click away, as charts and as tables', async ({ page, api }) => {
  const id = await withRuns(api);
  await page.goto(`/workflows/${id}`);
  await page.getByRole('link', { name: 'Statistics' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Statistics' })).toBeVisible();
  const chart = page.getByRole('img', { name: '2 completed, 1 failed and 0 cancelled in 30 days. At most 3 on one day.' });
  await expect(chart).toBeVisible();
  await expect(chart.locator('rect')).toHaveCount(2);
  const steps = page.getByRole('region', { name: 'Table by step' });
  await expect(steps.getByRole('row', { name: /^Research 3 0/ })).toBeVisible();
  await expect(steps.getByRole('row', { name: /^Write 3 1 \(33 %\)/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Cost by model' })).toBeVisible();
  await expect(page.getByText('demo · demo-instant')).toBeVisible();
  await page.getByText('Table by day').click();
  const days = page.getByRole('region', { name: 'Table by day' });
  const today = new Date().toISOString().slice(0, 10);
  await expect(days.getByRole('row', { name: new RegExp(`^${today} 2 1 0`) })).toBeVisible();
  await expect(days.getByRole('row')).toHaveCount(2);
});

test('another time is chosen', async ({ page, api }) => {
  const id = await withRuns(api);
  await page.goto(`/workflows/${id}/stats`);
  await page.getByRole('radio', { name: '7 days' }).check();
  await expect(page.getByRole('img', { name: /in 7 days/ })).toBeVisible();
  await expect(page.getByRole('radio', { name: '7 days' })).toBeChecked();
});

test('a workflow that has never run says so', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research')]);
  await page.goto('/');
  await page.getByLabel('More actions for Market brief', { exact: true }).click();
  await page.getByRole('button', { name: 'Statistics' }).click();
  await expect(page).toHaveURL(`/workflows/${id}/stats`);
  await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
});

test('templates are chosen by category', async ({ page, api }) => {
  const step = prompt('Research');
  await api.call('POST', '/workflows/templates', { name: 'My brief', category: 'Zoo', definition: { steps: [step] } });
  await page.goto('/templates');
  const group = page.getByRole('group', { name: 'Category' });
  await group.getByRole('button', { name: 'Zoo 1' }).click();
  await expect(page.getByRole('heading', { level: 3 })).toHaveText(['My brief']);
  await expect(group.getByRole('button', { name: 'Zoo 1' })).toHaveAttribute('aria-pressed', 'true');
  await group.getByRole('button', { name: /^All/ }).click();
  await expect(page.getByRole('heading', { level: 3, name: 'Research Brief' })).toBeVisible();
});
