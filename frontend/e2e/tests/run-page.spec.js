import { prompt, review } from '../lib/api.js';
import { ONE_COLUMN, Run } from '../lib/run.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

const PHONE = { width: 390, height: 800 };
const instant = (label, text) => prompt(label, text, { model: 'demo-echo' });

/** A list of so many items, each with one step. */
const each = (count) => ({
  label: 'Each',
  type: 'parallel',
  for_each: JSON.stringify(Array.from({ length: count }, (_, at) => at)),
  steps: [instant('Ask', 'Number {{item}}')],
});

/** @type {Run} */
let run;

test.beforeEach(({ page }) => {
  run = new Run(page);
});

test.describe('the input', () => {
  const inputs = [
    { name: 'topic', label: 'What it is about', type: 'text', required: true },
    { name: 'reader', label: 'Who reads it', type: 'text', required: false },
  ];

  test('is one line until it is opened, with the labels that are declared', async ({ page, api }) => {
    const input = { reader: 'sailors', topic: 'Tidal power in the north', extra: { depth: [1, 2] } };
    await run.begin(api, [instant('Ask', 'Of {{input.topic}} for {{input.reader}}.')], { input, definition: { inputs } });
    const card = page.locator('.run-input');
    await expect(card).toContainText('What it is about: “Tidal power in the north” · Who reads it: “sailors” · extra: {');
    await expect(card.getByRole('region')).toHaveCount(0);
    await card.getByText('Input', { exact: true }).click();
    await expect(card.getByRole('region', { name: 'Who reads it' })).toContainText('sailors');
    await expect(card.getByRole('region', { name: 'extra' })).toContainText('"depth"');
    await card.getByRole('button', { name: 'Copy What it is about' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('Tidal power in the north');
    await card.getByRole('button', { name: 'Copy the input' }).click();
    await expect.poll(() => page.evaluate(async () => JSON.parse(await navigator.clipboard.readText()))).toEqual(input);
    await expectSound(page);
    await page.setViewportSize(PHONE);
    await expect(page.locator('.run-panes')).toHaveCount(0);
    await expect(card.getByRole('region', { name: 'extra' }), 'another layout leaves the input open').toContainText('"depth"');
    await expectNoSidewaysScrolling(page);
  });

  test('of 1 MB is shown in part, and as a whole when that is asked for', async ({ page, api }) => {
    const topic = `${'tides and more tides '.repeat(49_000)}the end`;
    await run.begin(api, [instant('Ask', 'Say one word.')], { input: { topic } });
    const card = page.locator('.run-input');
    await card.getByText('Input', { exact: true }).click();
    const value = card.getByRole('region', { name: 'Value of topic' });
    await expect(value).toContainText('tides and more tides');
    expect((await value.textContent()).length).toBeLessThan(30_000);
    await card.getByRole('button', { name: /^Show all \(1,\d+ KiB\)$/ }).click();
    await expect.poll(async () => (await value.textContent()).trim().length).toBe(topic.length);
  });

  test('is left out where there is none', async ({ page, api }) => {
    await run.begin(api, [instant('Ask', 'Say one word.')]);
    await expect(run.status).toHaveText('Completed');
    await expect(page.locator('.run-input')).toHaveCount(0);
  });
});

test('a run is called by its number in its workflow', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [{ type: 'review', id: 'check', label: 'Check' }]);
  await api.start(id);
  const { id: second } = await api.start(id);
  await run.open(second);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Market brief #2');
  await expect(page.getByRole('navigation', { name: 'Breadcrumbs' })).toContainText('#2');
  await expect(page).toHaveTitle(/^\(2\) Waiting for you · Market brief #2/);
  await expect(page.getByRole('complementary', { name: 'Runs of this workflow' }).getByRole('link')).toContainText(['#2', '#1']);
  await page.goto('/runs');
  await expect(page.getByRole('checkbox', { name: 'Choose the run Market brief #2' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Decide Check of Market brief #1' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Market #1');
  await expect(page.getByRole('option', { name: /#1 · Check/ })).toBeVisible();
});

test('the head tells the version and who started the run', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [instant('Ask', 'Say one word.')]);
  await api.changeWorkflow(id, (workflow) => (workflow.description = 'Another'));
  const { id: execution } = await api.start(id, {}, { triggered_by: 'nightly' });
  await run.open(execution);
  await expect(page.locator('.run-origin')).toHaveText('Version 2 · started by nightly');
  await page.getByRole('link', { name: 'Version 2' }).click();
  await expect(page).toHaveURL(new RegExp(`/workflows/${id}/versions$`));
});

test.describe('the outline', () => {
  test.use({ viewport: ONE_COLUMN });

  test('names the steps beside their list, and leads to them', async ({ page, api }) => {
    const branches = [
      { name: 'market', steps: [instant('Facts', 'Of facts')] },
      { name: 'law', steps: [instant('Risks', 'Of risks')] },
    ];
    const many = Array.from({ length: 12 }, (_, at) => instant(`Step ${at}`, `Number ${at}`));
    const steps = [instant('First', 'Of the first'), { label: 'Look', type: 'parallel', branches }, ...many];
    const { id } = await api.createWorkflow('Market brief', steps);
    const { id: execution } = await api.start(id);
    await api.untilRun(execution, 'completed');
    await run.open(execution);
    const outline = page.getByRole('navigation', { name: 'Outline' });
    await expect(outline.getByRole('link')).toHaveCount(14);
    await run.openStep('Look');
    await expect(outline.getByRole('link', { name: 'Risks' })).toBeVisible();
    await expect(outline).toContainText('law');
    await outline.getByRole('link', { name: 'Step 9' }).click();
    await expect(run.step('Step 9').getByText('Number 9', { exact: true })).toBeVisible();
    await expect(page.locator(':focus')).toHaveText('Step 9');
    await expect(page).toHaveURL(/#step-9$/);
    await expect(outline, 'it stays in sight').toBeInViewport();
    await expect(outline.getByRole('link', { name: 'Step 9' })).toHaveAttribute('aria-current', 'true');
    // Nothing lies under the bar at the top.
    await page.evaluate(() => scrollTo(0, 0));
    await expectSound(page);
    await page.setViewportSize(PHONE);
    await expect(outline).toBeHidden();
  });
});

test.describe('the search', () => {
  const found = (page) => page.getByRole('search').getByRole('listitem');

  test('finds names and outputs, also of steps that are not loaded', async ({ page, api }) => {
    await run.begin(api, [each(230), instant('Last', 'A lighthouse at the end')]);
    await expect(run.status).toHaveText('Completed');
    await page.keyboard.press('/');
    const field = page.getByRole('searchbox', { name: 'Search names and outputs' });
    await expect(field).toBeFocused();
    await field.fill('NUMBER 217');
    await expect(found(page)).toHaveCount(1);
    await expect(found(page).locator('mark')).toHaveText('Number 217');
    await expect(page.getByRole('search').getByRole('status')).toContainText('Names and outputs of 232 steps: 1 match.');
    await field.press('Enter');
    await expect(page).toHaveURL(/#each\.217\.ask$/);
    await expect(run.step('Ask')).toContainText('Number 217');
    await expect(field, 'the focus follows to the step').not.toBeFocused();
    await page.keyboard.press('/');
    await expect(field).toBeFocused();
    await field.fill('last');
    await expect(found(page)).toContainText('Last');
    await field.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/#last$/);
    await expectSound(page);
    await run.button('Close the search').click();
    await expect(page.getByRole('search')).toHaveCount(0);
    await expect(run.button('Search in this run (/)')).toBeFocused();
  });

  test('takes every sign as it is, and texts of any length', async ({ page, api }) => {
    const long = 'tides and more '.repeat(700);
    await run.begin(api, [instant('Quotes', 'He said "no" (.*)'), instant('Long', long)]);
    await expect(run.status).toHaveText('Completed');
    await run.button('Search in this run (/)').click();
    const field = page.getByRole('searchbox', { name: 'Search names and outputs' });
    await field.fill('"');
    await expect(found(page)).toHaveCount(1);
    await expect(found(page)).toContainText('Quotes');
    await field.fill('.*');
    await expect(found(page).locator('mark')).toHaveText('.*');
    await field.fill(long.slice(0, 10_000));
    await expect(found(page)).toHaveCount(1);
    await expect(found(page)).toContainText('Long');
    await field.fill('x'.repeat(10_000));
    await expect(page.getByRole('search').getByRole('status')).toContainText('no match');
    await field.press('Escape');
    await expect(page.getByRole('search')).toHaveCount(0);
    await page.setViewportSize(PHONE);
    await page.keyboard.press('/');
    await field.fill('more tides');
    await expectNoSidewaysScrolling(page);
  });
});

test.describe('keys', () => {
  for (const [name, viewport] of Object.entries({ 'in the tree': { width: 1440, height: 900 }, 'in the list': ONE_COLUMN })) {
    test(`lead from step to step ${name}, and decide nothing by themselves`, async ({ page, api }) => {
      await page.setViewportSize(viewport);
      const execution = await run.begin(api, [instant('One', 'Of one'), instant('Two', 'Of two'), review('Check')]);
      await expect(run.gate('Check')).toBeVisible();
      await page.keyboard.press('a');
      await expect(run.gate('Check').getByRole('button', { name: 'Approve' })).toBeFocused();
      expect((await api.run(execution)).status).toBe('paused');
      await page.keyboard.press('e');
      const text = run.gate('Check').getByRole('textbox', { name: 'Text, as you edit it' });
      await expect(text).toBeVisible();
      await text.fill('');
      await text.pressSequentially('jkea/');
      await expect(text).toHaveValue('jkea/');
      await expect(page.getByRole('search')).toHaveCount(0);
      await run.gate('Check').getByRole('button', { name: 'Discard my edit' }).click();
      await page.keyboard.press('k');
      await page.keyboard.press('k');
      await expect(page.locator(':focus')).toHaveText('One');
      await page.keyboard.press('j');
      await expect(page.locator(':focus')).toHaveText('Two');
    });
  }

  test('edit the output of the step that is shown', async ({ page, api }) => {
    await run.begin(api, [instant('One', 'Of one'), instant('Two', 'Of two')]);
    await expect(run.status).toHaveText('Completed');
    await run.openStep('One');
    await page.keyboard.press('e');
    await expect(page.getByRole('textbox', { name: 'Output of One' })).toBeFocused();
  });
});

test.describe('the menu of a step', () => {
  test('switches the step off and on for this run', async ({ page, api }) => {
    const execution = await run.begin(api, [review('Check'), instant('Later', 'Of later'), instant('Last', 'Of the last')]);
    const card = await run.openStep('Later');
    await card.getByLabel('More for Later').click();
    await run.button('Skip this step').click();
    await expect(card.getByText('Will be skipped')).toBeVisible();
    await card.getByLabel('More for Later').click();
    await expectSound(page);
    await run.button('Run this step').click();
    await expect(card.getByText('Will be skipped')).toHaveCount(0);
    await card.getByLabel('More for Later').click();
    await run.button('Skip this step').click();
    await expect(card.getByText('Will be skipped')).toBeVisible();
    await run.button('Decide').click();
    await run.gate('Check').getByRole('button', { name: 'Approve' }).click();
    await expect(run.status).toHaveText('Completed');
    expect((await api.step(execution, 'later')).status).toBe('skipped');
  });
});

test('a text that has been shown is not shown again at the end, when the last step was skipped', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [instant('Write', 'The only text'), review('Check')]);
  const { id: execution } = await api.start(id, {}, { yolo: true });
  await run.open(execution);
  await expect(run.status).toHaveText('Completed');
  await run.openStep('Write');
  await expect(page.getByRole('heading', { name: 'The run is complete' })).toBeVisible();
  await expect(page.getByText('The only text', { exact: true })).toHaveCount(1);
});

test('the plan of a retry does not say that a step was chosen which was not', async ({ page, api }) => {
  await run.begin(api, [instant('One', 'Of one'), prompt('Two', 'More of {{steps.One.content}}', { model: 'demo-echo' })]);
  await expect(run.status).toHaveText('Completed');
  const card = await run.openStep('One');
  await card.getByRole('button', { name: 'Edit output' }).click();
  await page.getByRole('textbox', { name: 'Output of One' }).fill('Another text');
  await page.getByRole('button', { name: /^Save and/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Two – it was made from an older text');
  await expect(dialog).not.toContainText('it is the one you chose');
});

test('the question before a run is cancelled offers to keep it running', async ({ page, api }) => {
  const execution = await run.begin(api, [review('Check')]);
  await run.button('Cancel').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep running' }).click();
  expect((await api.run(execution)).status).toBe('paused');
});

test.describe('the width of the window', () => {
  test('is used by both panes', async ({ page, api }) => {
    await page.setViewportSize({ width: 1920, height: 1000 });
    await run.begin(api, [instant('One', 'Of one'), review('Check')]);
    await expect(run.gate('Check')).toBeVisible();
    const panes = await page.locator('.run-panes').boundingBox();
    expect(panes.width).toBeGreaterThan(1_700);
    await expectNoSidewaysScrolling(page);
  });

  test('of a telephone has the figures in one line that scrolls', async ({ page, api }) => {
    await page.setViewportSize(PHONE);
    await run.begin(api, [instant('One', 'Of one'), review('Check')], { input: { topic: 'tea' } });
    await expect(run.gate('Check')).toBeVisible();
    const facts = page.locator('.run-facts');
    const tops = await facts.locator('> div').evaluateAll((all) => all.map((it) => Math.round(it.getBoundingClientRect().top)));
    expect(new Set(tops).size).toBe(1);
    expect(await facts.evaluate((it) => it.scrollWidth > it.clientWidth)).toBe(true);
    await expectNoSidewaysScrolling(page);
  });
});
