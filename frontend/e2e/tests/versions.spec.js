import { prompt } from '../lib/api.js';
import { expect, test } from '../lib/test.js';

/** A workflow with three versions. */
async function withVersions(api) {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research', 'One\nTwo'), prompt('Write')]);
  await api.changeWorkflow(id, (workflow) => {
    workflow.name = 'Weekly brief';
    workflow.definition.steps[0].prompt = 'One\nThree';
  });
  await api.changeWorkflow(id, (workflow) => {
    workflow.definition.steps.reverse();
    workflow.definition.steps.push(prompt('Send'));
  });
  return id;
}

const item = (page, version) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: `Version ${version}`, exact: true }) });

test('each version says what it changed', async ({ page, api }) => {
  const id = await withVersions(api);
  await page.goto(`/workflows/${id}`);
  await expect(page.getByRole('link', { name: 'version 3' })).toBeVisible();
  await page.getByRole('link', { name: 'History' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeVisible();
  await expect(item(page, 3).getByText('Newest')).toBeVisible();
  await item(page, 2).getByText('1 step changed, 1 setting changed').click();
  await expect(item(page, 2).getByText('after: Weekly brief')).toBeVisible();
  const lines = item(page, 2).getByRole('region', { name: 'Difference' });
  await expect(lines.getByText('removed: Two')).toBeVisible();
  await expect(lines.getByText('added: Three')).toBeVisible();
  await item(page, 3).getByText('1 step added, 1 step moved').click();
  await expect(item(page, 3).getByText('Moved', { exact: true })).toBeVisible();
  await expect(item(page, 3).getByText('Added', { exact: true })).toBeVisible();
});

test('any two versions are compared', async ({ page, api }) => {
  const id = await withVersions(api);
  await page.goto(`/workflows/${id}/versions`);
  await page.getByRole('combobox', { name: 'From' }).selectOption('Version 3');
  await page.getByRole('combobox', { name: 'To' }).selectOption('Version 1');
  await page.getByRole('button', { name: 'Compare' }).click();
  const compared = page.getByRole('region', { name: 'Compare two versions' });
  await expect(compared.getByText('after: Market brief')).toBeVisible();
  await expect(compared.getByText('Removed', { exact: true })).toBeVisible();
});

test('an older version is restored, and that is undone', async ({ page, api }) => {
  const id = await withVersions(api);
  await page.goto(`/workflows/${id}/versions`);
  await page.getByRole('button', { name: 'Restore version 1' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore version 1?' });
  await expect(dialog.getByText('as a new version. Version 3 stays in this list')).toBeVisible();
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await expect(item(page, 4).getByText('Newest')).toBeVisible();
  await expect(item(page, 4).getByText('Restored version 1')).toBeVisible();
  expect((await api.workflow(id)).name).toBe('Market brief');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(item(page, 5).getByText('Newest')).toBeVisible();
  const undone = await api.workflow(id);
  expect([undone.name, undone.definition.steps.length]).toEqual(['Weekly brief', 3]);
});

test('each version tells who saved it, when, how much it changed, and leads to its runs', async ({ page, api }) => {
  const id = await withVersions(api);
  await page.goto(`/workflows/${id}/versions`);
  await expect(item(page, 2).getByText(/^saved .+ by local$/)).toBeVisible();
  await expect(item(page, 2).getByRole('time')).toHaveAttribute('title', /\d:\d{2}:\d{2}/);
  await expect(item(page, 2).getByText('1 step changed, 1 setting changed')).toBeVisible();
  await expect(item(page, 3).getByText('1 step added, 1 step moved')).toBeVisible();
  await expect(item(page, 1).getByText('The first version.')).toBeVisible();
  await page.getByRole('link', { name: 'Runs of this version: 2' }).click();
  await expect(page).toHaveURL(new RegExp(`/runs\\?workflow=${id}&version=2$`));
});
