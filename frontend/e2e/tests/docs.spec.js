import { prompt } from '../lib/api.js';
import { expectNoSidewaysScrolling } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

const search = (page) => page.getByRole('searchbox', { name: 'Search the operations' });
const operations = (page) => page.locator('.opblock');
const operation = (page, path, method = 'get') => page.locator(`.opblock-${method}`).filter({ has: page.locator(`[data-path="${path}"]`) });
const background = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

test('the documentation looks like the app, in the theme that was chosen there, and leads back', async ({ page }) => {
  await page.goto('/settings/appearance');
  const app = {};
  for (const theme of ['Dark', 'Light']) {
    await page.getByText(theme, { exact: true }).click();
    await expect(page.getByRole('radio', { name: theme })).toBeChecked();
    app[theme] = await background(page);
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await expect(page).toHaveURL(/\/docs\/$/);
    await expect(operations(page).first()).toBeVisible();
    expect(await background(page)).toBe(app[theme]);
    await page.goto('/settings/appearance');
  }
  expect(app.Dark).not.toBe(app.Light);
  await page.goto('/docs');
  await expect(page).toHaveTitle('API · Sluice');
  const nav = page.getByRole('navigation', { name: 'Main' });
  await expect(nav.getByRole('link', { name: 'API' })).toHaveAttribute('aria-current', 'page');
  await nav.getByRole('link', { name: 'Runs' }).click();
  await expect(page.getByRole('heading', { name: 'Runs', exact: true })).toBeVisible();
});

test('a search finds operations by all their words', async ({ page }) => {
  await page.goto('/docs/');
  await expect(operations(page).first()).toBeVisible();
  const all = await operations(page).count();
  expect(all).toBeGreaterThan(60);
  await search(page).fill('gates');
  await expect(operation(page, '/api/v1/workflows/executions/gates')).toBeVisible();
  expect(await operations(page).count()).toBeLessThan(all / 2);
  await search(page).fill('POST  cancel Execution');
  await expect(operation(page, '/api/v1/workflows/executions/{execution_id}/cancel', 'post')).toBeVisible();
  await expect(operations(page).and(page.locator('.opblock-get'))).toHaveCount(0);
  await search(page).fill('" nobody ('.repeat(20));
  await expect(operations(page)).toHaveCount(0);
  await search(page).fill('');
  await expect(operations(page)).toHaveCount(all);
});

test('an operation is tried on the server that the page came from', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Brief', [prompt('Write')]);
  await page.goto('/docs/');
  const list = operation(page, '/api/v1/workflows');
  await list.locator('.opblock-summary-control').click();
  await list.getByRole('button', { name: 'Try it out' }).click();
  await list.getByRole('button', { name: 'Execute' }).click();
  await expect(list.locator('.live-responses-table tbody .response-col_status').first()).toContainText('200');
  await expect(list.locator('.live-responses-table')).toContainText(`"id": "${id}"`);
});

test('the documentation fits a telephone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/docs/');
  await expect(operations(page).first()).toBeVisible();
  await expectNoSidewaysScrolling(page);
  const list = operation(page, '/api/v1/workflows/executions');
  await list.locator('.opblock-summary-control').click();
  await expect(list.getByRole('button', { name: 'Try it out' })).toBeVisible();
  await expectNoSidewaysScrolling(page);
});
