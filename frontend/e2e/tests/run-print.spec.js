import { prompt } from '../lib/api.js';
import { Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

const instant = (label, text) => prompt(label, text, { model: 'demo-echo' });
const inside = { label: 'Both', type: 'parallel', branches: [{ name: 'a', steps: [instant('Inner', 'Text of inner')] }] };
const LONG = Array.from({ length: 120 }, (_, at) => `Line ${at}`).join('\n\n');

/** @type {Run} */
let run;

test.beforeEach(async ({ page, api }) => {
  run = new Run(page);
  await run.begin(api, [instant('First', LONG), inside, instant('Last', 'Text of last')], { input: { topic: 'Tides' } });
  await expect(run.status).toHaveText('Completed');
});

/** The run as it is drawn for paper. */
const paper = (page) => page.locator('.printed-run');

test('a run is printed with all its texts, and without what is there to be pressed', async ({ page }) => {
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.top-bar')).toBeHidden();
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await expect(paper(page)).toBeVisible();
  for (const text of ['Market brief', 'Tides', 'Line 0', 'Line 119', 'Text of last']) {
    await expect(paper(page)).toContainText(text);
  }
  await expect(page.locator('.run-panes')).toBeHidden();
  await expect(page.getByRole('button').filter({ visible: true })).toHaveCount(0);
  const cut = await paper(page).evaluate((it) => [...it.querySelectorAll('*')].filter((el) => el.scrollHeight > el.clientHeight + 2 && getComputedStyle(el).overflowY !== 'visible').length);
  expect(cut, 'nothing scrolls on paper').toBe(0);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await expect(paper(page)).toHaveCount(0);
});

test('the browser’s own print draws the run for paper', async ({ page }) => {
  const file = (await page.pdf()).toString('latin1');
  const pages = file.match(/\/Type \/Page\b/g).length;
  expect(pages, 'all texts, without a limit of their height').toBeGreaterThan(3);
});

test('“Print” in the menu reads what runs inside containers first', async ({ page }) => {
  await page.evaluate(() => (window.print = () => (window.printed = document.querySelector('.printed-run').textContent)));
  await run.choose('Print');
  await expect.poll(() => page.evaluate(() => window.printed)).toContain('Text of inner');
  expect(await page.evaluate(() => window.printed)).not.toContain('are loaded');
});
