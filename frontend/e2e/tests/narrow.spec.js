import { Builder } from '../lib/builder.js';
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

test('the state of the draft has a line of its own beside the buttons', async ({ page, api }) => {
  await places['the builder']({ page, api });
  const builder = new Builder(page);
  await builder.name.fill('Another name');
  await expect(builder.state).toHaveText('Not saved yet. Kept in this browser.');
  const { height } = await builder.state.boundingBox();
  expect(height, 'one line of small text').toBeLessThan(30);
  await expect(builder.saveBar.getByRole('button', { name: 'Save and run' })).toBeInViewport({ ratio: 1 });
});

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
