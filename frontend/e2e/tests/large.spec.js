import { prompt, review } from '../lib/api.js';
import { Builder, centre } from '../lib/builder.js';
import { Canvas } from '../lib/canvas.js';
import { Flood } from '../lib/flood.js';
import { ONE_COLUMN, Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

const STEPS = 500;

/** Counts what the page does to itself, from now on. */
async function watch(page) {
  await page.evaluate(() => {
    window.seen = { mutations: 0, longTasks: 0, longest: 0, frames: 0 };
    new MutationObserver((all) => (window.seen.mutations += all.length)).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        window.seen.longTasks += 1;
        window.seen.longest = Math.max(window.seen.longest, Math.round(duration));
      }
    }).observe({ type: 'longtask' });
  });
}

/** What was counted; noted with the test, as times depend on the machine. */
async function report(page, what) {
  const seen = await page.evaluate(() => window.seen);
  test.info().annotations.push({ type: what, description: JSON.stringify(seen) });
  return seen;
}

test.describe('a workflow of 500 steps', () => {
  /** @type {Builder} */
  let builder;

  test.beforeEach(async ({ page, api }) => {
    const steps = Array.from({ length: STEPS }, (_, at) => prompt(`Step ${at + 1}`, at ? `Use {{steps.Step ${at}.content}}` : 'Begin'));
    const { id } = await api.createWorkflow('Large', steps);
    builder = new Builder(page);
    await builder.open(id);
    await expect(builder.handle(`Step ${STEPS}`)).toBeAttached();
  });

  test('is typed in without the page being drawn anew', async ({ page, api }) => {
    const card = await builder.openStep('Step 250');
    const field = card.getByRole('textbox', { name: 'Prompt', exact: true });
    await field.focus();
    await page.keyboard.press('End');
    const problems = await builder.problems.elementHandle();
    await watch(page);
    const typed = ' and {{steps.Nobody.content}}';
    await page.keyboard.type(typed);
    // Looked at without a locator: to find an element by its role among so many takes the page's own time.
    await expect.poll(() => problems.evaluate((it) => it.textContent)).toBe('1 problem');
    const seen = await report(page, `typing ${typed.length} characters`);
    await expect(field).toHaveValue(`Use {{steps.Step 249.content}}${typed}`);
    // The field, its marks and what it offers: far from something for each of the steps at each key.
    expect(seen.mutations).toBeLessThan((typed.length * STEPS) / 4);
    await builder.save(2);
    expect((await api.workflow('large')).definition.steps[249].prompt).toBe(`Use {{steps.Step 249.content}}${typed}`);
  });

  test('is sorted from the first to the last by keyboard', async ({ page, api }) => {
    await builder.choose('Step 500', 'Remove');
    await builder.handle('Step 1').focus();
    await watch(page);
    await page.keyboard.press('Space');
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    await report(page, 'moving the first step to the end');
    await builder.expectSaid(`Dropped Step 1 at ${STEPS - 1} of ${STEPS - 1}.`);
    await expect(builder.handle('Step 1')).toBeFocused();
    await expect(builder.handle('Step 1')).toBeInViewport();
    await builder.save(2);
    const { definition } = await api.workflow('large');
    expect(definition.steps.at(-1).id).toBe('step-1');
  });
});

test.describe('a tree of 500 steps', () => {
  /** @type {Builder} */
  let builder;
  const BLOCKS = 100;

  test.beforeEach(async ({ page, api }) => {
    const block = (at) => ({
      id: `block-${at}`,
      label: `Block ${at}`,
      type: 'conditional',
      cases: [
        { name: 'yes', when: 'input.level >= 4', steps: [prompt(`A ${at}`), prompt(`B ${at}`)] },
        { name: 'no', when: 'input.level < 4', steps: [prompt(`C ${at}`), prompt(`D ${at}`)] },
      ],
    });
    const { id } = await api.createWorkflow('Forest', Array.from({ length: BLOCKS }, (_, at) => block(at + 1)));
    builder = new Builder(page);
    await builder.open(id);
    await page.getByRole('button', { name: 'Open blocks' }).click();
    await expect(builder.handle(`D ${BLOCKS}`)).toBeAttached();
  });

  test('is typed in without the page being drawn anew', async ({ page, api }) => {
    const card = await builder.openStep('C 50');
    const field = card.getByRole('textbox', { name: 'Prompt', exact: true });
    await field.focus();
    await page.keyboard.press('End');
    const problems = await builder.problems.elementHandle();
    await watch(page);
    const typed = ' and {{steps.Nobody.content}}';
    await page.keyboard.type(typed);
    await expect.poll(() => problems.evaluate((it) => it.textContent)).toBe('1 problem');
    const seen = await report(page, `typing ${typed.length} characters in a tree`);
    expect(seen.mutations).toBeLessThan((typed.length * STEPS) / 4);
    await builder.save(2);
    expect((await api.workflow('forest')).definition.steps[49].cases[1].steps[0].prompt).toContain(typed);
  });

  test('is sorted by keyboard', async ({ page, api }) => {
    await builder.handle('A 1').focus();
    await watch(page);
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await report(page, 'moving a step from the first block into the last');
    await expect(builder.handle('A 1')).toBeFocused();
    await expect(builder.handle('A 1')).toBeInViewport();
    await builder.save(2);
    const { definition } = await api.workflow('forest');
    expect(definition.steps[BLOCKS - 1].otherwise.steps.map((step) => step.label)).toEqual(['A 1']);
  });
});

test.describe('a canvas of 500 steps', () => {
  test.beforeEach(async ({ page, api }) => {
    const steps = Array.from({ length: STEPS }, (_, at) => prompt(`Step ${at + 1}`));
    const { id } = await api.createWorkflow('Large', steps);
    await page.goto(`/workflows/${id}?view=canvas`);
    await expect(page.locator('.canvas-map')).toBeVisible();
  });

  test('draws what is seen, and a drag changes the step and its lines only', async ({ page }) => {
    const canvas = new Canvas(page);
    expect(await page.locator('.canvas-node').count(), 'steps that are drawn').toBeLessThan(STEPS / 4);
    await watch(page);
    await page.evaluate(() => {
      window.changed = new Set();
      new MutationObserver((all) => all.forEach(({ target }) => window.changed.add(target))).observe(document.querySelector('.canvas-world'), {
        subtree: true,
        childList: true,
        attributes: true,
      });
    });
    const from = await centre(canvas.node('Step 3'));
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 20, from.y);
    // From here on the step is held: how it looks does not change any more.
    await page.evaluate(() => {
      window.changed.clear();
      window.frames = [];
      const count = (at) => {
        window.frames.push(at);
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    });
    for (let at = 0; at < 240; at += 1) {
      await page.mouse.move(from.x + 20 + at, from.y + Math.sin(at / 9) * 40);
    }
    const { changed, frames } = await page.evaluate(() => ({
      changed: [...window.changed].map((it) => it.getAttribute('data-node') ?? it.getAttribute('class')),
      frames: window.frames,
    }));
    await page.mouse.up();
    const waits = frames.slice(1).map((at, before) => at - frames[before]).sort((one, other) => one - other);
    const part = (share) => Math.round(waits[Math.floor(waits.length * share)] * 10) / 10;
    const figures = { frames: waits.length, perSecond: Math.round((1000 * waits.length) / (frames.at(-1) - frames[0])), p50: part(0.5), p95: part(0.95) };
    test.info().annotations.push({ type: 'a drag among 500 steps', description: JSON.stringify(figures) });
    await report(page, 'dragging a step of a canvas');
    // The step, and the lines to it and from it.
    expect(changed.sort()).toEqual(['edge', 'edge', 'step-3']);
    await expect(page.getByRole('button', { name: 'Undo: move Step 3 on the canvas' })).toBeVisible();
  });

  test('is panned to its end, and keys lead to the last step', async ({ page }) => {
    const canvas = new Canvas(page);
    await canvas.node('Step 1').focus();
    await watch(page);
    await page.keyboard.press('End');
    await expect(canvas.node(`Step ${STEPS}`)).toBeFocused();
    await expect(canvas.node(`Step ${STEPS}`)).toBeInViewport({ ratio: 1 });
    await report(page, 'going to the last step of a canvas');
    expect(await page.locator('.canvas-node').count()).toBeLessThan(STEPS / 4);
    await page.keyboard.press('0');
    await expect(canvas.tools.getByRole('button', { name: /^Size/ })).toHaveText('10 %');
  });
});

test('2,000 texts a second are drawn by frames, and the page still answers', async ({ page, api, server, guard }) => {
  const words = 10_000;
  const { id } = await api.createWorkflow('Quick', [prompt('Stream', 'Write', { model: 'demo-slow' }), prompt('Then')]);
  const { id: execution } = await api.start(id);
  await api.untilStep(execution, 'stream', 'running');
  const flood = await Flood.start(server, runningFromTheBeginning(await api.run(execution)));
  guard.server = flood;
  const run = new Run(page);
  await page.setViewportSize(ONE_COLUMN);
  await page.goto(`${flood.url}/runs/${execution}`);
  await expect(run.stream('Stream')).toBeVisible();
  await watch(page);
  const sent = flood.send({ execution_id: execution, step_id: 'stream', path: 'stream', attempt: 1, at: new Date().toISOString() }, words, 2_000);
  await expect(run.stream('Stream')).toContainText('word 100 ');
  const then = run.step('Then').getByRole('heading').getByRole('button');
  await then.click();
  await expect(then).toHaveAttribute('aria-expanded', 'true');
  expect(flood.sent, 'the click was answered while texts came').toBeLessThan(words);
  await sent;
  await expect(run.stream('Stream')).toContainText(`word ${words} `);
  const seen = await report(page, `${words} texts, 2,000 a second`);
  const text = await run.stream('Stream').evaluate((it) => it.textContent);
  expect(text).toBe(Array.from({ length: words }, (_, at) => `word ${at + 1} `).join(''));
  // Far fewer changes of the page than texts: they are put together, frame by frame.
  expect(seen.mutations).toBeLessThan(words);
  flood.stop();
});

/** The run as if its first step had only just begun, whatever it has come to meanwhile. */
function runningFromTheBeginning(run) {
  const [stream, ...rest] = run.steps;
  return { ...run, status: 'running', steps: [{ ...stream, status: 'running', content: null, output: null }, ...rest] };
}

test.describe('ten thousand runs, of which five hundred wait', () => {
  const RUNS = 10_000;
  const WAITING = 500;

  test('are listed, filtered, counted and cancelled with few requests', async ({ page, api }) => {
    test.setTimeout(900_000);
    const steps = [review('Check')];
    const { id } = await api.createWorkflow('Brief', steps, { tags: ['nightly'] });
    const start = async (count, rest) => {
      for (let at = 0; at < count; at += 50) {
        await Promise.all(Array.from({ length: Math.min(50, count - at) }, () => api.start(id, {}, rest)));
      }
    };
    await start(WAITING, { metadata: { batch: '7' } });
    await start(RUNS - WAITING, { yolo: true });
    await expect.poll(async () => (await api.get('/workflows/executions?status=running,pending')).items.length).toBe(0);

    const asked = [];
    page.on('request', (request) => request.url().includes('/api/') && asked.push(request.url()));
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row').filter({ has: page.getByRole('cell') });
    await page.goto('/runs');
    await expect(page).toHaveTitle('(500) Runs · Sluice');
    await expect(page.getByRole('link', { name: '500 wait for you' })).toBeVisible();
    await expect(rows).toHaveCount(50);
    await expect(page.getByText('More than 50 runs')).toBeVisible();
    // None of the newest waits: each page of the filter looks at a part of the list.
    await page.getByRole('combobox', { name: 'Status' }).selectOption('Waiting or paused');
    await expect(rows).toHaveCount(50);
    await page.goto('/runs?tag=nightly&status=waiting&metadata=batch%3A7');
    await expect(rows).toHaveCount(50);
    await page.goto('/runs?min_cost=1&tag=nightly');
    await expect(page.getByRole('heading', { name: 'No run matches' })).toBeVisible();
    expect(asked.length).toBeLessThan(40);

    await page.goto('/runs?status=waiting');
    await expect(rows).toHaveCount(50);
    await page.getByRole('checkbox', { name: 'Choose all runs that are shown' }).check();
    asked.length = 0;
    const bar = page.getByRole('region', { name: 'Chosen runs' });
    await bar.getByRole('button', { name: 'Choose all that match' }).click();
    await expect(bar).toContainText('500 runs chosen');
    expect(asked.filter((url) => url.includes('/executions?')).length).toBeLessThan(10);
    await bar.getByRole('button', { name: 'Cancel 500' }).click();
    await page.getByRole('dialog', { name: 'Cancel 500 runs?' }).getByRole('button', { name: 'Cancel the runs' }).click();
    await expect(page.getByText('500 runs were cancelled.')).toBeVisible();
    await expect(page.getByRole('heading', { name: 'No run matches' })).toBeVisible();
    await expect(page).toHaveTitle('Runs · Sluice');
    expect((await api.get('/workflows/executions/gates')).total).toBe(0);
  });
});
