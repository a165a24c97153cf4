import { prompt, review } from '../lib/api.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

const table = (page) => page.getByRole('table', { name: 'Runs' });
/** The rows of the list, without its head. */
const rows = (page) => table(page).getByRole('row').filter({ has: page.getByRole('cell') });
const row = (page, name) => rows(page).filter({ has: page.getByRole('link', { name, exact: true }) });
const states = async (page) => {
  const texts = await rows(page).locator('.state').allTextContents();
  return texts.map((text) => text.trim());
};
const bar = (page) => page.getByRole('region', { name: 'Chosen runs' });
const waiting = (page) => page.getByRole('region', { name: /^Waiting for you/ });
const nav = (page) => page.getByRole('navigation', { name: 'Main' });

const broken = (label) => prompt(label, 'Write', { model: 'demo-broken', max_retries: 0 });

/** A workflow of these steps with a run, which has come to this status. */
async function ran(api, name, steps, status, rest = {}) {
  const { id } = await api.createWorkflow(name, steps);
  const { id: run } = await api.start(id, {}, rest);
  await api.untilRun(run, status);
  return { workflow: id, run };
}

test('what waits stands first, with its number in the bar and in the title of the tab', async ({ page, api }) => {
  const { run } = await ran(api, 'Brief', [review('Check')], 'paused');
  await ran(api, 'Report', [prompt('Write')], 'completed');
  await page.goto('/');
  await expect(page).toHaveTitle('(1) Workflows · Sluice');
  await expect(page.getByRole('banner').getByRole('link', { name: '1 waits for you' })).toBeVisible();
  await nav(page).getByRole('link', { name: /^Runs/ }).click();
  await expect(page).toHaveURL(/\/runs$/);
  await expect(nav(page).getByRole('link', { name: /^Runs/ })).toHaveAttribute('aria-current', 'page');
  await expect(waiting(page)).toContainText('Check in Brief');
  await expect(waiting(page)).toContainText('Look at it: Check.');
  await expect.poll(() => states(page)).toEqual(['Completed', 'Waiting for you']);
  await expectSound(page);
  await waiting(page).getByRole('link', { name: 'Decide Check of Brief' }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${run}#check$`));
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page).toHaveTitle(/^Completed/);
  await expect(page.getByRole('banner').getByRole('link', { name: '1 waits for you' })).toHaveCount(0);
});

test('runs that begin elsewhere and go on are seen without a reload', async ({ page, api }) => {
  await page.goto('/runs');
  await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
  const { run } = await ran(api, 'Brief', [review('Check')], 'paused');
  await expect.poll(() => states(page)).toEqual(['Waiting for you']);
  await expect(row(page, 'Brief')).toHaveCount(1);
  await expect(page).toHaveTitle('(1) Runs · Sluice');
  await api.review(run, 'check', { decision: 'approve' });
  await expect.poll(() => states(page)).toEqual(['Completed']);
  await expect(waiting(page)).toHaveCount(0);
});

test('filters are in the address, and the browser leads back from each', async ({ page, api }) => {
  const { workflow } = await ran(api, 'Brief', [prompt('Write')], 'completed', { metadata: { order: '67:35' } });
  await ran(api, 'Report', [broken('Write')], 'failed', { triggered_by: 'nightly' });
  await page.goto('/runs');
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Failed');
  await expect(page).toHaveURL(/\/runs\?status=failed$/);
  await expect.poll(() => states(page)).toEqual(['Failed']);
  await page.getByRole('combobox', { name: 'Workflow' }).selectOption('Brief');
  await expect(page).toHaveURL(new RegExp(`/runs\\?status=failed&workflow=${workflow}$`));
  await expect(page.getByRole('heading', { name: 'No run matches' })).toBeVisible();
  await page.goBack();
  await expect.poll(() => states(page)).toEqual(['Failed']);
  await expect(page.getByRole('combobox', { name: 'Workflow' })).toHaveValue('');
  await page.goBack();
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('textbox', { name: 'Started by' }).fill('nightly');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\?trigger=nightly$/);
  await expect(row(page, 'Report')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('textbox', { name: 'Metadata' }).fill('order');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Write a name and its value, as order_id:6735.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Metadata' }).fill('order:67:35');
  await page.keyboard.press('Enter');
  await expect(rows(page)).toHaveCount(1);
  // The link leads others to the same runs.
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Metadata' })).toHaveValue('order:67:35');
  await expect(row(page, 'Brief')).toHaveCount(1);
  // What makes no sense in an address is passed over.
  await page.goto('/runs?status=odd&workflow=%20&version=0&since=ever');
  await expect(rows(page)).toHaveCount(2);
  await expectSound(page);
});

test('several runs are cancelled, retried and deleted at once', async ({ page, api }) => {
  await ran(api, 'Held', [review('Check')], 'paused');
  await ran(api, 'Broken', [broken('Write')], 'failed');
  await ran(api, 'Done', [prompt('Write')], 'completed');
  await page.goto('/runs');
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole('checkbox', { name: 'Choose all runs that are shown' }).check();
  await expect(bar(page)).toContainText('3 runs chosen');
  await expectSound(page);
  await bar(page).getByRole('button', { name: 'Cancel 1' }).click();
  await page.getByRole('dialog', { name: 'Cancel 1 run?' }).getByRole('button', { name: 'Cancel the runs' }).click();
  await expect(row(page, 'Held').locator('.state')).toHaveText('Cancelled');
  await expect(bar(page)).toHaveCount(0);

  const before = (await api.get('/workflows/executions?status=failed')).items[0];
  await page.getByRole('checkbox', { name: 'Choose the run Broken' }).check();
  await bar(page).getByRole('button', { name: 'Retry 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry', exact: true }).click();
  await expect(page.getByText('1 run was retried.')).toBeVisible();
  await expect.poll(async () => (await api.run(before.id)).steps[0].attempt).toBeGreaterThan(1);
  await api.untilRun(before.id, 'failed');

  await page.getByRole('checkbox', { name: 'Choose all runs that are shown' }).check();
  await expect(bar(page).getByRole('button', { name: 'Delete 3' })).toBeEnabled();
  await bar(page).getByRole('button', { name: 'Delete 3' }).click();
  await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole('checkbox', { name: 'Choose the run Done' }).check();
  await bar(page).getByRole('button', { name: 'Delete 1' }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect.poll(async () => (await api.get('/workflows/executions')).items.length).toBe(2);
  await expect(rows(page)).toHaveCount(2);
});

test('of a command that fails for some runs it is said for which, and why', async ({ page, api, guard }) => {
  guard.allow(/409/);
  const { run: held } = await ran(api, 'Held', [review('Check')], 'paused');
  const { run: ended } = await ran(api, 'Ended', [review('Check')], 'paused');
  await page.goto('/runs');
  await page.getByRole('checkbox', { name: 'Choose all runs that are shown' }).check();
  // Somebody else is quicker at one of them.
  await page.route(`**/executions/${ended}/cancel?*`, async (route) => {
    await api.review(ended, 'check', { decision: 'approve' });
    await api.untilRun(ended, 'completed');
    await route.continue();
  });
  await bar(page).getByRole('button', { name: 'Cancel 2' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the runs' }).click();
  const note = page.getByRole('alert').filter({ hasText: '1 of 2 runs were not cancelled.' });
  await expect(note.getByRole('listitem')).toHaveText(/^Ended #1: .+/);
  await expect(note.getByRole('link', { name: 'Ended' })).toHaveAttribute('href', `/runs/${ended}`);
  await expect.poll(async () => (await api.run(held)).status).toBe('cancelled');
  await expectSound(page);
  await note.getByRole('button', { name: 'Dismiss' }).click();
  await expect(note).toHaveCount(0);
});

test('a long list comes page by page, and a telephone shows cards', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Brief', [prompt('Write')]);
  for (let at = 0; at < 120; at += 20) {
    await Promise.all(Array.from({ length: 20 }, () => api.start(id)));
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/runs');
  await expect(rows(page)).toHaveCount(50);
  await expectNoSidewaysScrolling(page);
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect(rows(page)).toHaveCount(100);
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect(rows(page)).toHaveCount(120);
  await expect(page.getByRole('button', { name: 'Show more' })).toHaveCount(0);
  await expect(page.getByText('120 runs', { exact: true })).toBeVisible();
});

test('a server that is away is not taken for one without runs', async ({ page, api, guard }) => {
  guard.allow(/Failed to load resource/);
  await ran(api, 'Brief', [prompt('Write')], 'completed');
  await page.route('**/api/v1/workflows/executions?*', (route) => route.abort());
  await page.goto('/runs');
  await expect(page.getByRole('alert').filter({ hasText: 'The server cannot be reached' })).toBeVisible();
  await page.unroute('**/api/v1/workflows/executions?*');
  await expect(row(page, 'Brief')).toBeVisible();
});

test('a filter in use is a tag that takes it away', async ({ page, api }) => {
  const { workflow } = await ran(api, 'Brief', [prompt('Write')], 'completed');
  await api.call('PATCH', `/workflows/${workflow}`, { tags: ['nightly'] });
  await ran(api, 'Report', [broken('Write')], 'failed');
  await page.goto(`/runs?workflow=${workflow}&tag=nightly&version=1&max_cost=0.5&error=&since=24h`);
  const inUse = page.getByRole('group', { name: 'Filters in use' });
  await expect(inUse.getByRole('button', { name: /^Remove the filter/ })).toHaveText(
    ['Brief', 'Tag nightly', 'Version 1', 'Last 24 hours', '$0.5 or less'],
  );
  await expect(row(page, 'Brief')).toHaveCount(1);
  await expectSound(page);
  for (const filter of ['Brief', 'Last 24 hours', '$0.5 or less']) {
    await inUse.getByRole('button', { name: `Remove the filter: ${filter}` }).click();
  }
  await expect(page).toHaveURL(/\/runs\?tag=nightly$/);
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('textbox', { name: 'Tag of the workflow' }).fill('weekly');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'No run matches' })).toBeVisible();
  await inUse.getByRole('button', { name: 'Remove the filter: Tag weekly' }).click();
  await expect(page).toHaveURL(/\/runs$/);
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('textbox', { name: 'Cost at least' }).fill('$2');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\?min_cost=2$/);
  await page.getByRole('textbox', { name: 'Cost at most' }).fill('1');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The least is more than the most.')).toBeVisible();
  await expect(page).toHaveURL(/\?min_cost=2$/);
});

test('keys lead from run to run, choose and open', async ({ page, api }) => {
  const { run: first } = await ran(api, 'First', [prompt('Write')], 'completed');
  await ran(api, 'Second', [prompt('Write')], 'completed');
  await page.goto('/runs');
  await expect(rows(page)).toHaveCount(2);
  const link = (name) => row(page, name).getByRole('link', { name, exact: true });
  await page.keyboard.press('j');
  await expect(link('Second')).toBeFocused();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(link('First')).toBeFocused();
  await page.keyboard.press('x');
  await expect(bar(page)).toContainText('1 run chosen');
  await expect(page.getByRole('checkbox', { name: 'Choose the run First' })).toBeChecked();
  await page.keyboard.press('x');
  await expect(bar(page)).toHaveCount(0);
  await page.keyboard.press('k');
  await expect(link('Second')).toBeFocused();
  // What is typed belongs to its field.
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('textbox', { name: 'Started by' }).pressSequentially('jkx');
  await expect(page.getByRole('textbox', { name: 'Started by' })).toHaveValue('jkx');
  await page.goto('/runs');
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/runs/${first}$`));
});

test('of sixty runs half are not retried, and it is said why', async ({ page, api, guard }) => {
  guard.allow(/503/);
  const { id } = await api.createWorkflow('Brief', [broken('Write')]);
  for (let at = 0; at < 60; at += 20) {
    await Promise.all(Array.from({ length: 20 }, () => api.start(id)));
  }
  await expect.poll(async () => (await api.get('/workflows/executions?limit=200&status=failed')).items.length).toBe(60);
  await page.goto('/runs?status=failed');
  await expect(rows(page)).toHaveCount(50);
  await page.getByRole('checkbox', { name: 'Choose all runs that are shown' }).check();
  await bar(page).getByRole('button', { name: 'Choose all that match' }).click();
  await expect(bar(page)).toContainText('60 runs chosen');
  let seen = 0;
  await page.route('**/retry?*', (route) => {
    seen += 1;
    if (seen % 2) {
      return route.continue();
    }
    const problem = {
      type: '/docs/errors/execution_elsewhere', title: 'Another server runs the execution', status: 503,
      code: 'execution_elsewhere', detail: 'Send it to `another` server.', request_id: 'x',
    };
    return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await bar(page).getByRole('button', { name: 'Retry 60' }).click();
  await page.getByRole('dialog', { name: 'Retry 60 runs?' }).getByRole('button', { name: 'Retry', exact: true }).click();
  const note = page.getByRole('alert').filter({ hasText: '30 of 60 runs were not retried.' });
  await expect(note.getByRole('listitem')).toHaveCount(30);
  await expect(note.getByRole('listitem').first()).toHaveText(/^Brief #\d+: Send it to another server\.$/);
  await expect(note.locator('code')).toHaveText(Array.from({ length: 30 }, () => 'another'));
  // Those that failed are chosen still, to be tried again.
  await page.unroute('**/retry?*');
  await expect(bar(page)).toContainText('30 runs chosen');
  await expectSound(page);
});

test('a clock of the browser that is wrong by a day makes no odd times', async ({ page, api }) => {
  await ran(api, 'Brief', [prompt('Write')], 'completed');
  for (const days of [-1, 1]) {
    await page.clock.setSystemTime(Date.now() + days * 86_400_000);
    await page.goto('/runs?since=1h');
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page).getByRole('time')).toHaveText(/^(just now|now|\d+ s ago|\d min ago)$/);
  }
});

test('a rejected run is called so, and is no failure', async ({ page, api }) => {
  const { run } = await ran(api, 'Brief', [prompt('Write'), review('Check')], 'paused');
  await api.review(run, 'check', { decision: 'reject' });
  await api.untilRun(run, 'failed');
  await page.goto('/runs');
  const badge = row(page, 'Brief').locator('.state .badge');
  await expect(badge).toHaveText('Rejected');
  await expect(badge).not.toHaveClass(/bad /);
  await expect(badge).toHaveClass('badge');
});
