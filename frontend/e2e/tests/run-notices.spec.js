import { prompt, review } from '../lib/api.js';
import { Run } from '../lib/run.js';
import { expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

/** @type {Run} */
let run;

test.beforeEach(({ page }) => {
  run = new Run(page);
});

/** Puts notifications in the place of the browser's: they are kept in `window.shown`, and `answer` is what a person says. */
function withNotifications(page, answer, { permission = 'default', isSecure = true } = {}) {
  return page.addInitScript(
    ([answer, permission, isSecure]) => {
      window.shown = [];
      window.asked = 0;
      window.Notification = class {
        static permission = sessionStorage.getItem('permission') ?? permission;
        static async requestPermission() {
          window.asked += 1;
          window.Notification.permission = answer;
          sessionStorage.setItem('permission', answer);
          return answer;
        }
        constructor(title, options) {
          Object.assign(this, { title, ...options });
          window.shown.push(this);
        }
      };
      Object.defineProperty(window, 'isSecureContext', { get: () => isSecure });
    },
    [answer, permission, isSecure],
  );
}

const offer = () => run.button('Tell me when a run waits');
const shown = (page) => page.evaluate(() => window.shown.map(({ title, body }) => `${title}: ${body}`));

test('a gate that begins to wait is told of, once that was asked for', async ({ page, api }) => {
  await withNotifications(page, 'granted');
  await run.begin(api, [review('Check')]);
  await expect(offer()).toBeVisible();
  expect(await page.evaluate(() => window.asked), 'nobody is asked before they press').toBe(0);
  await expectSound(page);
  await offer().click();
  await expect(offer()).toHaveCount(0);
  expect(await page.evaluate(() => window.asked)).toBe(1);
  const { id } = await api.createWorkflow('Weekly report', [prompt('Write'), review('Look over')]);
  await page.evaluate(() => (document.hasFocus = () => false));
  const { id: execution } = await api.start(id);
  await expect.poll(() => shown(page)).toEqual(['Weekly report #1 waits for you: Look over\nLook at it: Look over.']);
  await page.evaluate(() => window.shown[0].onclick());
  await expect(page).toHaveURL(new RegExp(`/runs/${execution}#look-over$`));
  await expect(run.gate('Look over')).toBeVisible();
  await page.reload();
  await expect(run.gate('Look over')).toBeVisible();
  await expect(offer(), 'the choice is kept').toHaveCount(0);
  await run.choose('No notifications');
  await expect(offer()).toBeVisible();
});

test('a page that is looked at shows no notification', async ({ page, api }) => {
  await withNotifications(page, 'granted');
  await run.begin(api, [review('Check')]);
  await offer().click();
  await expect(offer()).toHaveCount(0);
  const { id } = await api.createWorkflow('Weekly report', [review('Look over')]);
  await api.start(id);
  await expect(page).toHaveTitle(/^\(2\)/);
  expect(await shown(page)).toEqual([]);
});

test('a browser that refuses is told of, with what to do', async ({ page, api }) => {
  await withNotifications(page, 'denied');
  await run.begin(api, [review('Check')]);
  await offer().click();
  await expect(page.getByText('This browser refuses notifications of Sluice.')).toBeVisible();
  await expectSound(page);
  await run.button('Go without').click();
  await expect(page.getByText('This browser refuses notifications of Sluice.')).toHaveCount(0);
});

test('the offer can be declined, and is found again in the menu', async ({ page, api }) => {
  await withNotifications(page, 'granted');
  await run.begin(api, [review('Check')]);
  await run.button('Do not offer this again').click();
  await expect(offer()).toHaveCount(0);
  await page.reload();
  await expect(run.gate('Check')).toBeVisible();
  await run.more.click();
  await expect(offer()).toHaveCount(1);
});

test('over plain http nothing is offered', async ({ page, api }) => {
  await withNotifications(page, 'granted', { isSecure: false });
  await run.begin(api, [review('Check')]);
  await expect(run.gate('Check')).toBeVisible();
  await run.more.click();
  await expect(run.button('Copy link')).toBeVisible();
  await expect(offer()).toHaveCount(0);
});

test('the icon of the tab has a dot while a run waits', async ({ page, api }) => {
  await run.begin(api, [review('Check')]);
  const icon = page.locator('link[rel="icon"]');
  await expect(icon).toHaveAttribute('href', /\/icon-waiting\.svg$/);
  const address = await icon.getAttribute('href');
  expect((await page.request.get(address)).ok()).toBe(true);
  await run.gate('Check').getByRole('button', { name: 'Approve' }).click();
  await expect(icon).toHaveAttribute('href', /\/icon\.svg$/);
});
