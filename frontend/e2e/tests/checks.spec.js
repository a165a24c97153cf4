// The checks that every test relies on, checked themselves: each must be able to fail.

import { Guard } from '../lib/guard.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

test.describe('the guard notices', () => {
  /** Opens a page that is watched by a guard of its own, does something there, and gives what the guard says. */
  async function said({ browser, server }, act, expected) {
    const guard = new Guard(server);
    const context = await browser.newContext({ baseURL: server.url });
    guard.watch(context);
    const page = await context.newPage();
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    guard.expectClean();
    await act(page);
    await expect(() => expect(() => guard.expectClean()).toThrow(expected)).toPass();
    await context.close();
  }

  test('an error in the console', async ({ browser, server }) => {
    await said({ browser, server }, (page) => page.evaluate(() => console.error('told the console')), /told the console/);
  });

  test('an uncaught exception', async ({ browser, server }) => {
    const thrown = (page) => page.evaluate(() => void setTimeout(() => { throw new Error('thrown by itself'); }));
    await said({ browser, server }, thrown, /thrown by itself/);
  });

  test('what the content security policy refuses', async ({ browser, server }) => {
    const inline = (page) =>
      page.evaluate(() => document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' })));
    await said({ browser, server }, inline, /Content Security Policy/);
  });

  test('a request to another host', async ({ browser, server }) => {
    const elsewhere = (page) => page.goto('http://elsewhere.test/').catch(() => {});
    await said({ browser, server }, elsewhere, /another host: http:\/\/elsewhere\.test/);
  });
});

test.describe('a page is not sound', () => {
  test.beforeEach(async ({ page }) => {
    await page.goto('/settings/appearance');
    await expect(page.getByRole('heading', { name: 'Appearance' })).toBeVisible();
    await expectSound(page);
  });

  /** Puts HTML into the page. */
  const put = (page, html) => page.getByRole('main').evaluate((main, html) => main.insertAdjacentHTML('beforeend', html), html);

  test('with a button inside a link', async ({ page }) => {
    await put(page, '<a href="/">To the list <button>or not</button></a>');
    await expect(expectSound(page)).rejects.toThrow(/controls inside controls/);
  });

  test('with a field that has no name', async ({ page }) => {
    await put(page, '<input>');
    await expect(expectSound(page)).rejects.toThrow(/axe, light/);
  });

  test('with a text that is too pale in the dark', async ({ page }) => {
    await put(page, '<p>Hardly to be read</p>');
    await page.getByText('Hardly to be read').evaluate((it) => (it.style.color = '#333'));
    await expect(expectSound(page)).rejects.toThrow(/axe, dark/);
  });

  test('when it is wider than the window', async ({ page }) => {
    await expectNoSidewaysScrolling(page);
    await put(page, '<div>wide</div>');
    await page.getByText('wide', { exact: true }).evaluate((it) => (it.style.width = '4000px'));
    await expect(expectNoSidewaysScrolling(page)).rejects.toThrow(/wider than the window/);
  });
});
