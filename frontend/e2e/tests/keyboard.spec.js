import { prompt, review } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

/** Presses Tab until this element has the focus. */
async function tabTo(page, locator, { most = 60, back = false } = {}) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
    if (await locator.evaluate((it) => it === document.activeElement).catch(() => false)) {
      await expect(locator).toBeInViewport();
      return;
    }
  }
  throw new Error(`${locator} was not reached in ${most} presses of Tab`);
}

test('the core path by keyboard alone', async ({ page, api }) => {
  const { id } = await api.createWorkflow('By keys', [prompt('Research', 'Research'), review('Check', { instructions: 'Is {{input.topic}} covered?' })]);
  const builder = new Builder(page);
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'By keys', exact: true })).toBeVisible();

  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  await tabTo(page, page.getByRole('link', { name: 'By keys', exact: true }));
  await page.keyboard.press('Enter');
  await expect(builder.name).toHaveValue('By keys');

  const toggle = builder.card('Research').getByRole('button', { expanded: false }).first();
  await tabTo(page, toggle);
  await page.keyboard.press('Enter');
  const field = builder.card('Research').getByRole('textbox', { name: 'Prompt', exact: true });
  await tabTo(page, field);
  await page.keyboard.press('End');
  await page.keyboard.type(' nothing but {{inp');
  await expect(builder.card('Research').getByRole('option', { name: 'input.topic' })).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.type('!');
  await page.keyboard.press('Control+s');
  await expect(builder.state).toHaveText('Saved as version 2');
  expect((await api.workflow(id)).definition.steps[0].prompt).toBe('Research nothing but {{input.topic}}!');

  await tabTo(page, page.getByRole('link', { name: 'Run', exact: true }));
  await page.keyboard.press('Enter');
  const start = page.getByRole('button', { name: 'Start', exact: true });
  await expect(start).toBeVisible();
  await tabTo(page, page.getByRole('textbox', { name: 'topic' }));
  await page.keyboard.type('tea');
  await tabTo(page, start);
  await page.keyboard.press('Enter');

  const run = new Run(page);
  const approve = run.gate('Check').getByRole('button', { name: 'Approve' });
  await expect(approve).toBeVisible();
  await tabTo(page, approve);
  await page.keyboard.press('Enter');
  await expect(run.status).toHaveText('Completed');
});

test('a menu opens, is walked through and closes by keyboard', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Menus', [prompt('One'), prompt('Two')]);
  const builder = new Builder(page);
  await builder.open(id);
  const menu = builder.card('Two').getByLabel('More for Two', { exact: true });
  await menu.focus();
  await page.keyboard.press('Enter');
  await expect(builder.card('Two').getByRole('button', { name: 'Duplicate' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(builder.card('Two').getByRole('button', { name: 'Duplicate' })).toBeHidden();
  await expect(menu).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, builder.card('Two').getByRole('button', { name: 'Move up' }));
  await page.keyboard.press('Enter');
  await builder.expectOrder('Two', 'One');
});

test('a dialog keeps the focus, and gives it back', async ({ page }) => {
  await page.goto('/templates');
  const opener = page.getByRole('button', { name: 'Preview Content Studio' });
  await opener.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Content Studio' });
  await expect(dialog.getByRole('heading', { name: 'Steps' })).toBeVisible();
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Tab');
    const outside = await page.evaluate(() => document.activeElement !== document.body && !document.activeElement.closest('dialog'));
    expect(outside, 'the focus left the dialog').toBe(false);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
});

test('the focus can be seen wherever it is', async ({ page, api }) => {
  await api.createWorkflow('Seen', [prompt('One')], { tags: ['tag'] });
  for (const address of ['/', '/workflows/seen', '/workflows/seen/run', '/settings/providers']) {
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    for (let presses = 0; presses < 25; presses += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(unseenFocus), address).toBeNull();
    }
  }
});

/** The element with the focus, when nothing shows that it has it. */
function unseenFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) {
    return null;
  }
  const outlined = ({ outlineStyle, outlineWidth, boxShadow }) =>
    (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  const shows = (it) => outlined(getComputedStyle(it)) || outlined(getComputedStyle(it, '::before'));
  // A radio button is shown by its label, a prompt by the frame around it.
  const around = [element, element.nextElementSibling, element.closest('label'), element.parentElement, element.parentElement?.parentElement];
  return around.filter(Boolean).some(shows) ? null : element.outerHTML.slice(0, 200);
}
