import { prompt, review } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { Commands } from '../lib/commands.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

// The command menu, the keys of every page, and the top bar.

const search = (page) => page.getByRole('banner').getByRole('button', { name: 'Search' });
const keys = (page) => page.getByRole('dialog', { name: 'Keys' });
const names = (commands) => commands.dialog.locator('.command-title').allTextContents();

test('the menu leads to pages, workflows, runs and templates', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research')]);
  await api.createWorkflow('A new market', [prompt('Research')]);
  await api.createWorkflow('Supermarket', [prompt('Research')]);
  const { id: run } = await api.start(id);
  await api.untilRun(run, 'completed');
  const commands = new Commands(page);
  await page.goto('/templates');
  await expect(page.getByRole('button', { name: 'Preview Research Brief' })).toBeVisible();

  await search(page).click();
  await expect(commands.field).toBeFocused();
  await expect(commands.dialog.getByRole('group', { name: 'Workflows' }).getByRole('option')).toHaveCount(3);
  await expect(commands.dialog.getByRole('group', { name: 'Newest runs' })).toContainText('Market brief');
  await commands.field.fill('market');
  // A beginning comes before the beginning of a word, and that before the inside of one.
  await expect.poll(() => names(commands)).toEqual(['Market brief', 'Market brief', 'A new market', 'Supermarket']);
  await expectSound(page);
  await page.keyboard.press('ArrowUp');
  await expect(commands.chosen).toContainText('Supermarket');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/workflows/${id}$`));

  await commands.go('research brief', 'Research Brief');
  await expect(page.getByRole('dialog', { name: 'Research Brief' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/templates$/);
  await commands.go('prov', 'Providers');
  await expect(page).toHaveURL(/\/settings\/providers$/);
  await commands.open();
  await commands.field.fill('market');
  await expect(commands.option('Market brief')).toHaveCount(2);
  // What was gone to comes first among what fits as well.
  await expect(commands.chosen.locator('.command-kind')).toHaveText('Workflow');
  await commands.option('Market brief').filter({ hasText: 'Run' }).last().click();
  await expect(page).toHaveURL(new RegExp(`/runs/${run}$`));
});

test('the menu leads to a workflow that only the server finds, and runs it', async ({ page, api }) => {
  for (let number = 0; number < 60; number += 1) {
    await api.createWorkflow(number === 0 ? 'The oldest of all' : `Newer ${number}`, [prompt('Research')], {
      description: number === 0 ? 'About zebras' : '',
    });
  }
  const commands = new Commands(page);
  await page.goto('/settings/appearance');
  await commands.open();
  await commands.field.fill('zebras');
  await expect(commands.chosen).toContainText('The oldest of all');
  await page.keyboard.press('Shift+Enter');
  await expect(page).toHaveURL(/\/workflows\/the-oldest-of-all\/run$/);
});

test('the menu does what the builder can do', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research')]);
  const builder = new Builder(page);
  const commands = new Commands(page);
  await builder.open(id);
  await commands.open();
  await expect(commands.option('Run')).toHaveCount(1);
  await expect(commands.option('Save')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(commands.dialog).toBeHidden();
  await commands.go('add review', 'Add a step: Review');
  await builder.expectOrder('Research', 'Review');
  await commands.go('undo', 'Undo: add Review');
  await builder.expectOrder('Research');
  await commands.go('redo', 'Redo: add Review');
  await builder.expectOrder('Research', 'Review');
  await commands.go('save', 'Save');
  await expect(builder.state).toHaveText('Saved as version 2');
  await commands.go('change it', 'Change it by a sentence');
  await expect(page.getByRole('textbox', { name: 'What should be different?' })).toBeFocused();
  await commands.go('hist', 'History');
  await expect(page).toHaveURL(new RegExp(`/workflows/${id}/versions$`));
  // The builder's actions went with its page.
  await commands.open();
  await commands.field.fill('undo');
  await expect(commands.note).toHaveText('Nothing found.');
});

test('the menu does what the page of a run can do', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Checked', [review('Check'), prompt('Write')]);
  const { id: run } = await api.start(id);
  await api.untilRun(run, 'paused');
  const commands = new Commands(page);
  await page.goto(`/runs/${run}`);
  await expect(page.getByRole('button', { name: 'Approve' })).toBeVisible();
  await commands.go('copy link', 'Copy link');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`/runs/${run}`);
  await commands.go('decide', 'Decide');
  await expect(page.locator('[id^="gate-"]:focus')).toHaveCount(1);
  await commands.go('cancel', 'Cancel');
  const asked = page.getByRole('dialog', { name: 'Cancel this run?' });
  await asked.getByRole('button', { name: 'Cancel the run' }).click();
  await api.untilRun(run, 'cancelled');
  await commands.go('run again', 'Run again');
  await expect(page).toHaveURL(new RegExp(`/workflows/${id}/run$`));
});

test('the menu is bounded, and works with a quote and with 10,000 characters', async ({ page, api }) => {
  await api.createWorkflow('Say "yes" and 100 %', [prompt('Research')]);
  const commands = new Commands(page);
  await page.goto('/settings/appearance');
  await commands.open();
  for (const odd of ['"', '%', '"yes" and']) {
    await commands.field.fill(odd);
    await expect(commands.chosen).toContainText('Say "yes" and 100 %');
    await expect(commands.options).toHaveCount(1);
  }
  const asked = page.waitForResponse((response) => response.url().includes('search='));
  await commands.field.fill('a'.repeat(10_000));
  expect((await asked).status()).toBe(200);
  await expect(commands.note).toHaveText('Nothing found. Only the first 200 characters are searched for.');
  await commands.field.fill('appear');
  await expect(commands.chosen).toContainText('Appearance');
});

test('without the server, pages and actions still work', async ({ page, guard }) => {
  guard.allow(/Failed to load resource|ERR_FAILED/);
  const commands = new Commands(page);
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'New workflow' })).toBeVisible();
  await commands.open();
  await page.keyboard.press('Escape');
  await page.route('**/api/**', (route) => route.abort());
  await commands.open();
  await expect(commands.note).toHaveText('The server cannot be reached. Pages and actions still work.');
  await expect(commands.option('Import workflows')).toHaveCount(1);
  await commands.field.fill('appear');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/settings\/appearance$/);
  await page.unroute('**/api/**');
});

test('g and a letter lead to a page, and ? shows the keys, but not while one types', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research')]);
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'Market brief', exact: true })).toBeVisible();
  for (const [letter, address] of [
    ['r', '/runs'],
    ['t', '/templates'],
    ['s', '/settings/providers'],
    ['w', '/'],
  ]) {
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await expect(page).toHaveURL((url) => url.pathname === address);
  }
  await page.keyboard.press('?');
  await expect(keys(page).getByRole('table', { name: 'Everywhere' })).toContainText('Go to templates');
  await expect(keys(page).getByRole('table')).toHaveCount(1);
  await expectSound(page);
  await page.keyboard.press('Escape');
  await expect(keys(page)).toBeHidden();
  const builder = new Builder(page);
  await builder.open(id);
  await page.keyboard.press('Shift+?');
  await expect(keys(page).getByRole('table', { name: 'Builder' })).toContainText('Ctrl');
  await page.keyboard.press('Escape');
  await builder.name.fill('');
  await builder.name.pressSequentially('g w?');
  await expect(builder.name).toHaveValue('g w?');
  await expect(page).toHaveURL(new RegExp(`/workflows/${id}$`));
  await expect(keys(page)).toBeHidden();
});

test('the bar says how many wait, and leads to them', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Checked', [review('Check')]);
  for (let number = 0; number < 2; number += 1) {
    const { id: run } = await api.start(id);
    await api.untilRun(run, 'paused');
  }
  await page.goto('/templates');
  const bell = page.getByRole('banner').getByRole('link', { name: '2 wait for you' });
  await expect(bell).toBeVisible();
  const commands = new Commands(page);
  await commands.open();
  await expect(commands.dialog.getByRole('group', { name: 'Waiting for you' }).getByRole('option')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await bell.click();
  await expect(page).toHaveURL(/\/runs\?status=waiting$/);
});

for (const width of [320, 390]) {
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height: 720 }, hasTouch: true, isMobile: true });

    test('nothing of the bar is cut off, and the menu is reached', async ({ page, api }) => {
      const { id } = await api.createWorkflow('Checked', [review('Check')]);
      const { id: run } = await api.start(id);
      await api.untilRun(run, 'paused');
      await page.goto('/templates');
      const nav = page.getByRole('navigation', { name: 'Main' });
      await expect(nav.getByRole('link', { name: 'Runs 1 waiting for you' })).toBeVisible();
      await expectNoSidewaysScrolling(page);
      for (const name of ['Workflows', 'Runs 1 waiting for you', 'Templates', 'Settings']) {
        await expect(nav.getByRole('link', { name, exact: true })).toBeInViewport({ ratio: 1 });
      }
      await expect(search(page)).toBeInViewport({ ratio: 1 });
      await search(page).tap();
      const commands = new Commands(page);
      await expect(commands.field).toBeVisible();
      await commands.field.fill('appear');
      await commands.option('Appearance').tap();
      await expect(page).toHaveURL(/\/settings\/appearance$/);
    });
  });
}
