import { prompt } from '../lib/api.js';
import { Builder, centre, finger } from '../lib/builder.js';
import { expect, test } from '../lib/test.js';

/** @type {Builder} */
let builder;

test.beforeEach(async ({ page, api }) => {
  const workflow = await api.createWorkflow('Alphabet', ['Alpha', 'Beta', 'Gamma', 'Delta'].map((label) => prompt(label)));
  builder = new Builder(page);
  await builder.open(workflow.id);
});

/** Presses on a step's handle and moves to another one, without letting go. */
async function dragOver(page, label, target) {
  const [from, to] = [await centre(builder.handle(label)), await centre(builder.handle(target))];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, (from.y + to.y) / 2, { steps: 5 });
  await page.mouse.move(to.x, to.y, { steps: 5 });
}

/** The frame that shows where the step would land. */
const dropPlace = (page) => page.locator('.drop-place');

test.describe('mouse', () => {
  test('drags a step down', async ({ page, api }) => {
    const place = await builder.card('Gamma').boundingBox();
    await dragOver(page, 'Alpha', 'Gamma');
    await expect(dropPlace(page)).toBeVisible();
    await expect.poll(async () => (await dropPlace(page).boundingBox()).y).toBeCloseTo(place.y, 0);
    await builder.expectSaid('Alpha is now 3 of 4.');
    await page.mouse.up();
    await expect(dropPlace(page)).toBeHidden();
    await builder.expectOrder('Beta', 'Gamma', 'Alpha', 'Delta');
    await builder.expectSaid('Dropped Alpha at 3 of 4.');
    await builder.save(2);
    const { definition } = await api.workflow('alphabet');
    expect(definition.steps.map((step) => step.id)).toEqual(['beta', 'gamma', 'alpha', 'delta']);
  });

  test('drags a step up', async ({ page }) => {
    await dragOver(page, 'Delta', 'Beta');
    await page.mouse.up();
    await builder.expectOrder('Alpha', 'Delta', 'Beta', 'Gamma');
  });

  test('puts everything back on Escape', async ({ page }) => {
    await dragOver(page, 'Alpha', 'Delta');
    await expect(dropPlace(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dropPlace(page)).toBeHidden();
    await page.mouse.up();
    await builder.expectSaid('Move cancelled. Alpha is back at 1 of 4.');
    await builder.expectOrder('Alpha', 'Beta', 'Gamma', 'Delta');
    await expect(builder.state).toHaveText('Saved as version 1');
  });

  test('changes nothing by a press without a movement', async () => {
    await builder.handle('Beta').click();
    await builder.expectOrder('Alpha', 'Beta', 'Gamma', 'Delta');
    await expect(builder.state).toHaveText('Saved as version 1');
  });

  test('takes a move back as one edit', async ({ page }) => {
    await dragOver(page, 'Alpha', 'Beta');
    await page.mouse.up();
    await builder.expectOrder('Beta', 'Alpha', 'Gamma', 'Delta');
    await page.getByRole('button', { name: 'Undo: move Alpha' }).click();
    await builder.expectOrder('Alpha', 'Beta', 'Gamma', 'Delta');
  });
});

test.describe('keyboard', () => {
  test('picks up, moves, drops, and says so', async ({ page }) => {
    await builder.handle('Alpha').focus();
    await page.keyboard.press('Space');
    await expect(builder.handle('Alpha')).toHaveAttribute('aria-pressed', 'true');
    await builder.expectSaid('Picked up Alpha, 1 of 4. Use the arrow keys to move, space to drop, escape to cancel.');
    await page.keyboard.press('ArrowDown');
    await builder.expectSaid('Alpha is now 2 of 4.');
    await page.keyboard.press('ArrowDown');
    await builder.expectSaid('Alpha is now 3 of 4.');
    await page.keyboard.press('ArrowUp');
    await builder.expectSaid('Alpha is now 2 of 4.');
    await expect(dropPlace(page)).toBeVisible();
    await page.keyboard.press('Space');
    await builder.expectSaid('Dropped Alpha at 2 of 4.');
    await builder.expectOrder('Beta', 'Alpha', 'Gamma', 'Delta');
    await expect(builder.handle('Alpha')).toBeFocused();
    await expect(builder.handle('Alpha')).toHaveAttribute('aria-pressed', 'false');
  });

  test('goes to the end and to the beginning', async ({ page }) => {
    await builder.handle('Beta').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await builder.expectOrder('Alpha', 'Gamma', 'Delta', 'Beta');
    await page.keyboard.press('Space');
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await builder.expectOrder('Beta', 'Alpha', 'Gamma', 'Delta');
  });

  test('cancels on Escape', async ({ page }) => {
    await builder.handle('Gamma').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Escape');
    await builder.expectSaid('Move cancelled. Gamma is back at 3 of 4.');
    await builder.expectOrder('Alpha', 'Beta', 'Gamma', 'Delta');
    await expect(builder.handle('Gamma')).toBeFocused();
  });

  test('tells how it is done', async () => {
    await expect(builder.handle('Alpha')).toHaveAccessibleDescription(
      'Press space to pick up. Use the arrow keys to move, space to drop, escape to cancel.',
    );
  });
});

test.describe('finger', () => {
  test.use({ hasTouch: true });

  test('moves a step after a long press', async ({ page }) => {
    const touch = await finger(page);
    const [from, to] = [await centre(builder.handle('Alpha')), await centre(builder.handle('Gamma'))];
    await touch.down(from);
    await builder.expectSaid('Picked up Alpha, 1 of 4. Use the arrow keys to move, space to drop, escape to cancel.');
    await touch.move({ x: from.x, y: (from.y + to.y) / 2 });
    await touch.move(to);
    await expect(dropPlace(page)).toBeVisible();
    await builder.expectSaid('Alpha is now 3 of 4.');
    await touch.up();
    await builder.expectOrder('Beta', 'Gamma', 'Alpha', 'Delta');
  });

  test('changes nothing by a tap', async ({ page }) => {
    const touch = await finger(page);
    await touch.down(await centre(builder.handle('Alpha')));
    await touch.up();
    await builder.expectOrder('Alpha', 'Beta', 'Gamma', 'Delta');
    await expect(builder.state).toHaveText('Saved as version 1');
  });
});

test.describe('menu', () => {
  test('moves a step by one', async () => {
    await builder.choose('Beta', 'Move up');
    await builder.expectOrder('Beta', 'Alpha', 'Gamma', 'Delta');
    await builder.choose('Beta', 'Move down');
    await builder.choose('Beta', 'Move down');
    await builder.expectOrder('Alpha', 'Gamma', 'Beta', 'Delta');
  });

  test('stays at the ends of the list', async () => {
    await builder.choose('Alpha', 'Move up');
    await builder.choose('Delta', 'Move down');
    await builder.expectOrder('Alpha', 'Beta', 'Gamma', 'Delta');
    await expect(builder.state).toHaveText('Saved as version 1');
  });
});

test('the page scrolls as soon as a step is dragged to the edge of the save bar', async ({ page, api }) => {
  const labels = Array.from({ length: 40 }, (_, at) => `Step ${at + 1}`);
  const { id } = await api.createWorkflow('Many', labels.map((label) => prompt(label)));
  await builder.open(id);
  const bar = (await builder.saveBar.boundingBox()).y;
  const from = await centre(builder.handle('Step 1'));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, bar - 15, { steps: 10 });
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(200);
  await page.keyboard.press('Escape');
  await page.mouse.up();
});
