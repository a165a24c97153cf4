import { prompt } from '../lib/api.js';
import { Builder, centre, finger } from '../lib/builder.js';
import { nested } from '../lib/samples.js';
import { expect, test } from '../lib/test.js';

/** @type {Builder} */
let builder;

test.beforeEach(async ({ page, api }) => {
  const { id } = await api.createWorkflow('Nested', nested());
  builder = new Builder(page);
  await builder.open(id);
  await expect(builder.handle('Facts')).toBeVisible();
});

/** What is saved, in a few signs: `Plan Look(A[Facts] B[])`. */
function shape(steps) {
  const list = (name, inner) => `${name}[${shape(inner)}]`;
  const one = (step) => {
    const lists = [
      ...(step.branches ?? []).map(({ name, steps: inner }) => list(name, inner)),
      ...(step.cases ?? []).map(({ name, steps: inner }) => list(name, inner)),
      ...(step.otherwise ? [list('otherwise', step.otherwise.steps)] : []),
      ...(step.steps ? [list('', step.steps)] : []),
    ];
    return lists.length ? `${step.label}(${lists.join(' ')})` : step.label;
  };
  return steps.map(one).join(' ');
}

async function saved(api) {
  return shape((await api.workflow('nested')).definition.steps);
}

const lane = (page, name) => page.getByRole('group', { name, exact: true });

/** Presses on a step's handle and moves to a place, without letting go. */
async function dragTo(page, label, to) {
  const from = await centre(builder.handle(label));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, (from.y + to.y) / 2, { steps: 5 });
  await page.mouse.move(from.x, to.y, { steps: 5 });
}

test('shows a tree with its numbers, and saves it as it was', async ({ api }) => {
  for (const [label, number] of [
    ['Plan', '1'],
    ['Look at it', '2'],
    ['Facts', '2A.1'],
    ['Risks', '2B.1'],
    ['How risky', '3'],
    ['Ask', '3a.1'],
    ['Polish', '4'],
    ['Draft', '4.1'],
  ]) {
    await expect(builder.card(label).locator('.step-number').first()).toHaveText(number);
  }
  await builder.name.fill('Nested too');
  await builder.save(2);
  expect(await saved(api)).toBe('Plan Look at it(A[Facts] B[Risks]) How risky(high[Ask]) Polish([Draft])');
});

test.describe('mouse', () => {
  test('drags a step into a branch, between branches and out of the block', async ({ page, api }) => {
    await dragTo(page, 'Plan', await centre(builder.handle('Facts')));
    await builder.expectSaid('Plan is now in branch A of Look at it, 2 of 2.');
    await expect(page.locator('.drop-place')).toBeVisible();
    await page.mouse.up();
    await builder.expectSaid('Dropped Plan at 2 of 2 in branch A of Look at it.');
    await expect(builder.handle('Plan')).toBeFocused();
    await dragTo(page, 'Plan', await centre(builder.handle('Risks')));
    await page.mouse.up();
    await builder.save(2);
    expect(await saved(api)).toBe('Look at it(A[Facts] B[Risks Plan]) How risky(high[Ask]) Polish([Draft])');
    await dragTo(page, 'Plan', await centre(builder.handle('Look at it')));
    await page.mouse.up();
    await builder.save(3);
    expect(await saved(api)).toBe('Plan Look at it(A[Facts] B[Risks]) How risky(high[Ask]) Polish([Draft])');
    await page.getByRole('button', { name: 'Undo: move Plan' }).click();
    await builder.save(4);
    expect(await saved(api)).toBe('Look at it(A[Facts] B[Risks Plan]) How risky(high[Ask]) Polish([Draft])');
  });

  test('drags a block with all that is in it', async ({ page, api }) => {
    const last = await builder.card('Polish').boundingBox();
    await dragTo(page, 'Look at it', { y: last.y + last.height });
    await page.mouse.up();
    await builder.save(2);
    expect(await saved(api)).toBe('Plan How risky(high[Ask]) Polish([Draft]) Look at it(A[Facts] B[Risks])');
  });

  test('opens a closed block that a step rests over', async ({ page, api }) => {
    for (const label of ['Look at it', 'How risky']) {
      await builder.card(label).getByRole('button', { expanded: true }).first().click();
    }
    await expect(builder.handle('Facts')).toHaveCount(0);
    await dragTo(page, 'How risky', await centre(builder.handle('Look at it')));
    await expect(builder.handle('Facts')).toBeVisible();
    const facts = await centre(builder.handle('Facts'));
    await page.mouse.move(facts.x, facts.y, { steps: 5 });
    await page.mouse.up();
    await builder.save(2);
    expect(await saved(api)).toMatch(/A\[(How risky\(high\[Ask\]\) Facts|Facts How risky\(high\[Ask\]\))\]/);
  });
});

/** Scrolls so that the page does not scroll by itself at its edges. */
const inTheMiddle = (locator) => locator.evaluate((element) => element.scrollIntoView({ block: 'center' }));

test.describe('finger', () => {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    test.describe(`${viewport.width} px`, () => {
      test.use({ hasTouch: true, viewport });

      test('drags a step into a branch and out again', async ({ page, api }) => {
        const touch = await finger(page);
        await inTheMiddle(builder.handle('Look at it'));
        const drag = async (label, to, said) => {
          const from = await centre(builder.handle(label));
          await touch.down(from);
          await expect(page.getByText(`Picked up ${label}, `)).toHaveCount(1);
          const there = { x: from.x, y: (await centre(builder.handle(to))).y };
          await touch.move({ x: from.x, y: (from.y + there.y) / 2 });
          await touch.move(there);
          await builder.expectSaid(said);
          await expect(page.locator('.drop-place')).toBeVisible();
          await touch.up();
          await expect(builder.handle(label)).toBeFocused();
        };
        await drag('Plan', 'Facts', 'Plan is now in branch A of Look at it, 2 of 2.');
        await builder.save(2);
        expect(await saved(api)).toBe('Look at it(A[Facts Plan] B[Risks]) How risky(high[Ask]) Polish([Draft])');
        await drag('Plan', 'Look at it', 'Plan is now in the workflow, 1 of 4.');
        await builder.save(3);
        expect(await saved(api)).toBe('Plan Look at it(A[Facts] B[Risks]) How risky(high[Ask]) Polish([Draft])');
      });

      test('rests over a closed branch, which opens', async ({ page, api }) => {
        const branch = page.getByRole('button', { name: 'Branch B of Look at it', exact: true });
        await branch.tap();
        await expect(builder.handle('Risks')).toHaveCount(0);
        const touch = await finger(page);
        await inTheMiddle(builder.handle('Facts'));
        const from = await centre(builder.handle('Facts'));
        await touch.down(from);
        await expect(page.getByText('Picked up Facts, ')).toHaveCount(1);
        await touch.move({ x: from.x, y: from.y + 20 });
        // The mark may leave the branch above, so that this one moves up: the finger follows it.
        await expect(async () => {
          await touch.move({ x: from.x, y: (await centre(branch)).y });
          await expect(builder.handle('Risks')).toBeVisible({ timeout: 2_000 });
        }).toPass();
        await touch.move({ x: from.x, y: (await centre(builder.handle('Risks'))).y });
        await touch.up();
        await builder.save(2);
        expect(await saved(api)).toMatch(/A\[\] B\[(Facts Risks|Risks Facts)\]/);
      });
    });
  }
});

test.describe('keyboard', () => {
  test('goes into blocks, between lanes and out again', async ({ page, api }) => {
    await builder.handle('Plan').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await builder.expectSaid('Plan is now in branch A of Look at it, 1 of 2.');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await builder.expectSaid('Plan is now in branch B of Look at it, 1 of 2.');
    await expect(page.locator('.drop-place')).toBeVisible();
    await page.keyboard.press('ArrowLeft');
    await builder.expectSaid('Plan is now in the workflow, 2 of 4.');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await builder.expectSaid('Dropped Plan at 2 of 2 in branch B of Look at it.');
    await expect(builder.handle('Plan')).toBeFocused();
    await builder.save(2);
    expect(await saved(api)).toBe('Look at it(A[Facts] B[Risks Plan]) How risky(high[Ask]) Polish([Draft])');
  });

  test('builds a tree alone', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Alone', [prompt('Write', 'Write about {{input.topic}}.')]);
    await builder.open(id);
    // Wrap, and add a branch.
    await builder.card('Write').getByLabel('More for Write', { exact: true }).focus();
    await page.keyboard.press('Enter');
    await builder.card('Write').getByRole('button', { name: 'Parallel', exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect(builder.handle('Write')).toBeVisible();
    await builder.card('Parallel').getByRole('button', { name: 'branch', exact: true }).focus();
    await page.keyboard.press('Enter');
    const second = lane(page, 'Branch B of Parallel');
    await expect(second).toBeVisible();
    // A condition in the new branch.
    await second.getByLabel('Add a step to Branch B of Parallel', { exact: true }).focus();
    await page.keyboard.press('Enter');
    await second.getByRole('button', { name: 'Condition', exact: true }).focus();
    await page.keyboard.press('Enter');
    // The new step has the focus once it is drawn.
    await expect(second.getByRole('button', { name: /^1B\.1 Condition/ })).toBeFocused();
    const value = second.getByRole('combobox', { name: 'Value', exact: true });
    await value.focus();
    await page.keyboard.type('input.level');
    await page.keyboard.press('Tab');
    await page.keyboard.type('is at least');
    await page.keyboard.press('Tab');
    await page.keyboard.type('4');
    await second.getByRole('textbox', { name: 'Name of case' }).focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('high');
    await page.keyboard.press('Enter');
    await expect(lane(page, 'Case high of Condition')).toBeVisible();
    await page.keyboard.press('Control+s');
    await expect(builder.state).toHaveText(/^Saved as version 2/);
    const { definition } = await api.workflow('alone');
    expect(shape(definition.steps)).toBe('Parallel(write[Write] B[Condition(high[Prompt])])');
    expect(definition.steps[0].branches[1].steps[0].cases[0].when).toBe('input.level >= 4');
  });
});

test.describe('branches and cases', () => {
  test('come, are renamed, ordered and removed, and come back', async ({ page, api }) => {
    const card = builder.card('How risky');
    await card.getByRole('button', { name: 'case', exact: true }).click();
    const added = lane(page, 'Case case of How risky');
    await expect(added).toBeVisible();
    await added.getByRole('textbox', { name: 'Name of case' }).fill('no name');
    await added.getByRole('textbox', { name: 'Name of case' }).blur();
    await expect(added.getByText('A name begins with a letter')).toBeVisible();
    await added.getByRole('textbox', { name: 'Name of case' }).fill('low');
    await added.getByRole('textbox', { name: 'Name of case' }).blur();
    await lane(page, 'Case low of How risky').getByLabel('More for Case low of How risky', { exact: true }).click();
    await lane(page, 'Case low of How risky').getByRole('button', { name: 'Move up' }).click();
    await builder.save(2);
    expect(await saved(api)).toContain('How risky(low[] high[Ask])');
    await lane(page, 'Case high of How risky').getByLabel('More for Case high of How risky', { exact: true }).click();
    await lane(page, 'Case high of How risky').getByRole('button', { name: 'Remove', exact: true }).click();
    await expect(builder.handle('Ask')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(builder.handle('Ask')).toBeVisible();
  });

  test('close to one line that says what is wrong inside', async ({ page }) => {
    await builder.openStep('Risks');
    await builder.card('Risks').getByRole('textbox', { name: 'Prompt', exact: true }).fill('{{steps.Facts.content}}');
    await expect(builder.problems).toHaveText('1 problem');
    await page.getByRole('button', { name: 'Branch B of Look at it', exact: true }).click();
    await expect(builder.handle('Risks')).toHaveCount(0);
    await expect(lane(page, 'Branch B of Look at it')).toContainText('1 problem');
    await builder.card('Look at it').getByRole('button', { expanded: true }).first().click();
    await expect(builder.card('Look at it')).toContainText('Parallel · 2 branches · 2 steps');
    await expect(builder.card('Look at it')).toContainText('1 problem');
    // The problem leads into what is closed.
    await page.getByRole('button', { name: 'Risks', exact: true }).click();
    await expect(builder.card('Risks').getByRole('textbox', { name: 'Prompt', exact: true })).toBeFocused();
  });
});

test.describe('conditions', () => {
  test('are the same as a form and as an expression', async ({ page, api }) => {
    const field = builder.card('How risky').getByRole('group', { name: 'When' });
    await expect(field.getByRole('combobox', { name: 'Value', exact: true })).toHaveValue('steps.Plan.output.score');
    await expect(field.getByRole('combobox', { name: 'Comparison' })).toHaveValue('is at least');
    await expect(field.getByRole('combobox', { name: 'Compared with' })).toHaveValue('4');
    await field.getByRole('button', { name: 'comparison' }).click();
    await field.getByRole('combobox', { name: 'Value', exact: true }).last().fill('input.draft');
    await field.getByRole('combobox', { name: 'Comparison' }).last().selectOption('is not true');
    await field.getByText('Expression', { exact: true }).click();
    const text = field.getByRole('textbox', { name: 'When' });
    await expect(text).toHaveValue('steps.Plan.output.score >= 4 and not input.draft');
    await text.fill('(input.a or input.b) and input.c');
    await field.getByText('Form', { exact: true }).click();
    await expect(field.getByText('The form cannot show this expression.')).toBeVisible();
    await text.fill('');
    await field.getByText('Expression', { exact: true }).click();
    await text.pressSequentially('steps.Lo');
    await page.keyboard.press('Enter');
    await expect(text).toHaveValue('steps.Look at it.content');
    await builder.save();
    const { definition } = await api.workflow('nested');
    expect(definition.steps[2].cases[0].when).toBe('steps.Look at it.content');
  });
});

test('a step is wrapped and unwrapped', async ({ page, api }) => {
  await builder.choose('Plan', 'For each');
  await expect(builder.card('For each').getByRole('textbox', { name: 'For each item of' })).toBeVisible();
  await builder.card('For each').getByRole('textbox', { name: 'For each item of' }).fill('input.plans');
  await builder.save(2);
  expect(await saved(api)).toMatch(/^For each\(\[Plan\]\) /);
  await builder.choose('For each', 'Unwrap');
  await builder.save(3);
  expect(await saved(api)).toMatch(/^Plan Look/);
  await page.getByRole('button', { name: 'Undo: unwrap For each' }).click();
  await expect(builder.handle('For each')).toBeVisible();
});

test('the palette adds behind the step that one is in, also in a lane', async ({ page, api }) => {
  await builder.openStep('Facts');
  await page.getByRole('region', { name: 'Add a step' }).getByRole('button', { name: 'Loop', exact: true }).click();
  await expect(builder.handle('Loop')).toBeVisible();
  await builder.save(2);
  expect(await saved(api)).toContain('A[Facts Loop([Prompt])]');
});

test('the palette has containers with steps in them, for a lane too', async ({ page, api }) => {
  await builder.openStep('Facts');
  const palette = page.getByRole('region', { name: 'Add a step' });
  await palette.getByText('Containers with steps in them').click();
  for (const name of ['Condition Shorten · Tidy Up', 'Loop Judge · Improve', 'For each Item']) {
    await expect(palette.getByRole('button', { name, exact: true })).toBeVisible();
  }
  await palette.getByRole('button', { name: 'Parallel What Speaks For It · What Speaks Against It', exact: true }).click();
  await expect(builder.handle('What Speaks For It')).toBeVisible();
  await palette.getByRole('button', { name: 'Loop Judge · Improve', exact: true }).click();
  await builder.save(2);
  expect(await saved(api)).toContain(
    'A[Facts Parallel(for[What Speaks For It] against[What Speaks Against It]) Loop([Judge Improve])]',
  );
});

test.describe('a drag from the palette', () => {
  /** Presses on a step of the palette and moves to a place, without letting go. */
  async function dragNew(page, name, to) {
    const from = await centre(page.getByRole('region', { name: 'Add a step' }).getByRole('button', { name, exact: true }));
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 5 });
    await page.mouse.move(to.x, to.y, { steps: 5 });
  }

  test('puts a step into a branch', async ({ page, api }) => {
    const facts = await centre(builder.handle('Facts'));
    await dragNew(page, 'Loop', { ...facts, y: facts.y + 30 });
    await builder.expectSaid('Loop is now in branch A of Look at it, 2 of 2.');
    await expect(page.locator('.drop-place')).toBeVisible();
    await expect(page.locator('.card.ghost')).toHaveText('Loop');
    await page.mouse.up();
    await builder.expectSaid('Dropped Loop at 2 of 2 in branch A of Look at it.');
    await expect(builder.card('Loop').getByRole('button', { expanded: true }).first()).toBeFocused();
    await builder.save(2);
    expect(await saved(api)).toContain('Look at it(A[Facts Loop([Prompt])] B[Risks])');
    await page.getByRole('button', { name: 'Undo: add Loop' }).click();
    await builder.save(3);
    expect(await saved(api)).toContain('Look at it(A[Facts] B[Risks])');
  });

  test('adds nothing beside the list and after escape, and a press still adds', async ({ page }) => {
    const loop = page.getByRole('region', { name: 'Add a step' }).getByRole('button', { name: 'Loop', exact: true });
    const at = await centre(loop);
    await dragNew(page, 'Loop', { ...at, y: at.y + 60 });
    await expect(page.locator('.drop-place')).toBeHidden();
    await page.mouse.up();
    await builder.expectSaid('Loop was not added.');
    await dragNew(page, 'Loop', await centre(builder.handle('Facts')));
    await expect(page.locator('.drop-place')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('.card.ghost')).toHaveCount(0);
    await page.mouse.up();
    await expect(builder.state).toHaveText('Saved as version 1');
    await loop.press('Enter');
    await expect(builder.handle('Loop')).toBeVisible();
    await loop.click();
    await expect(builder.handle('Loop 2')).toBeVisible();
  });
});
