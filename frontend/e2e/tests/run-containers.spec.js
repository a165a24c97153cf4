import { prompt, review } from '../lib/api.js';
import { chooseModel } from '../lib/builder.js';
import { ONE_COLUMN, Run } from '../lib/run.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

test.use({ viewport: ONE_COLUMN });

const instant = (label, text) => prompt(label, text, { provider: 'demo', model: 'demo-echo' });

/** Two branches that wait for a person, then items, a case and rounds. */
function steps() {
  return [
    {
      label: 'Look at it',
      type: 'parallel',
      branches: [
        { name: 'market', steps: [instant('Facts', 'Facts on {{input.topic}}'), review('Check facts')] },
        { name: 'law', steps: [instant('Risks', 'Risks of {{input.topic}}'), review('Check risks')] },
      ],
    },
    { label: 'Each', type: 'parallel', for_each: '["tea", "milk"]', steps: [instant('Slogan', 'Drink {{item}}!')] },
    {
      label: 'Route',
      type: 'conditional',
      cases: [
        { name: 'one', when: 'steps.Each.output | length == 1', steps: [instant('Short', 'short')] },
        { name: 'many', when: 'steps.Each.output | length > 1', steps: [instant('Join', 'joined')] },
      ],
    },
    { label: 'Polish', type: 'loop', until: 'iteration == 2', max_iterations: 4, steps: [instant('Rewrite', '{{iteration}}')] },
  ];
}

test('a run is decided at two gates at once, and shows what ran inside', async ({ page, api }) => {
  const run = new Run(page);
  await run.begin(api, steps(), { input: { topic: 'tides' } });
  await expect(page.getByRole('button', { name: 'Decide (2)' })).toBeVisible();
  const facts = run.step('Check facts');
  await expect(facts.getByText('Facts on tides')).toBeVisible();
  await expectSound(page);
  // One decision leaves the other gate as it is.
  await facts.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByRole('button', { name: 'Decide', exact: true })).toBeVisible();
  const risks = run.step('Check risks');
  await expect(risks.getByText('Risks of tides')).toBeVisible();
  await risks.getByRole('button', { name: 'Approve' }).click();
  await expect(run.status).toHaveText('Completed');

  await run.openStep('Each');
  await expect(run.step('Each').getByRole('button', { name: 'Item 2' })).toBeVisible();
  await page.getByRole('button', { name: 'Slogan' }).first().click();
  await expect(page.getByText('Drink tea!').first()).toBeVisible();
  await run.openStep('Route');
  await expect(run.step('Route').getByText('“one” was false: steps.Each.output =')).toBeVisible();
  await expect(run.step('Route').getByText('Not taken: one.')).toBeVisible();
  await expect(run.step('Polish').getByRole('button', { name: 'Round 2' })).toBeVisible();
  await expectSound(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoSidewaysScrolling(page);
});

test('the failure of one item is found from the head of the page', async ({ page, api }) => {
  const run = new Run(page);
  const broken = prompt('Ask', '{{item}}', { provider: 'demo', model: 'demo-broken', max_retries: 0 });
  await run.begin(api, [{ label: 'Each', type: 'parallel', for_each: '[1, 2, 3]', steps: [broken] }]);
  await expect(run.status).toHaveText('Failed');
  await expect(page.getByText('The run failed at “Ask”.')).toBeVisible();
  await page.getByRole('button', { name: 'Go to the failed step' }).click();
  await expect(page.locator(':focus')).toHaveText('Ask');
});

test('a step is changed for one item alone, or for all that have not run', async ({ page, api }) => {
  const run = new Run(page);
  const ask = prompt('Ask', '{{item}}', { provider: 'demo', model: 'demo-broken', max_retries: 0 });
  await run.begin(api, [{ label: 'Each', type: 'parallel', for_each: '[1, 2]', steps: [ask] }]);
  await expect(run.status).toHaveText('Failed');
  // Beside the tree, the chosen step stands alone.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`/runs/${run.id}#each.1.ask`);
  await page.getByRole('button', { name: 'Switch model and retry' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('radio', { name: 'All items that have not run' })).toBeChecked();
  await dialog.getByRole('radio', { name: 'Only this item' }).check({ force: true });
  await chooseModel(dialog.getByRole('combobox', { name: 'Model' }), 'demo', 'demo-echo');
  await expectSound(page);
  const sent = page.waitForRequest((request) => new URL(request.url()).pathname.endsWith('/retry'));
  await dialog.getByRole('button', { name: 'Run again from here' }).click();
  expect((await sent).postDataJSON()).toMatchObject({ model: 'demo-echo', only_here: true });
  await expect.poll(async () => (await api.get(`/workflows/executions/${run.id}/steps/each.1.ask`)).run.status).toBe('completed');
  const { own_step: own } = await api.get(`/workflows/executions/${run.id}/steps/each.1.ask`);
  expect(own.model).toBe('demo-echo');
  expect((await api.get(`/workflows/executions/${run.id}/definition`)).steps[0].steps[0].model).toBe('demo-broken');
});

test('one item is retried, and the one that is done is kept', async ({ page, api }) => {
  const run = new Run(page);
  const bad = prompt('Bad', '{{item}}', { provider: 'demo', model: 'demo-broken', max_retries: 0 });
  const route = {
    label: 'Route',
    type: 'conditional',
    cases: [{ name: 'second', when: 'item == 2', steps: [bad] }],
    otherwise: { steps: [instant('Good', 'Item {{item}}')] },
  };
  const id = await run.begin(api, [{ label: 'Each', type: 'parallel', for_each: '[1, 2]', max_concurrency: 1, steps: [route] }]);
  await expect(run.status).toHaveText('Failed');
  await page.getByRole('button', { name: 'Go to the failed step' }).click();
  await run.step('Bad').getByRole('button', { name: 'Switch model and retry' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run again from “Bad”' });
  await expect(dialog.getByText(/^Kept as they are: /)).toContainText('Good');
  await chooseModel(dialog.getByRole('combobox', { name: 'Model' }), 'demo', 'demo-echo');
  await dialog.getByRole('button', { name: 'Run again from here' }).click();
  await expect(run.status).toHaveText('Completed');
  const attempts = async (path) => (await api.get(`/workflows/executions/${id}/steps/${path}`)).run.attempt;
  expect([await attempts('each.0.route.otherwise.good'), await attempts('each.1.route.second.bad')]).toEqual([1, 2]);
});
