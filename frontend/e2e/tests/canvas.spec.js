import { prompt, review } from '../lib/api.js';
import { Builder, centre, finger } from '../lib/builder.js';
import { Canvas, cases } from '../lib/canvas.js';
import { Run } from '../lib/run.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

const three = () => [prompt('Research'), prompt('Outline'), prompt('Write')];

async function open(page, api, steps = three()) {
  const { id } = await api.createWorkflow('Market brief', steps);
  const canvas = new Canvas(page);
  await canvas.open(id);
  await expect(canvas.node(steps[0].label)).toBeVisible();
  return { canvas, builder: new Builder(page), id };
}

test('list and canvas show the same draft, and the choice is remembered', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', three());
  const builder = new Builder(page);
  const canvas = new Canvas(page);
  await builder.open(id);
  await builder.choose('Outline', 'Duplicate');
  await page.getByText('Canvas', { exact: true }).click();
  await expect(page).toHaveURL(/\?view=canvas$/);
  await expect(canvas.node('Outline 2')).toBeVisible();
  await builder.saveBar.getByRole('button', { name: /^Undo/ }).click();
  await expect(canvas.node('Outline 2')).toHaveCount(0);
  await page.goto(`/workflows/${id}`);
  await expect(canvas.node('Research')).toBeVisible();
  await page.getByRole('link', { name: 'Edit as a list' }).click();
  await expect(builder.handle('Research')).toBeVisible();
  await page.goto(`/workflows/${id}`);
  await expect(builder.handle('Research')).toBeVisible();
});

test('a step is dragged, put back by undo, and saved where it stands', async ({ page, api }) => {
  const { canvas, builder, id } = await open(page, api);
  const before = await canvas.box('Outline').boundingBox();
  await canvas.drag('Outline', 260, 40);
  const after = await canvas.box('Outline').boundingBox();
  expect(after.x - before.x).toBeGreaterThan(240);
  expect(canvas.card).toHaveCount(0);
  await expect(builder.state).toHaveText('Not saved yet. Kept in this browser.');
  const undo = builder.saveBar.getByRole('button', { name: 'Undo: move Outline on the canvas' });
  await undo.click();
  await expect.poll(async () => (await canvas.box('Outline').boundingBox()).x).toBeCloseTo(before.x, 0);
  await expect(builder.state).toHaveText('Saved as version 1');
  await builder.saveBar.getByRole('button', { name: /^Redo/ }).click();
  await builder.save(1);
  const { layout, version } = await api.workflow(id);
  expect(layout.map((at) => at.id)).toEqual(['outline']);
  expect(version, 'positions make no version').toBe(1);
  await page.reload();
  await expect(builder.state).toHaveText('Saved as version 1');
  await expect.poll(async () => (await canvas.box('Outline').boundingBox()).x - (await canvas.box('Research').boundingBox()).x).toBeGreaterThan(200);
  await canvas.tools.getByRole('button', { name: 'Tidy up' }).click();
  await expect.poll(async () => (await canvas.box('Outline').boundingBox()).x - (await canvas.box('Research').boundingBox()).x).toBe(0);
  await builder.save(1);
  expect((await api.workflow(id)).layout).toEqual([]);
});

test('keys move a step, and Escape takes a drag back', async ({ page, api }) => {
  const { canvas, builder } = await open(page, api);
  await canvas.node('Research').focus();
  await page.keyboard.press('ArrowDown');
  await expect(canvas.node('Outline')).toBeFocused();
  const before = await canvas.box('Outline').boundingBox();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) {
    await page.keyboard.press(`Shift+${key}`);
  }
  await expect.poll(async () => (await canvas.box('Outline').boundingBox()).x).toBeGreaterThan(before.x);
  // The keys that follow one another are one step to undo.
  await page.keyboard.press('Control+z');
  await expect(builder.saveBar.getByRole('button', { name: 'Undo', exact: true })).toHaveAttribute('aria-disabled', 'true');
  const from = await centre(canvas.node('Write'));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 200, from.y, { steps: 4 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect.poll(async () => (await centre(canvas.node('Write'))).x).toBe(from.x);
  await expect(builder.state).toHaveText('Saved as version 1');
});

test('cases are connected by mouse and by keyboard, and a run of it is watched', async ({ page, api }) => {
  const { canvas, builder, id } = await open(page, api, cases(prompt));
  await canvas.tools.getByRole('button', { name: 'Fit' }).click();

  await canvas.aim('Which', 'case:big', await centre(canvas.node('Score')));
  await expect(page.getByText('A run does not go back. To repeat steps, put them into a loop.')).toBeVisible();
  await page.mouse.up();
  await expect(builder.state).toHaveText('Saved as version 1');
  await canvas.connect('Which', 'case:big', 'Send');
  await canvas.expectSaid('Connected case big of Which with Send.');
  await expect(canvas.node('Which')).toHaveAccessibleName(/Case big goes to Send\.$/);

  await canvas.node('Which').focus();
  await page.keyboard.press('c');
  await canvas.expectSaid(/^After case big of Which: the next step, Check\./);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await canvas.expectSaid(/^After case small of Which: Polish\./);
  await page.keyboard.press('Enter');
  await canvas.expectSaid('Connected case small of Which with Polish.');
  await expect(canvas.node('Which')).toBeFocused();
  await builder.save(2);
  const { definition } = await api.workflow(id);
  expect(definition.steps[1].cases.map((one) => one.next)).toEqual(['send', 'polish']);

  // To the next step again: nothing needs to be said then. Undo brings it back.
  await canvas.connect('Which', 'case:small', 'Check');
  await expect(canvas.node('Which')).toHaveAccessibleName(/to Send\.$/);
  await builder.saveBar.getByRole('button', { name: /^Undo/ }).click();
  await expect(canvas.node('Which')).toHaveAccessibleName(/Case small goes to Polish\.$/);

  const { id: execution } = await api.start(id, { n: 9 });
  const run = new Run(page);
  await page.goto(`/runs/${execution}?view=canvas`);
  await expect(canvas.node('Send')).toHaveAccessibleName(/Completed$/);
  await expect(canvas.node('Check')).toHaveAccessibleName(/Skipped$/);
  await expect(canvas.node('Which')).toContainText('→ big');
  await expect(page.locator('.canvas-lane.taken')).toContainText('if big');
  await canvas.node('Long').click();
  await expect(page).toHaveURL(new RegExp(`view=canvas#which\\.big\\.long$`));
  await expect(run.step('Long')).toBeVisible();
  await page.getByRole('link', { name: 'Show as a list' }).click();
  await expect(run.row('Send')).toBeVisible();
});

test('a line is taken away by mouse and by keyboard, and comes back with undo', async ({ page, api }) => {
  const steps = cases(prompt);
  steps[1].cases[0].next = 'send';
  steps[1].cases[1].next = 'polish';
  const { canvas, builder, id } = await open(page, api, steps);
  await canvas.tools.getByRole('button', { name: 'Fit' }).click();
  const which = canvas.node('Which');
  const undo = builder.saveBar.getByRole('button', { name: 'Undo: change next step of Which' });

  // A point of the line that no step covers.
  const grip = page.locator('.edge-grip').first();
  const at = await grip.evaluate((path) => {
    const matrix = path.getScreenCTM();
    const length = path.getTotalLength();
    for (let part = 0.05; part < 1; part += 0.05) {
      const { x, y } = path.getPointAtLength(length * part).matrixTransform(matrix);
      if (document.elementFromPoint(x, y) === path) {
        return { x, y };
      }
    }
    return null;
  });
  await page.mouse.click(at.x, at.y);
  await canvas.expectSaid(/^The line from case big of Which to Send\./);
  await expect(page.getByRole('group', { name: 'The chosen line' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(which).toBeFocused();
  await page.mouse.click(at.x, at.y);
  await expectSound(page);
  await page.getByRole('button', { name: 'Remove the line' }).click();
  await canvas.expectSaid('The line from case big of Which is removed: it goes to the next step.');
  await expect(which).not.toHaveAccessibleName(/Case big/);
  await undo.click();
  await expect(which).toHaveAccessibleName(/Case big goes to Send\./);

  await which.focus();
  await page.keyboard.press('l');
  await page.keyboard.press('l');
  await canvas.expectSaid(/^The line from case small of Which to Polish\./);
  await page.keyboard.press('Delete');
  await expect(which).toBeFocused();
  await expect(which).toHaveAccessibleName(/Case big goes to Send\.$/);
  await builder.save(2);
  const { definition } = await api.workflow(id);
  expect(definition.steps.map((step) => step.id)).toContain('which');
  expect(definition.steps[1].cases.map((one) => one.next)).toEqual(['send', undefined]);
});

test('a run is seen on the canvas as it goes on', async ({ page, api }) => {
  const steps = [
    review('Ask'),
    { id: 'each', label: 'Each', type: 'parallel', for_each: 'input.all', steps: [prompt('Read', 'Read {{item}}')] },
  ];
  const { id } = await api.createWorkflow('Live', steps);
  const { id: execution } = await api.start(id, { all: ['a', 'b', 'c'] });
  const canvas = new Canvas(page);
  await page.goto(`/runs/${execution}?view=canvas`);
  await expect(canvas.node('Ask')).toHaveAccessibleName('Ask, Review, Waiting for you');
  await expect(canvas.node('Each')).toHaveAccessibleName(/Not started$/);
  await api.review(execution, 'ask', { decision: 'approve' });
  await expect(canvas.node('Ask')).toHaveAccessibleName(/Completed$/);
  await expect(canvas.node('Each')).toContainText('3 items');
  await expect(canvas.node('Read')).toHaveAccessibleName(/Completed$/);
  await canvas.node('Read').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article', { name: 'Read' }).getByRole('heading', { name: 'Read', exact: true })).toBeFocused();
});

test('steps are added from the palette: where they are dropped, or behind the current one', async ({ page, api }) => {
  const { canvas, builder, id } = await open(page, api, cases(prompt));
  const add = (name) => page.getByRole('button', { name, exact: true });
  await canvas.node('Check').click();
  await canvas.card.getByRole('button', { name: 'Close the card' }).click();
  await add('Review').click();
  await expect(canvas.card.getByRole('heading', { level: 2 })).toHaveText('Review');
  await canvas.card.getByRole('button', { name: 'Close the card' }).click();
  await expect(canvas.node('Review')).toBeFocused();

  const from = await centre(add('Prompt'));
  const lane = await centre(page.locator('.canvas-lane').filter({ hasText: 'if small' }));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(lane.x, lane.y, { steps: 8 });
  await expect(page.locator('.canvas-landing')).toBeVisible();
  await page.mouse.up();
  await expect(canvas.card.getByRole('heading', { level: 2 })).toHaveText('Prompt');
  await canvas.card.getByRole('textbox', { name: 'Label' }).fill('Short');
  await canvas.card.getByRole('textbox', { name: 'Label' }).blur();
  await expect(canvas.node('Short')).toBeVisible();

  await canvas.tools.getByText('step', { exact: true }).click();
  await canvas.tools.getByRole('button', { name: 'Tool', exact: true }).click();
  await builder.save(2);
  const { definition } = await api.workflow(id);
  expect(definition.steps.map((step) => step.label)).toEqual(['Score', 'Which', 'Check', 'Review', 'Polish', 'Send']);
  expect(definition.steps[1].cases[1].steps.map((step) => step.type)).toEqual(['llm', 'tool']);
});

test('the card of a step is edited beside the canvas, and a step is removed and brought back', async ({ page, api }) => {
  const { canvas, builder, id } = await open(page, api);
  await canvas.node('Outline').focus();
  await page.keyboard.press('Enter');
  await expect(canvas.card.getByRole('heading', { level: 2 })).toBeFocused();
  await canvas.card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Outline {{steps.Nobody.content}}');
  await expect(canvas.node('Outline')).toHaveAccessibleName(/1 problem/);
  await canvas.card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Outline {{steps.Research.content}}');
  await page.keyboard.press('Escape');
  await expect(canvas.card).toHaveCount(0);
  await expect(canvas.node('Outline')).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(canvas.node('Outline')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(canvas.node('Outline')).toBeVisible();
  await canvas.node('Outline').focus();
  await canvas.node('Outline').click({ button: 'right' });
  await page.locator('.canvas-menu').getByRole('button', { name: 'Duplicate' }).click();
  await expect(canvas.node('Outline 2')).toBeFocused();
  await builder.save(2);
  expect((await api.workflow(id)).definition.steps).toHaveLength(4);
});

test('the picture is panned, zoomed and fitted', async ({ page, api }) => {
  const { canvas } = await open(page, api);
  const at = () => canvas.box('Research').boundingBox();
  const before = await at();
  const { x, y } = await centre(canvas.surface);
  await page.mouse.move(x + 300, y);
  await page.mouse.wheel(0, 100);
  await expect.poll(async () => (await at()).y).toBe(before.y - 100);
  await page.mouse.down();
  await page.mouse.move(x + 340, y + 100, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => (await at()).x).toBe(before.x + 40);
  const scale = canvas.tools.getByRole('button', { name: /^Size/ });
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, 300);
  await page.keyboard.up('Control');
  await expect(scale).not.toHaveText('100 %');
  expect((await at()).width).toBeLessThan(before.width);
  await canvas.node('Research').focus();
  await page.keyboard.press('0');
  await expect(scale).toHaveText('100 %');
  await expect(canvas.node('Write')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('+');
  await expect(scale).toHaveText('125 %');
  await canvas.tools.getByRole('button', { name: 'Smaller' }).click();
  await scale.click();
  await expect(scale).toHaveText('100 %');
});

test.describe('on a telephone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

  test('a finger pans, a tap opens the card as a sheet', async ({ page, api }) => {
    const { canvas } = await open(page, api, cases(prompt));
    const before = await canvas.box('Score').boundingBox();
    const touch = await finger(page);
    const from = await centre(canvas.node('Score'));
    await touch.down(from);
    await touch.move({ x: from.x + 20, y: from.y + 10 });
    await touch.move({ x: from.x + 40, y: from.y + 20 });
    await touch.up();
    // A step that is not the current one is not moved by chance.
    await expect.poll(async () => Math.round((await canvas.box('Score').boundingBox()).x - before.x)).toBe(40);
    await expect(page.getByRole('button', { name: 'Undo', exact: true })).toHaveAttribute('aria-disabled', 'true');
    // Chromium makes no click of a tap that comes shortly after a finger was lifted in motion.
    await expect(async () => {
      await canvas.node('Score').tap();
      await expect(canvas.card).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await expect(canvas.card.getByRole('textbox', { name: 'Label' })).toBeInViewport();
    await expectNoSidewaysScrolling(page);
    await canvas.card.getByRole('button', { name: 'Close the card' }).tap();
    await expect(canvas.card).toHaveCount(0);
  });
});

test('a canvas with a card, a menu and a connection under way is sound', async ({ page, api }) => {
  const { canvas } = await open(page, api, cases(prompt));
  await canvas.node('Which').click();
  await expect(canvas.card.getByRole('heading', { level: 2 })).toHaveText('Which');
  await canvas.node('Which').focus();
  await page.keyboard.press('c');
  await expectSound(page);
});
