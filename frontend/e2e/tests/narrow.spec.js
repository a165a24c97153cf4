import { places } from '../lib/places.js';
import { expectNoSidewaysScrolling } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

for (const [name, goTo] of Object.entries(places)) {
  test(`${name} fits on a telephone`, async ({ page, api, guard }) => {
    await goTo({ page, api, guard });
    await expectNoSidewaysScrolling(page);
  });
}

test('what a page is for can be seen without scrolling', async ({ page, api }) => {
  const inView = (role, name) => expect(page.getByRole(role, { name, exact: true }).first()).toBeInViewport();
  await places['the filled list']({ page, api });
  await inView('link', 'New workflow');
  await page.goto('/workflows/market-brief');
  await inView('button', 'Save');
  await inView('link', 'Run');
  await page.getByRole('link', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeInViewport();
});
