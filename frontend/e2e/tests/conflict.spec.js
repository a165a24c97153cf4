import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { expect, test } from '../lib/test.js';

/** @type {Builder} */
let mine;
/** @type {Builder} */
let theirs;
let id;

test.beforeEach(async ({ page, somebodyElse, api, guard }) => {
  // A save that meets a newer version is answered with 409, which the browser writes to the console.
  guard.allow(/409/);
  ({ id } = await api.createWorkflow('Market brief', [prompt('Research'), prompt('Write')]));
  mine = new Builder(page);
  theirs = new Builder(await somebodyElse());
  await Promise.all([mine.open(id), theirs.open(id)]);
});

/** Two people change prompts; they save first, then I do. */
async function meet({ iChange, theyChange }) {
  await change(theirs, ...theyChange);
  await theirs.save(2);
  await change(mine, ...iChange);
  await mine.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = mine.page.getByRole('dialog', { name: 'Somebody saved a newer version' });
  await expect(dialog.getByRole('button', { name: 'Keep mine' })).toBeVisible();
  return dialog;
}

async function change(builder, label, text) {
  const card = await builder.openStep(label);
  await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill(text);
}

const promptOf = (builder, label) => builder.card(label).getByRole('textbox', { name: 'Prompt', exact: true });
const prompts = async (api, workflow = id) => (await api.workflow(workflow)).definition.steps.map((step) => step.prompt);

test('both changes are saved when they fit together', async ({ api }) => {
  const dialog = await meet({ iChange: ['Research', 'My research'], theyChange: ['Write', 'Their writing'] });
  await expect(dialog.getByText('both sets of changes fit together')).toBeVisible();
  await expect(dialog.getByLabel('Yours').filter({ hasText: 'My research' })).toBeVisible();
  await expect(dialog.getByLabel('Theirs').filter({ hasText: 'Their writing' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Save both' }).click();
  await expect(mine.state).toHaveText('Saved as version 3');
  expect(await prompts(api)).toEqual(['My research', 'Their writing']);
});

test('mine is kept over theirs', async ({ api }) => {
  const dialog = await meet({ iChange: ['Write', 'My writing'], theyChange: ['Write', 'Their writing'] });
  await expect(dialog.getByRole('button', { name: 'Save both' })).toHaveCount(0);
  await expect(dialog.getByText('changed by both')).toBeVisible();
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await expect(mine.state).toHaveText('Saved as version 3');
  expect(await prompts(api)).toEqual(['Write about Research.', 'My writing']);
});

test('theirs is taken, and mine is one undo away', async ({ api }) => {
  const dialog = await meet({ iChange: ['Write', 'My writing'], theyChange: ['Write', 'Their writing'] });
  await dialog.getByRole('button', { name: 'Take version 2' }).click();
  await expect(promptOf(mine, 'Write')).toHaveValue('Their writing');
  await expect(mine.state).toHaveText('Saved as version 2');
  await mine.saveBar.getByRole('button', { name: /^Undo: / }).click();
  await expect(promptOf(mine, 'Write')).toHaveValue('My writing');
  expect(await prompts(api)).toEqual(['Write about Research.', 'Their writing']);
});

test('mine is saved as a copy', async ({ page, api }) => {
  const dialog = await meet({ iChange: ['Write', 'My writing'], theyChange: ['Write', 'Their writing'] });
  await dialog.getByRole('button', { name: 'Save mine as a copy' }).click();
  await expect(mine.name).toHaveValue('Market brief (mine)');
  await expect(page).not.toHaveURL(new RegExp(`/${id}$`));
  const copy = new URL(page.url()).pathname.split('/').at(-1);
  expect(await prompts(api)).toEqual(['Write about Research.', 'Their writing']);
  expect(await prompts(api, copy)).toEqual(['Write about Research.', 'My writing']);
});

test('a copy takes nothing from another draft, and leaves none behind', async ({ page, context }) => {
  const other = new Builder(await context.newPage());
  await other.open();
  await other.name.fill('On the way');
  await other.page.close();
  const dialog = await meet({ iChange: ['Write', 'My writing'], theyChange: ['Write', 'Their writing'] });
  await dialog.getByRole('button', { name: 'Save mine as a copy' }).click();
  await expect(page).not.toHaveURL(new RegExp(`/${id}$`));
  await expect(mine.state).toHaveText('Saved as version 1');
  await mine.open(id);
  await expect(promptOf(mine, 'Write')).toHaveCount(0);
  await expect(page.getByText('Your changes that were not saved are back.')).toHaveCount(0);
  await mine.open();
  await expect(mine.name).toHaveValue('On the way');
});

test('what was restored is discarded after another edit, too, and overwrites nothing', async ({ page, api }) => {
  await change(mine, 'Write', 'My writing');
  await change(theirs, 'Write', 'Their writing');
  await theirs.save(2);
  await page.reload();
  await expect(page.getByText('Somebody saved a newer version meanwhile')).toBeVisible();
  await mine.name.fill('Another name');
  await page.getByRole('button', { name: 'Discard them' }).click();
  await mine.openStep('Write');
  await expect(promptOf(mine, 'Write')).toHaveValue('Their writing');
  await expect(mine.state).toHaveText('Saved as version 2');
  expect(await prompts(api)).toEqual(['Write about Research.', 'Their writing']);
});

test('nothing is lost when the choice is put off', async ({ page, api }) => {
  const dialog = await meet({ iChange: ['Write', 'My writing'], theyChange: ['Write', 'Their writing'] });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(promptOf(mine, 'Write')).toHaveValue('My writing');
  expect(await prompts(api)).toEqual(['Write about Research.', 'Their writing']);
  await page.reload();
  await expect(page.getByText('Somebody saved a newer version meanwhile')).toBeVisible();
  await mine.openStep('Write');
  await expect(promptOf(mine, 'Write')).toHaveValue('My writing');
  await mine.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await expect(mine.state).toHaveText('Saved as version 3');
  expect(await prompts(api)).toEqual(['Write about Research.', 'My writing']);
});

test('a moved step and a changed one fit together', async ({ api }) => {
  await change(theirs, 'Write', 'Their writing');
  await theirs.save(2);
  await mine.choose('Write', 'Move up');
  await mine.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
  await mine.page.getByRole('dialog').getByRole('button', { name: 'Save both' }).click();
  await expect(mine.state).toHaveText('Saved as version 3');
  expect(await prompts(api)).toEqual(['Their writing', 'Write about Research.']);
});

test('both sides have a heading, and what differs in a long text is marked', async ({ page }) => {
  const long = (word) => `${'The same line.\n'.repeat(20)}A line with one ${word} word.`;
  await change(mine, 'Research', 'Short');
  const dialog = await meet({ iChange: ['Write', long('own')], theyChange: ['Write', long('other')] });
  await expect(dialog.getByRole('heading', { name: 'Yours' })).toHaveCount(1);
  await expect(dialog.getByRole('heading', { name: 'Theirs, version 2' })).toHaveCount(1);
  const difference = dialog.getByRole('region', { name: 'Difference' });
  await expect(difference.locator('mark')).toHaveText(['other', 'own']);
  await expect(dialog.getByText('− Theirs, version 2')).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  const yours = await dialog.getByLabel('Yours').first().boundingBox();
  const theirs = await dialog.getByRole('heading', { name: 'Theirs, version 2' }).boundingBox();
  expect(theirs.y, 'stacked, each value stands below its own heading').toBeGreaterThanOrEqual(yours.y + yours.height);
});
