import { readFile } from 'node:fs/promises';

import { prompt } from '../lib/api.js';
import { expect, test } from '../lib/test.js';

const rows = (page) => page.getByRole('list', { name: 'Workflows' }).getByRole('listitem');
const names = async (page) => {
  const links = rows(page).locator('a.name');
  return links.allTextContents();
};
const row = (page, name) => rows(page).filter({ has: page.getByRole('link', { name, exact: true }) });

/** Chooses from a workflow's menu. */
async function choose(page, name, action) {
  await row(page, name).getByLabel(`More actions for ${name}`, { exact: true }).click();
  await row(page, name).getByRole('button', { name: action, exact: true }).click();
}

/** Chooses files to import. */
async function importFiles(page, ...files) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Import' }).click();
  await (await chooser).setFiles(files.map(([name, text]) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) })));
}

test.describe('finding', () => {
  test.beforeEach(async ({ page, api }) => {
    await api.createWorkflow('Weekly brief', [prompt('Research'), prompt('Write')], {
      description: 'What happened on the market.',
      tags: ['weekly', 'market'],
    });
    await api.createWorkflow('Annual report', [prompt('Collect')], { tags: ['yearly'] });
    await api.createWorkflow('Market map', [prompt('Draw')], { tags: ['market'] });
    await page.goto('/');
    await expect(rows(page)).not.toHaveCount(0);
  });

  test('shows the newest first, and sorts', async ({ page }) => {
    await expect.poll(() => names(page)).toEqual(['Market map', 'Annual report', 'Weekly brief']);
    await page.getByRole('combobox', { name: 'Order' }).selectOption('Name, A to Z');
    await expect.poll(() => names(page)).toEqual(['Annual report', 'Market map', 'Weekly brief']);
    await page.getByRole('combobox', { name: 'Order' }).selectOption('Oldest first');
    await expect.poll(() => names(page)).toEqual(['Weekly brief', 'Annual report', 'Market map']);
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['Weekly brief', 'Annual report', 'Market map']);
  });

  test('searches names and descriptions, and the address keeps it', async ({ page }) => {
    await page.keyboard.press('/');
    const search = page.getByRole('searchbox', { name: 'Search workflows' });
    await expect(search).toBeFocused();
    await search.fill('market');
    await expect.poll(() => names(page)).toEqual(['Market map', 'Weekly brief']);
    await page.reload();
    await expect(search).toHaveValue('market');
    await expect.poll(() => names(page)).toEqual(['Market map', 'Weekly brief']);
    await search.fill('50% off & more');
    await expect(page.getByRole('heading', { name: 'No workflow matches' })).toBeVisible();
    await page.reload();
    await expect(search).toHaveValue('50% off & more');
    await page.getByRole('button', { name: 'Clear search' }).click();
    await expect(rows(page)).toHaveCount(3);
    await expect(search).toHaveValue('');
  });

  test('filters by a tag', async ({ page }) => {
    await row(page, 'Market map').getByRole('button', { name: 'Show only workflows with the tag market' }).click();
    await expect.poll(() => names(page)).toEqual(['Market map', 'Weekly brief']);
    await page.getByRole('button', { name: 'Remove the filter by tag market' }).click();
    await expect(rows(page)).toHaveCount(3);
  });

  test('tells the steps on hover and on focus', async ({ page }) => {
    const steps = row(page, 'Weekly brief').getByText('2 steps', { exact: true });
    await steps.hover();
    await expect(page.getByText('1. Research')).toBeVisible();
  });

  test('shows how the last run stands, and what it cost', async ({ page, api }) => {
    await expect(row(page, 'Annual report').getByText('Never run')).toBeVisible();
    const { id } = await api.start('annual-report');
    await api.untilRun(id, 'completed');
    await page.reload();
    const last = row(page, 'Annual report').getByRole('link', { name: /Last run: Completed/ });
    await expect(last).toContainText('$0');
    await last.click();
    await expect(page).toHaveURL(new RegExp(`/runs/${id}$`));
  });
});

/** Makes 120 workflows: three pages of the list. */
async function createMany(api) {
  for (let at = 0; at < 120; at += 20) {
    const some = Array.from({ length: 20 }, (_, i) => `Workflow ${String(at + i + 1).padStart(3, '0')}`);
    await Promise.all(some.map((name) => api.createWorkflow(name, [prompt('One')])));
  }
}

test('leads back to where one was, and begins at the top when it is opened anew', async ({ page, api }) => {
  await createMany(api);
  await page.goto('/?sort=name');
  await expect(rows(page).first()).toContainText('Workflow 001');
  const far = page.getByRole('link', { name: 'Workflow 110', exact: true });
  await expect
    .poll(async () => {
      await page.keyboard.press('End');
      return far.count();
    })
    .toBe(1);
  await far.scrollIntoViewIfNeeded();
  await far.hover();
  const place = async () => Math.round((await far.boundingBox()).y);
  const before = await place();
  await far.click();
  await expect(page.getByRole('textbox', { name: 'Name of the workflow' })).toHaveValue('Workflow 110');
  await page.goBack();
  await expect(far).toBeInViewport();
  await expect.poll(async () => Math.abs((await place()) - before)).toBeLessThan(3);
  await page.reload();
  await expect(far).toBeInViewport();
  await far.click();
  await expect(page.getByRole('textbox', { name: 'Name of the workflow' })).toHaveValue('Workflow 110');
  await page.getByRole('link', { name: 'Workflows' }).first().click();
  await expect(rows(page).first()).toBeInViewport();
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  expect(await rows(page).count()).toBeLessThan(120);
});

test('loads page after page', async ({ page, api }) => {
  await createMany(api);
  await page.goto('/?sort=name');
  await expect(rows(page).first()).toContainText('Workflow 001');
  await expect
    .poll(async () => {
      await page.keyboard.press('End');
      return rows(page).count();
    })
    .toBe(120);
  const all = await names(page);
  expect(new Set(all).size).toBe(120);
  expect(all.toSorted()).toEqual(all);
});

test('leads from nothing to the templates', async ({ page, api }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Start with your first workflow' })).toBeVisible();
  await page.getByRole('button', { name: 'Preview Research Brief' }).click();
  const preview = page.getByRole('dialog', { name: 'Research Brief' });
  await expect(preview.getByRole('heading', { name: 'Input' })).toBeVisible();
  await preview.getByRole('button', { name: 'Use template' }).click();
  await expect(page.getByRole('textbox', { name: 'Name of the workflow' })).toHaveValue('Research Brief');
  expect((await api.workflow('research-brief')).definition.steps).toHaveLength(5);
});

test('imports a workflow and opens it', async ({ page, api }) => {
  await page.goto('/');
  const workflow = { name: 'From a file', tags: ['imported'], definition: { steps: [prompt('One')] } };
  await importFiles(page, ['brief.json', JSON.stringify(workflow)]);
  await expect(page.getByRole('textbox', { name: 'Name of the workflow' })).toHaveValue('From a file');
  expect(await api.workflow('from-a-file')).toMatchObject({ tags: ['imported'] });
});

test('imports what can be read, and says what is wrong with the rest', async ({ page, guard, api }) => {
  guard.allow(/422|400/);
  await page.goto('/');
  await importFiles(
    page,
    ['broken.json', '{\n  "name": ,\n}'],
    ['other.json', '{"something": "else"}'],
    ['wrong.json', '{"name": "Wrong", "definition": {"steps": [{"label": "A", "type": "llm", "prompt": 1}]}}'],
    ['good.json', JSON.stringify({ name: 'Good', definition: { steps: [prompt('One')] } })],
  );
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('broken.json was not imported');
  await expect(alert).toContainText('It is not JSON: line 2, column 11: expected value.');
  await expect(alert).toContainText('It holds no workflow');
  await expect(alert).toContainText('/definition/steps/0/prompt');
  await expect(row(page, 'Good')).toBeVisible();
  expect((await api.get('/workflows')).items.map((it) => it.name)).toEqual(['Good']);
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toBeEmpty();
});

test('exports a workflow, and imports it again as it was', async ({ page, api }) => {
  const steps = [prompt('Research', 'Research {{input.topic}}', { temperature: 0.5 }), prompt('Write')];
  const before = await api.createWorkflow('Travelling', steps, { description: 'There and back', tags: ['a', 'b'] });
  await page.goto('/');
  const download = page.waitForEvent('download');
  await choose(page, 'Travelling', 'Export JSON');
  const file = await download;
  expect(file.suggestedFilename()).toBe('travelling.json');
  const text = await readFile(await file.path(), 'utf8');
  await importFiles(page, ['travelling.json', text]);
  await expect(page).toHaveURL(/\/workflows\/travelling-/);
  const after = await api.workflow(new URL(page.url()).pathname.split('/').at(-1));
  for (const field of ['name', 'description', 'tags', 'definition']) {
    expect(after[field], field).toEqual(before[field]);
  }
});

test('copies a workflow', async ({ page, api }) => {
  await api.createWorkflow('Original', [prompt('One')]);
  await page.goto('/');
  await choose(page, 'Original', 'Copy');
  await expect.poll(() => names(page)).toEqual(['Copy of Original', 'Original']);
  await expect(page.getByRole('link', { name: 'Copy of Original', exact: true })).toBeFocused();
});

test.describe('deleting', () => {
  test.beforeEach(async ({ page, api }) => {
    await api.createWorkflow('One', [prompt('Step')]);
    await api.createWorkflow('Two', [prompt('Step')]);
    await page.clock.install();
    await page.goto('/');
    await expect(rows(page)).toHaveCount(2);
  });

  test('can be undone', async ({ page, api }) => {
    await choose(page, 'One', 'Delete');
    await expect.poll(() => names(page)).toEqual(['Two']);
    await page.getByText('Deleted “One”.').locator('..').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => names(page)).toEqual(['Two', 'One']);
    await page.clock.fastForward(20_000);
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['Two', 'One']);
    expect(await api.status('/workflows/one')).toBe(200);
  });

  test('is done on the server when it was not undone', async ({ page, api }) => {
    await choose(page, 'One', 'Delete');
    await expect.poll(() => names(page)).toEqual(['Two']);
    expect(await api.status('/workflows/one')).toBe(200);
    await page.clock.fastForward(20_000);
    await expect.poll(() => api.status('/workflows/one')).toBe(404);
    await expect.poll(() => names(page)).toEqual(['Two']);
    expect(await api.status('/workflows/two')).toBe(200);
  });

  test('is done on the server when the page is left', async ({ page, api }) => {
    await choose(page, 'One', 'Delete');
    await expect.poll(() => names(page)).toEqual(['Two']);
    await page.goto('about:blank');
    await expect.poll(() => api.status('/workflows/one')).toBe(404);
  });

  test('brings back what could not be deleted, and offers to try again', async ({ page, api, server, guard }) => {
    // The pointer may rest on a link, whose page is loaded ahead.
    guard.allow(/Failed to fetch|ERR_CONNECTION_REFUSED|Failed to load resource|Failed to fetch/);
    await choose(page, 'One', 'Delete');
    await server.crash();
    await page.clock.fastForward(20_000);
    await expect(page.getByText('“One” is back, as it could not be deleted')).toBeVisible();
    await expect.poll(() => names(page)).toEqual(['Two', 'One']);
    await server.startAgain();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => names(page)).toEqual(['Two']);
    await page.clock.fastForward(20_000);
    await expect.poll(() => api.status('/workflows/one')).toBe(404);
  });
});

test('says what to do when the list cannot be loaded', async ({ page, api, server, guard }) => {
  guard.allow(/Failed to fetch|ERR_CONNECTION_REFUSED|Failed to load resource/);
  await api.createWorkflow('One', [prompt('Step')]);
  await page.goto('/templates');
  await expect(page.getByRole('heading', { name: 'Content Studio' })).toBeVisible();
  await server.crash();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Workflows' }).click();
  await expect(page.getByText('The server cannot be reached').first()).toBeVisible();
  await server.startAgain();
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await expect(row(page, 'One')).toBeVisible();
});
