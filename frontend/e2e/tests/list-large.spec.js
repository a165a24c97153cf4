import { prompt } from '../lib/api.js';
import { expect, test } from '../lib/test.js';

const WORKFLOWS = 2_000;
const AT_ONCE = 20;

const rows = (page) => page.locator('.workflow-list > li');

test('2,000 workflows scroll to the end, are searched, and are come back to', async ({ page, api }) => {
  const steps = Array.from({ length: 50 }, (_, at) => prompt(`Step ${at + 1}`));
  for (let at = 0; at < WORKFLOWS; at += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, i) => String(at + i + 1).padStart(4, '0'));
    await Promise.all(some.map((number) => api.createWorkflow(`Workflow ${number}`, steps, { tags: ['all', `tag-${number.slice(-1)}`] })));
  }
  await page.goto('/?sort=name');
  await expect(page.getByText('2,000 workflows', { exact: true })).toBeVisible();
  await page.evaluate(() => {
    window.seen = { longTasks: 0, longest: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        window.seen.longTasks += 1;
        window.seen.longest = Math.max(window.seen.longest, Math.round(duration));
      }
    }).observe({ type: 'longtask' });
  });
  const began = Date.now();
  await expect
    .poll(async () => {
      await page.keyboard.press('End');
      return rows(page).count();
    })
    .toBe(WORKFLOWS);
  const seen = await page.evaluate(() => window.seen);
  test.info().annotations.push({ type: 'scrolling through 2,000 workflows', description: JSON.stringify({ ...seen, ms: Date.now() - began }) });
  // By its id: a search by role looks at each of the many elements, for seconds in which the page cannot go on.
  const far = page.locator('#workflow-workflow-1990');
  await expect(far).toHaveText('Workflow 1990');
  await far.scrollIntoViewIfNeeded();
  await far.hover();
  const place = async () => Math.round((await far.boundingBox()).y);
  const before = await place();
  await far.click();
  await expect(page.getByRole('textbox', { name: 'Name of the workflow' })).toHaveValue('Workflow 1990');
  await page.goBack();
  await expect.poll(() => rows(page).count()).toBe(WORKFLOWS);
  await expect(far).toBeInViewport();
  await expect.poll(async () => Math.abs((await place()) - before)).toBeLessThan(3);
  await page.keyboard.press('/');
  await page.keyboard.type('tag:tag-7 step 1987');
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText('1 of 2,000 workflows', { exact: true })).toBeVisible();
});
