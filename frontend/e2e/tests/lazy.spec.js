import { prompt } from '../lib/api.js';
import { hold } from '../lib/hold.js';
import { expect, test } from '../lib/test.js';

// Pages whose code is loaded when they are opened.

/** The WebAssembly modules that a page asks for, by their names. */
function modulesOf(page) {
  const names = [];
  page.on('request', (request) => {
    const name = new URL(request.url()).pathname.split('/').pop();
    if (name.endsWith('.wasm')) {
      names.push(name);
    }
  });
  return names;
}

const providers = (page) => page.getByRole('heading', { name: 'Providers' });
const failure = (page) => page.getByRole('alert').filter({ hasText: 'This page could not be loaded' });

test('the list of workflows loads the main module alone, and a link that is pointed at loads the module of its page', async ({ page, api }) => {
  await api.createWorkflow('Market brief', [prompt('Research')]);
  const modules = modulesOf(page);
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'Market brief', exact: true })).toBeVisible();
  expect(modules).toEqual(['app_bg.wasm']);
  await page.getByRole('link', { name: 'New workflow' }).hover();
  await expect.poll(() => modules).toContain('split_builder.wasm');
  expect(modules).not.toContain('split_run.wasm');
  await page.getByRole('link', { name: 'New workflow' }).click();
  await expect(page.getByRole('button', { name: 'Summarise' })).toBeVisible();
  expect(modules.filter((name) => name === 'split_builder.wasm')).toHaveLength(1);
});

test('a link that has the focus loads the module of its page', async ({ page }) => {
  const modules = modulesOf(page);
  await page.goto('/');
  await page.getByRole('link', { name: 'Settings' }).focus();
  await expect.poll(() => modules).toContain('split_settings.wasm');
  expect(modules).not.toContain('split_builder.wasm');
});

test('a page whose module is on its way shows its shape, and can be left', async ({ page }) => {
  const letGo = await hold(page, '**/split_settings.wasm');
  await page.goto('/');
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Loading' })).toBeVisible();
  await expect(page).toHaveTitle('Providers · Settings · Sluice');
  await page.getByRole('link', { name: 'Templates', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Preview Research Brief' })).toBeVisible();
  letGo();
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(providers(page)).toBeVisible();
});

test('a page whose module does not come says so, and is opened when it can be had again', async ({ page, guard }) => {
  guard.allow(/Failed to load resource|Failed to fetch/);
  await page.route('**/split_settings.wasm', (route) => route.abort());
  await page.goto('/');
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(failure(page)).toBeVisible();
  await page.getByRole('link', { name: 'Templates', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Preview Research Brief' })).toBeVisible();
  await page.goBack();
  await expect(failure(page)).toBeVisible();
  await page.unroute('**/split_settings.wasm');
  await failure(page).getByRole('button', { name: 'Try again' }).click();
  await expect(providers(page)).toBeVisible();
});

test('a page whose module the server has replaced offers the newer page', async ({ page, guard }) => {
  guard.allow(/Failed to load resource|404|MIME|Failed to execute/);
  await page.route('**/split_settings.wasm', (route) => route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{}' }));
  await page.goto('/settings/providers');
  await expect(failure(page)).toBeVisible();
  await page.unroute('**/split_settings.wasm');
  await failure(page).getByRole('button', { name: 'Reload the page' }).click();
  await expect(providers(page)).toBeVisible();
});
