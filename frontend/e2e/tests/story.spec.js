import { Builder, centre, chooseModel } from '../lib/builder.js';
import { Run } from '../lib/run.js';
import { expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';


/** The nine steps of the template, as they stand after two were moved. */
const ORDER = [
  'Research & Brainstorm',
  'Idea Generation',
  'Add Features & Requirements',
  'Review 1',
  'Extend & Improve',
  'Review 2',
  'Improve & Refine',
  'Project Wisdom',
  'Implementation Prompts',
];

test('a new user builds a pipeline, runs it, decides, mends it, and loses nothing', async ({ page, api }) => {
  const builder = new Builder(page);
  const run = new Run(page);

  await test.step('from the empty list to the Deep Build Pipeline', async () => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Preview Deep Build Pipeline' }).click();
    await expect(page.getByRole('dialog').getByText('Implementation Prompts')).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Use template' }).click();
    await expect(builder.name).toHaveValue('Deep Build Pipeline');
    await builder.expectOrder(...swap(swap(ORDER, 6, 7), 0, 1));
  });

  await test.step('move a step with the mouse', async () => {
    await builder.handle('Improve & Refine').scrollIntoViewIfNeeded();
    const [from, to] = [await centre(builder.handle('Improve & Refine')), await centre(builder.handle('Project Wisdom'))];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 8 });
    await expect(page.locator('.drop-place')).toBeVisible();
    await page.mouse.up();
    await builder.expectOrder(...swap(ORDER, 0, 1));
  });

  await test.step('move another one by keyboard', async () => {
    await builder.handle('Research & Brainstorm').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowUp');
    await builder.expectSaid('Research & Brainstorm is now 1 of 9.');
    await page.keyboard.press('Space');
    await builder.expectOrder(...ORDER);
  });

  await test.step('rewrite the prompts that refer to what comes later now', async () => {
    await expect(builder.problems).toHaveText('2 problems');
    for (const [label, text] of [
      ['Research & Brainstorm', 'Research what there is: {{input.idea}}'],
      ['Improve & Refine', 'Improve {{steps.Review 1.content}} by {{steps.Review 2.content}}'],
    ]) {
      const card = await builder.openStep(label);
      await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill(text);
    }
    await expect(builder.problems).toHaveText('No problems found');
  });

  await test.step('choose models, and one that will fail', async () => {
    await chooseModel(page.getByRole('combobox', { name: 'Model of the steps' }), 'demo', 'demo-instant');
    const broken = await builder.openStep('Project Wisdom');
    await chooseModel(broken.getByRole('combobox', { name: /^Model of / }), 'demo', 'demo-broken');
    const slow = builder.card('Research & Brainstorm');
    await chooseModel(slow.getByRole('combobox', { name: /^Model of / }), 'demo', 'demo-slow');
    await builder.save();
  });

  await test.step('start', async () => {
    await page.getByRole('link', { name: 'Run', exact: true }).click();
    await page.getByRole('textbox', { name: 'Idea', exact: true }).fill('A web app where small theatres plan rehearsals.');
    await expect(page.getByText('Prices of')).toBeVisible();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(page).toHaveURL(/\/runs\/execution-/);
  });

  await test.step('reload in mid-stream', async () => {
    await expect(run.stream('Research & Brainstorm')).toContainText('Simulated');
    await page.reload();
    await expect(run.stream('Research & Brainstorm')).toContainText('Simulated');
  });

  await test.step('approve the first gate as it is', async () => {
    const gate = run.gate('Review 1');
    await expect(gate.getByRole('button', { name: 'Approve' })).toBeVisible({ timeout: 20_000 });
    await gate.getByRole('button', { name: 'Approve' }).click();
  });

  await test.step('approve the second gate with an edit', async () => {
    const gate = run.gate('Review 2');
    await expect(gate.getByRole('button', { name: 'Approve' })).toBeVisible();
    await gate.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('textbox', { name: 'Text, as you edit it' }).fill('Only what the stage manager asked for.');
    await expect(gate.getByRole('region', { name: 'Difference' })).toContainText('Only what the stage manager asked for.');
    await gate.getByRole('button', { name: 'Approve edited text' }).click();
  });

  await test.step('switch the failed step to another model and retry', async () => {
    await expect(run.status).toHaveText('Failed');
    await expectSound(page);
    await run.button('Switch model and retry').click();
    const dialog = page.getByRole('dialog', { name: 'Run again from “Project Wisdom”' });
    await expect(dialog.getByText(/^Kept as they are: Research & Brainstorm, /)).toBeVisible();
    await chooseModel(dialog.getByRole('combobox', { name: 'Model' }), 'demo', 'demo-slow');
    await expect(dialog.getByText('it is the one you chose')).toBeVisible();
    await dialog.getByRole('button', { name: 'Run again from here' }).click();
    await expect(run.status).toHaveText('Completed');
  });

  await test.step('edit an output', async () => {
    const card = await run.openStep('Implementation Prompts');
    await card.getByRole('button', { name: 'Edit output' }).click();
    await card.getByRole('textbox', { name: 'Output of Implementation Prompts' }).fill('## Prompt 01\n\nBuild the calendar.');
    await card.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(card.getByRole('heading', { name: 'Prompt 01' })).toBeVisible();
  });

  await test.step('nothing is lost', async () => {
    const told = await api.run(run.id);
    expect(told.steps.map((step) => step.label)).toEqual(ORDER);
    expect(told.steps.map((step) => step.status)).toEqual(ORDER.map(() => 'completed'));
    await expectTexts(run, told);
    await page.reload();
    await expect(run.status).toHaveText('Completed');
    await expectTexts(run, told);
    expect(told.steps.find((step) => step.label === 'Project Wisdom')).toMatchObject({ model: 'demo-slow' });
    expect(told.steps.find((step) => step.label === 'Project Wisdom').prompt).toContain('Only what the stage manager asked for.');
    const inTime = told.steps.toSorted((a, b) => a.started_at.localeCompare(b.started_at));
    expect(inTime.map((step) => step.label)).toEqual(ORDER);
  });
});

function swap(list, one, other) {
  const swapped = [...list];
  [swapped[one], swapped[other]] = [list[other], list[one]];
  return swapped;
}

/** Checks that the page shows of each step the text that the API tells. */
async function expectTexts(run, told) {
  for (const step of told.steps) {
    const text = step.type === 'review' ? step.output.content : step.content;
    expect(await run.raw(step.label), step.label).toBe(text);
  }
}
