import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { nested } from '../lib/samples.js';
import { expect, test } from '../lib/test.js';

/** @type {Builder} */
let builder;

const bar = (page) => page.getByRole('region', { name: 'Selected steps' });
const box = (page, label) => page.getByRole('checkbox', { name: `Select ${label}`, exact: true });
/** What opens a step's card. */
const head = (label) => builder.card(label).getByRole('button', { expanded: false }).first();

test.beforeEach(async ({ page, api }) => {
  const labels = ['Alpha', 'Beta', 'Gamma', 'Delta'];
  const { id } = await api.createWorkflow('Four', labels.map((label) => prompt(label)));
  builder = new Builder(page);
  await builder.open(id);
});

/** The labels of the saved steps, those inside a container in brackets. */
async function saved(api) {
  const inside = (step) => [...(step.branches ?? []), ...(step.cases ?? []), step].flatMap(({ steps }) => steps ?? []);
  const said = (steps) => steps.map((step) => (inside(step).length ? `${step.label}[${said(inside(step))}]` : step.label)).join(' ');
  return said((await api.workflow('four')).definition.steps);
}

test('Shift and a click choose a range, which is wrapped as one step', async ({ page, api }) => {
  await builder.handle('Beta').focus();
  await head('Delta').click({ modifiers: ['Shift'] });
  await expect(bar(page)).toContainText('3 selected');
  await builder.expectSaid('3 steps selected, from Beta to Delta.');
  for (const [label, is] of [['Alpha', false], ['Beta', true], ['Gamma', true], ['Delta', true]]) {
    await expect(box(page, label)).toBeChecked({ checked: is });
  }
  await head('Gamma').click({ modifiers: ['Shift'] });
  await bar(page).getByRole('button', { name: 'Parallel' }).click();
  await builder.expectSaid('Wrapped 2 steps in Parallel.');
  await expect(bar(page)).toHaveCount(0);
  await expect(builder.card('Parallel').getByRole('button', { expanded: true }).first()).toBeFocused();
  await builder.save(2);
  expect(await saved(api)).toBe('Alpha Parallel[Beta Gamma] Delta');
  await page.getByRole('button', { name: 'Undo: wrap 2 steps in Parallel' }).click();
  await builder.save(3);
  expect(await saved(api)).toBe('Alpha Beta Gamma Delta');
});

test('Shift and the arrow keys choose a range, and the menu is about all of it', async ({ page, api }) => {
  await head('Alpha').focus();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await builder.expectSaid('3 steps selected, from Alpha to Gamma.');
  await expect(head('Gamma')).toBeFocused();
  await page.keyboard.press('Shift+ArrowUp');
  await builder.expectSaid('2 steps selected, from Alpha to Beta.');
  await builder.card('Beta').getByLabel('More for Beta', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await builder.card('Beta').getByRole('button', { name: 'Loop', exact: true }).focus();
  await page.keyboard.press('Enter');
  await builder.expectSaid('Wrapped 2 steps in Loop.');
  await page.keyboard.press('Control+s');
  await expect(builder.state).toHaveText(/^Saved as version 2/);
  expect(await saved(api)).toBe('Loop[Alpha Beta] Gamma Delta');
});

test('escape ends it, and changes nothing', async ({ page }) => {
  await builder.handle('Beta').focus();
  await page.keyboard.press('Shift+ArrowDown');
  await expect(bar(page)).toBeVisible();
  // A menu that is open is closed first.
  await builder.card('Beta').getByLabel('More for Beta', { exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(bar(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(bar(page)).toHaveCount(0);
  await builder.expectSaid('Nothing is selected.');
  await expect(box(page, 'Beta')).toHaveCount(0);
  await expect(builder.state).toHaveText('Saved as version 1');
});

test('copies and removes all that is chosen', async ({ page, api }) => {
  await builder.choose('Beta', 'Select');
  await builder.expectSaid('Beta is selected. Shift and the arrow keys select more; escape ends it.');
  await box(page, 'Gamma').check();
  await bar(page).getByRole('button', { name: 'Duplicate the selected steps' }).click();
  await builder.save(2);
  expect(await saved(api)).toBe('Alpha Beta Gamma Beta 2 Gamma 2 Delta');
  await head('Alpha').focus();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await bar(page).getByRole('button', { name: 'Remove the selected steps' }).click();
  await builder.expectOrder('Beta 2', 'Gamma 2', 'Delta');
  await expect(head('Beta 2')).toBeFocused();
  await page.getByRole('button', { name: 'Undo: remove 3 steps' }).click();
  await builder.expectOrder('Alpha', 'Beta', 'Gamma', 'Beta 2', 'Gamma 2', 'Delta');
});

test('ends when its steps part', async ({ page }) => {
  await head('Alpha').focus();
  await page.keyboard.press('Shift+ArrowDown');
  await builder.choose('Beta', 'Move down');
  await expect(bar(page)).toHaveCount(0);
});

test('is of one list', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Nested', nested());
  await builder.open(id);
  await builder.choose('Facts', 'Select');
  await expect(box(page, 'Facts')).toBeChecked();
  await expect(box(page, 'Risks')).toHaveCount(0);
  await builder.card('Risks').getByRole('button', { expanded: false }).first().click({ modifiers: ['Shift'] });
  await expect(box(page, 'Risks')).toBeChecked();
  await expect(box(page, 'Facts')).toHaveCount(0);
  await bar(page).getByRole('button', { name: 'For each' }).click();
  await expect(builder.card('For each').getByRole('button', { name: 'Move Risks', exact: true })).toBeVisible();
});

test.describe('touch', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  test('chooses by the menu and the boxes', async ({ page, api }) => {
    await builder.card('Beta').getByLabel('More for Beta', { exact: true }).tap();
    await builder.card('Beta').getByRole('button', { name: 'Select', exact: true }).tap();
    await box(page, 'Delta').tap();
    await expect(bar(page)).toContainText('3 selected');
    await box(page, 'Delta').tap();
    await bar(page).getByRole('button', { name: 'Condition' }).tap();
    await builder.save(2);
    expect(await saved(api)).toBe('Alpha Condition[Beta Gamma] Delta');
  });
});
