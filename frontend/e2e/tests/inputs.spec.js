import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { expect, test } from '../lib/test.js';

/** @type {Builder} */
let builder;

/** The declared fields that are saved. */
const saved = async (api) => (await api.workflow('brief')).definition.inputs;
const names = async (api) => (await saved(api)).map(({ name }) => name);
const card = (page) => page.getByRole('region', { name: 'Input', exact: true });
const row = (page, name) => card(page).getByRole('listitem').filter({ has: page.getByLabel(`More for field ${name}`, { exact: true }) });

async function open(api, page, inputs, text = 'Write about {{input.topic}} in a {{input.tone}} tone.') {
  const { id } = await api.createWorkflow('Brief', [prompt('Write', text)], { definition: { inputs } });
  builder = new Builder(page);
  await builder.open(id);
}

/** Chooses from a field's menu. */
async function choose(page, name, action) {
  await row(page, name).getByLabel(`More for field ${name}`, { exact: true }).click();
  await row(page, name).getByRole('button', { name: action, exact: true }).click();
}

/** Opens a field's row and gives it. */
async function openRow(page, name) {
  const field = row(page, name);
  await field.getByRole('button', { expanded: false }).first().click();
  await expect(field.getByRole('textbox', { name: 'Name' })).toBeVisible();
  return field;
}

test('says what a field is where none is used', async ({ page, api }) => {
  await open(api, page, [], 'Write a haiku.');
  await expect(card(page)).toContainText('A field is something that a run asks for at its start');
  await card(page).getByRole('button', { name: 'Add a field' }).click();
  await expect(card(page).getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.keyboard.type('place');
  await page.keyboard.press('Tab');
  // The name is taken, and the focus goes on as the key says.
  await expect(card(page).getByRole('combobox', { name: 'Type' })).toBeFocused();
  await expect(row(page, 'place').getByText('No step uses input.place')).toBeVisible();
  await builder.save(2);
  expect(await names(api)).toEqual(['place']);
});

test('offers the fields that prompts name', async ({ page, api }) => {
  await open(api, page, []);
  await card(page).getByRole('button', { name: 'Declare topic' }).click();
  await expect(row(page, 'topic').getByRole('button', { expanded: false }).first()).toBeFocused();
  await expect(card(page).getByRole('button', { name: 'Declare all' })).toHaveCount(0);
  await expect(card(page).getByRole('button', { name: 'Declare tone' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo: declare topic' }).click();
  await card(page).getByRole('button', { name: 'Declare all' }).click();
  await expect(row(page, 'topic')).toContainText('Text · required');
  await builder.save(2);
  expect(await saved(api)).toEqual([
    { name: 'tone', type: 'text', required: true },
    { name: 'topic', type: 'text', required: true },
  ]);
});

test('a field is filled in, and the start form asks for it', async ({ page, api }) => {
  await open(api, page, [{ name: 'topic', required: true }, { name: 'tone' }]);
  const tone = await openRow(page, 'tone');
  await tone.getByRole('combobox', { name: 'Type' }).selectOption('Choice');
  await expect(tone.getByText('Say what there is to choose from')).toBeVisible();
  await tone.getByRole('textbox', { name: 'Options' }).pressSequentially('dry\n\nwarm');
  await tone.getByRole('textbox', { name: 'Label' }).fill('Tone of the text');
  await tone.getByRole('textbox', { name: 'Help' }).fill('How it is to sound.');
  await tone.getByRole('switch', { name: 'Required' }).click();
  await tone.getByRole('combobox', { name: 'Default' }).selectOption('warm');
  await tone.getByRole('combobox', { name: 'Example' }).selectOption('dry');
  await expect(tone.getByRole('button', { expanded: true })).toContainText('Tone of the text · Choice: dry, warm · required · default warm');
  await builder.save(2);
  expect((await saved(api))[1]).toEqual({
    name: 'tone',
    label: 'Tone of the text',
    help: 'How it is to sound.',
    type: 'choice',
    options: ['dry', 'warm'],
    required: true,
    default: 'warm',
    example: 'dry',
  });
  // Typing is one step back, each part for itself.
  await page.getByRole('button', { name: 'Undo: change example of field tone' }).click();
  await page.getByRole('button', { name: 'Undo: change default of field tone' }).click();
  await page.getByRole('button', { name: 'Undo: change need of field tone' }).click();
  await page.getByRole('button', { name: 'Undo: change help of field tone' }).click();
  await expect(tone.getByRole('textbox', { name: 'Help' })).toHaveValue('');
  await page.getByRole('button', { name: 'Redo: change help of field tone' }).click();
  await page.goto('/workflows/brief/run');
  await expect(page.getByRole('combobox', { name: 'Tone of the text' })).toBeVisible();
  await expect(page.getByText('How it is to sound.')).toBeVisible();
});

test('a renamed field is renamed in the prompts, as one step', async ({ page, api }) => {
  await open(api, page, [{ name: 'topic' }, { name: 'tone' }]);
  const field = await openRow(page, 'topic');
  const name = field.getByRole('textbox', { name: 'Name' });
  await name.fill('tone');
  await expect(field.getByText('Another field is called “tone” already.')).toBeVisible();
  await expect(builder.problems).toHaveText('1 problem');
  await page.getByRole('button', { name: 'Input topic' }).click();
  await expect(name).toBeFocused();
  await name.fill('theme');
  await name.press('Enter');
  await expect(row(page, 'theme').getByRole('textbox', { name: 'Name' })).toBeFocused();
  await builder.save(2);
  const { definition } = await api.workflow('brief');
  expect(definition.steps[0].prompt).toBe('Write about {{input.theme}} in a {{input.tone}} tone.');
  await page.getByRole('button', { name: 'Undo: rename field topic to theme' }).click();
  await builder.save(3);
  expect(await names(api)).toEqual(['topic', 'tone']);
  expect((await api.workflow('brief')).definition.steps[0].prompt).toContain('{{input.topic}}');
});

test('fields are moved and removed, and come back', async ({ page, api }) => {
  await open(api, page, [{ name: 'topic' }, { name: 'tone' }, { name: 'size' }]);
  await choose(page, 'size', 'Move up');
  await expect(page.getByText('size is now 2 of 3.', { exact: true })).toHaveCount(1);
  await expect(row(page, 'size').getByRole('button', { expanded: false }).first()).toBeFocused();
  await choose(page, 'topic', 'Move up');
  await choose(page, 'tone', 'Move down');
  await builder.save(2);
  expect(await names(api)).toEqual(['topic', 'size', 'tone']);
  await choose(page, 'size', 'Remove');
  await expect(row(page, 'tone').getByRole('button', { expanded: false }).first()).toBeFocused();
  await builder.save(3);
  expect(await names(api)).toEqual(['topic', 'tone']);
  await page.getByRole('button', { name: 'Undo: remove field size' }).click();
  await builder.save(4);
  expect(await names(api)).toEqual(['topic', 'size', 'tone']);
});

test('a value that does not fit stays in its field, over a reload', async ({ page, api }) => {
  await open(api, page, [{ name: 'topic', type: 'number', default: 3 }], 'Write {{input.topic}} lines.');
  const field = await openRow(page, 'topic');
  await field.getByRole('textbox', { name: 'Default' }).fill('many');
  await expect(field.getByText('Write a number, as 12 or 0.5.')).toBeVisible();
  await expect(row(page, 'topic')).toContainText('1 problem');
  // The draft is kept when the page is left.
  await page.reload();
  await expect(row(page, 'topic').getByRole('textbox', { name: 'Default' })).toHaveValue('many');
  await row(page, 'topic').getByRole('textbox', { name: 'Default' }).fill('4');
  await row(page, 'topic').getByRole('textbox', { name: 'Default' }).blur();
  await builder.save(2);
  expect((await saved(api))[0].default).toBe(4);
});

test('each type has its values', async ({ page, api }) => {
  await open(api, page, [{ name: 'topic', default: '3' }], 'Write {{input.topic}} lines.');
  const field = await openRow(page, 'topic');
  const type = field.getByRole('combobox', { name: 'Type' });
  const value = field.getByRole('textbox', { name: 'Default' });
  await type.selectOption('Number');
  await expect(value).toHaveValue('3');
  await type.selectOption('List');
  await expect(value).toHaveValue('');
  await value.fill('tea\nmilk');
  await builder.save(2);
  expect((await saved(api))[0].default).toEqual(['tea', 'milk']);
  await type.selectOption('JSON');
  await value.fill('{"a": 1}');
  await builder.save(3);
  expect((await saved(api))[0].default).toEqual({ a: 1 });
  await type.selectOption('Yes or no');
  await field.getByRole('combobox', { name: 'Default' }).selectOption('No');
  await builder.save(4);
  expect((await saved(api))[0]).toMatchObject({ type: 'yes_no', default: false });
});

test('a field is declared by the keyboard alone', async ({ page, api }) => {
  await open(api, page, [{ name: 'topic' }, { name: 'tone' }]);
  await card(page).getByRole('button', { name: 'Add a field' }).focus();
  await page.keyboard.press('Enter');
  await expect(card(page).getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.keyboard.type('size');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Number');
  await row(page, 'size').getByLabel('More for field size', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await row(page, 'size').getByRole('button', { name: 'Move up' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+s');
  await expect(builder.state).toHaveText(/^Saved as version 2/);
  expect((await saved(api)).map(({ name, type }) => `${name} ${type}`)).toEqual(['topic text', 'size number', 'tone text']);
});
