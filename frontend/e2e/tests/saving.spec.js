import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { expect, test } from '../lib/test.js';

/** @type {Builder} */
let builder;

test.beforeEach(({ page }) => {
  builder = new Builder(page);
});

test('asks for a name before it saves', async ({ page }) => {
  await builder.open();
  await page.getByRole('button', { name: 'Research', exact: true }).click();
  await builder.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Give the workflow a name before you save it.')).toBeVisible();
  await expect(builder.name).toBeFocused();
});

test('saves on Ctrl+S, from within a field too', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Keys', [prompt('One')]);
  await builder.open(id);
  const card = await builder.openStep('One');
  await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Changed');
  await page.keyboard.press('Control+s');
  await expect(builder.state).toHaveText('Saved as version 2');
  expect((await api.workflow(id)).definition.steps[0].prompt).toBe('Changed');
});

test('keeps what is not saved over a reload', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Kept', [prompt('One')]);
  await builder.open(id);
  const card = await builder.openStep('One');
  await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Not saved yet');
  await page.reload();
  await expect(page.getByText('Your changes that were not saved are back.')).toBeVisible();
  const again = await builder.openStep('One');
  await expect(again.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('Not saved yet');
  await page.getByRole('button', { name: 'Discard them' }).click();
  await expect(again.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('Write about One.');
  await page.reload();
  await expect(builder.name).toBeVisible();
  await expect(page.getByText('Your changes that were not saved are back.')).toHaveCount(0);
});

test('keeps what cannot be taken yet over a reload, and when its card is closed', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Pending', [prompt('One'), prompt('Two')]);
  await builder.open(id);
  const card = await builder.openStep('One');
  const label = card.getByRole('textbox', { name: 'Label' });
  const retries = card.getByRole('textbox', { name: 'Retries' });
  const schema = card.getByRole('textbox', { name: 'JSON Schema of the answer' });
  await retries.fill('many');
  await builder.unfold(card, 'Output schema');
  await schema.fill('{"type": ');
  await card.getByRole('button', { expanded: true }).click();
  await builder.openStep('One');
  await expect(retries).toHaveValue('many');
  await expect(builder.state).toHaveText('Saved as version 1, without 2 fields that are not valid');
  await label.fill('One, and more');
  await page.reload();
  await expect(page.getByText('Your changes that were not saved are back.')).toBeVisible();
  await expect(label).toHaveValue('One, and more');
  await expect(retries).toHaveValue('many');
  await expect(schema).toHaveValue('{"type": ');
  await builder.expectOrder('One', 'Two');
  await page.getByRole('button', { name: 'Discard them' }).click();
  await expect(label).toHaveValue('One');
  await expect(retries).toHaveValue('');
  await expect(builder.state).toHaveText('Saved as version 1');
  await page.reload();
  await expect(builder.name).toBeVisible();
  await expect(page.getByText('Your changes that were not saved are back.')).toHaveCount(0);
  // A label that is being typed is taken by Ctrl+S.
  await builder.openStep('One');
  await label.fill('First');
  await page.keyboard.press('Control+s');
  await expect(builder.state).toHaveText('Saved as version 2');
  expect((await api.workflow(id)).definition.steps[0].label).toBe('First');
});

test('hands what cannot be taken yet to the workflow that was just created', async ({ page }) => {
  await builder.open();
  await page.getByRole('button', { name: 'Research', exact: true }).click();
  await builder.name.fill('Brand new');
  await builder.openSettings(builder.card('Research'));
  await builder.card('Research').getByRole('textbox', { name: 'Temperature' }).fill('hot');
  await builder.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page).toHaveURL(/\/workflows\/brand-new$/);
  await expect(builder.card('Research').getByRole('textbox', { name: 'Temperature' })).toHaveValue('hot');
  await page.reload();
  await expect(builder.card('Research').getByRole('textbox', { name: 'Temperature' })).toHaveValue('hot');
});

test('keeps a new workflow that is not saved, for another page too', async ({ page, context }) => {
  await builder.open();
  await builder.name.fill('On the way');
  await page.getByRole('button', { name: 'Research', exact: true }).click();
  await page.goto('/templates');
  await page.close();
  const next = new Builder(await context.newPage());
  await next.open();
  await expect(next.name).toHaveValue('On the way');
  await next.expectOrder('Research');
  await next.save(1);
});

test('tells that another tab edits the same workflow', async ({ page, context, api }) => {
  const { id } = await api.createWorkflow('Two tabs', [prompt('One')]);
  await builder.open(id);
  const other = new Builder(await context.newPage());
  await other.open(id);
  await other.name.fill('Two tabs, changed');
  await expect(page.getByText('This workflow is being edited in another tab too.')).toBeVisible();
});

test('says how a failed save can be tried again, and loses nothing', async ({ page, api, server, guard }) => {
  guard.allow(/Failed to fetch|ERR_CONNECTION_REFUSED|Failed to load resource/);
  const { id } = await api.createWorkflow('Away', [prompt('One')]);
  await builder.open(id);
  await builder.name.fill('Away, and back');
  await server.crash();
  await builder.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(builder.saveBar.getByRole('alert')).toContainText('The server cannot be reached');
  await expect(builder.name).toHaveValue('Away, and back');
  await server.startAgain();
  await builder.saveBar.getByRole('button', { name: 'Try again' }).click();
  await expect(builder.state).toHaveText('Saved as version 2');
});

test('says which input is not saved, and leads to it', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Not valid', [prompt('One'), prompt('Two')]);
  await builder.open(id);
  const card = await builder.openStep('Two');
  await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Changed');
  await card.getByRole('textbox', { name: 'Temperature' }).fill('3');
  const timeout = card.getByRole('textbox', { name: 'Timeout' });
  await timeout.fill('10 parsecs');
  await card.getByRole('button', { expanded: true }).first().click();
  await expect(card.getByText('2 problems')).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(page.getByText('Saved without 2 fields that are not valid')).toBeVisible();
  await expect(builder.state).toHaveText('Saved as version 2, without 2 fields that are not valid');
  const step = (await api.workflow(id)).definition.steps[1];
  expect([step.prompt, step.temperature ?? null, step.timeout ?? null]).toEqual(['Changed', null, null]);

  const problems = page.getByRole('region', { name: '2 problems' });
  await expect(problems.getByText('The timeout is from 1 to 86400 seconds')).toBeVisible();
  await problems.getByRole('listitem').filter({ hasText: 'timeout' }).getByRole('button').click();
  await expect(timeout).toBeFocused();
  await timeout.fill('10m');
  await card.getByRole('textbox', { name: 'Temperature' }).fill('');
  await expect(builder.problems).toHaveText('No problems found');
});

test.describe('a workflow that somebody deletes', () => {
  let id;

  test.beforeEach(async ({ api, guard }) => {
    guard.allow(/404/);
    ({ id } = await api.createWorkflow('Gone', [prompt('One')]));
    await builder.open(id);
    const card = await builder.openStep('One');
    await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Not lost');
    await api.call('DELETE', `/workflows/${id}`);
  });

  test('is saved as a new one', async ({ page, api }) => {
    await builder.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(builder.saveBar.getByText('This workflow was deleted.')).toBeVisible();
    expect(await api.status(`/workflows/${id}`)).toBe(404);
    await builder.saveBar.getByRole('button', { name: 'Save as a new workflow' }).click();
    await expect(builder.state).toHaveText('Saved as version 1');
    await expect(builder.saveBar.getByText('This workflow was deleted.')).toHaveCount(0);
    const saved = new URL(page.url()).pathname.split('/').at(-1);
    expect((await api.workflow(saved)).definition.steps[0].prompt).toBe('Not lost');
  });

  test('is reached again after a reload', async ({ page, api }) => {
    await expect(builder.state).toHaveText('Not saved yet. Kept in this browser.');
    await page.reload();
    await expect(builder.saveBar.getByText('This workflow was deleted.')).toBeVisible();
    await expect(builder.name).toHaveValue('Gone');
    await page.getByRole('button', { name: 'Save as a new workflow' }).click();
    await expect(builder.state).toHaveText('Saved as version 1');
    await expect(page.getByText('This workflow was deleted.')).toHaveCount(0);
    const saved = new URL(page.url()).pathname.split('/').at(-1);
    expect((await api.workflow(saved)).definition.steps[0].prompt).toBe('Not lost');
  });

  test('is let go of when nothing of it is wanted', async ({ page }) => {
    await page.reload();
    await page.getByRole('button', { name: 'Discard it' }).click();
    await expect(page).toHaveURL('/');
    await page.goto(`/workflows/${id}`);
    await expect(page.getByRole('heading', { name: 'There is no workflow at this address' })).toBeVisible();
  });
});
