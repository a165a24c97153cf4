import { prompt, review } from '../lib/api.js';
import { Builder, chooseModel, nameModel } from '../lib/builder.js';
import { expect, test } from '../lib/test.js';

/** @type {Builder} */
let builder;

test.beforeEach(({ page }) => {
  builder = new Builder(page);
});

/** Gives an open step another label. */
async function rename(label, to) {
  const field = builder.card(label).getByRole('textbox', { name: 'Label' });
  await field.fill(to);
  await field.press('Enter');
  await expect(builder.handle(to)).toBeVisible();
}

test('saves every field of a prompt, and shows it again', async ({ page, api }) => {
  await api.call('POST', '/personas', { id: 'editor', name: 'Editor', instructions: 'Be brief.' });
  const { id } = await api.createWorkflow('Fields', [prompt('One'), prompt('Two'), prompt('Three')]);
  await builder.open(id);
  await builder.openStep('One');
  await rename('One', 'First');
  const card = builder.card('First');
  const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };

  await chooseModel(card.getByRole('combobox', { name: /^Model of / }), 'demo', 'demo-slow');
  await card.getByRole('combobox', { name: 'Persona' }).selectOption('Editor');
  await card.getByRole('textbox', { name: 'Temperature' }).fill('0,5');
  await card.getByRole('textbox', { name: 'Max. answer length' }).fill('1234');
  await card.getByRole('combobox', { name: 'Reasoning' }).selectOption('Low: briefly');
  await card.getByRole('combobox', { name: 'If the answer is cut' }).selectOption('Fail, then try the next model');
  await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('Ask {{input.topic}}\nover two lines');
  await builder.unfold(card, 'System prompt');
  await card.getByRole('textbox', { name: 'System prompt' }).fill('You know {{input.field}}.');
  await builder.unfold(card, 'Output schema');
  await card.getByRole('textbox', { name: 'JSON Schema of the answer' }).fill(JSON.stringify(schema));
  await builder.unfold(card, 'Fallback models');
  await chooseModel(card.getByRole('combobox', { name: 'Add a fallback' }), 'demo', 'demo-instant');
  await chooseModel(card.getByRole('combobox', { name: 'Add a fallback' }), 'demo', 'demo');
  await card.getByRole('button', { name: 'Remove demo', exact: true }).click();
  await card.getByRole('textbox', { name: 'Retries' }).fill('4');
  await card.getByRole('textbox', { name: 'Timeout' }).fill('2m');
  await card.getByRole('textbox', { name: 'Longest silence' }).fill('90');
  await card.getByRole('combobox', { name: 'If interrupted' }).selectOption('Run again: it only reads');
  await card.getByRole('combobox', { name: 'Then go to' }).selectOption('Three');
  await card.getByRole('switch', { name: 'Switched on' }).click();
  await builder.save(2);

  const { definition } = await api.workflow(id);
  expect(definition.steps[0]).toEqual({
    id: 'one',
    label: 'First',
    type: 'llm',
    provider: 'demo',
    model: 'demo-slow',
    persona_id: 'editor',
    temperature: 0.5,
    max_tokens: 1234,
    reasoning: 'low',
    on_truncated: 'fail',
    prompt: 'Ask {{input.topic}}\nover two lines',
    system_prompt: 'You know {{input.field}}.',
    output_schema: schema,
    fallbacks: [{ provider: 'demo', model: 'demo-instant' }],
    max_retries: 4,
    timeout: 120,
    idle_timeout: 90,
    effect: 'reads',
    next: 'three',
    enabled: false,
  });

  await page.reload();
  const again = await builder.openStep('First');
  const value = (role, name) => expect(again.getByRole(role, { name, exact: true }));
  await value('combobox', 'Model of First').toHaveValue('demo-slow');
  await value('combobox', 'Persona').toHaveValue('editor');
  await value('textbox', 'Temperature').toHaveValue('0.5');
  await value('textbox', 'Max. answer length').toHaveValue('1234');
  await value('combobox', 'Reasoning').toHaveValue('low');
  await value('combobox', 'If the answer is cut').toHaveValue('fail');
  await value('textbox', 'Prompt').toHaveValue('Ask {{input.topic}}\nover two lines');
  await value('textbox', 'System prompt').toHaveValue('You know {{input.field}}.');
  await value('textbox', 'JSON Schema of the answer').toHaveValue(JSON.stringify(schema, null, 2));
  await expect(again.getByRole('button', { name: 'Remove demo-instant' })).toBeVisible();
  await value('textbox', 'Retries').toHaveValue('4');
  await value('textbox', 'Timeout').toHaveValue('120s');
  await value('textbox', 'Longest silence').toHaveValue('90s');
  await value('combobox', 'If interrupted').toHaveValue('reads');
  await value('combobox', 'Then go to').toHaveValue('three');
  await expect(again.getByRole('switch', { name: 'Switched on' })).not.toBeChecked();
});

test('saves every field of a review, and shows it again', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Fields', [prompt('One'), prompt('Two'), review('Check')]);
  await builder.open(id);
  const card = await builder.openStep('Check');
  await card.getByRole('textbox', { name: 'Instructions' }).fill('Compare both.');
  await card.getByRole('checkbox', { name: 'Two' }).check();
  await card.getByRole('checkbox', { name: 'One' }).check();
  await card.getByRole('textbox', { name: 'Expires after' }).fill('2h');
  await card.getByRole('combobox', { name: 'When it expires' }).selectOption('Approve: the run goes on');
  await builder.save(2);
  const { definition } = await api.workflow(id);
  expect(definition.steps[2]).toMatchObject({
    type: 'review',
    instructions: 'Compare both.',
    shows: ['one', 'two'],
    expires_in: 7200,
    on_expiry: 'approve',
  });
  await page.reload();
  const again = await builder.openStep('Check');
  await expect(again.getByRole('checkbox', { name: 'One' })).toBeChecked();
  await expect(again.getByRole('checkbox', { name: 'Two' })).toBeChecked();
  await expect(again.getByRole('combobox', { name: 'When it expires' })).toHaveValue('approve');
});

test('saves what belongs to the whole workflow', async ({ page, api }) => {
  await api.call('POST', '/personas', { id: 'editor', name: 'Editor', instructions: 'Be brief.' });
  await builder.open();
  await builder.name.fill('Weekly brief');
  await page.getByRole('textbox', { name: 'Description' }).fill('For Mondays.');
  await page.getByRole('textbox', { name: 'Add a tag' }).fill('weekly,');
  await page.getByRole('textbox', { name: 'Add a tag' }).fill('research');
  await page.getByRole('textbox', { name: 'Add a tag' }).press('Enter');
  await page.getByRole('textbox', { name: 'Add a tag' }).fill('wrong,');
  await page.getByRole('button', { name: 'Remove the tag wrong' }).click();
  await chooseModel(page.getByRole('combobox', { name: 'Model of the steps' }), 'demo', 'demo-echo');
  await page.getByRole('combobox', { name: 'Persona' }).selectOption('Editor');
  await page.getByRole('switch', { name: 'Skip reviews' }).click();
  await page.getByRole('button', { name: 'Research', exact: true }).click();
  await builder.save(1);
  await expect(page).toHaveURL(/\/workflows\/weekly-brief$/);
  const workflow = await api.workflow('weekly-brief');
  expect(workflow).toMatchObject({ name: 'Weekly brief', description: 'For Mondays.', tags: ['weekly', 'research'] });
  expect(workflow.definition).toMatchObject({ yolo: true, provider: 'demo', model: 'demo-echo', persona_id: 'editor' });
  await expect(page).toHaveTitle(/Weekly brief/);
});

test('saves what few workflows need, and shows it again', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Settings', [prompt('One'), prompt('Two')]);
  await builder.open(id);
  const category = page.getByRole('textbox', { name: 'Category' });
  await expect(category).toBeHidden();
  await builder.unfold(page, 'More settings');
  await category.fill('research');
  await page.getByRole('combobox', { name: 'Begin with' }).selectOption('Two');
  await page.getByRole('switch', { name: 'Switched on' }).click();
  await page.getByRole('switch', { name: 'Template' }).click();
  await builder.save(2);
  expect(await api.workflow(id)).toMatchObject({
    category: 'research',
    is_active: false,
    is_template: true,
    definition: { entry_step: 'two' },
  });
  await page.reload();
  await expect(category).toHaveValue('research');
  await expect(page.getByRole('combobox', { name: 'Begin with' })).toHaveValue('two');
  await expect(page.getByRole('switch', { name: 'Switched on' })).not.toBeChecked();
  await expect(page.getByRole('switch', { name: 'Template' })).toBeChecked();
  await page.getByRole('combobox', { name: 'Begin with' }).selectOption('The first step');
  await page.getByRole('switch', { name: 'Switched on' }).click();
  await builder.save(3);
  expect((await api.workflow(id)).definition.entry_step ?? null).toBeNull();
});

test('names a model that no list knows', async ({ api }) => {
  const { id } = await api.createWorkflow('By hand', [prompt('One')]);
  await builder.open(id);
  const card = await builder.openStep('One');
  await nameModel(card.getByRole('combobox', { name: /^Model of / }));
  await card.getByRole('combobox', { name: 'Provider' }).selectOption('Ollama');
  await card.getByRole('textbox', { name: 'Name of the model' }).fill('qwen3:8b');
  await card.getByRole('textbox', { name: 'Name of the model' }).blur();
  await builder.save(2);
  const { definition } = await api.workflow(id);
  expect(definition.steps[0]).toMatchObject({ provider: 'ollama', model: 'qwen3:8b' });
});

test('keeps a model that is being named over a reload, and takes it back as one edit', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Half named', [prompt('One')]);
  await builder.open(id);
  const picker = page.getByRole('combobox', { name: 'Model of One' });
  await nameModel(picker);
  await page.getByRole('textbox', { name: 'Name of the model' }).pressSequentially('qwen3');
  await page.reload();
  await expect(page.getByText('Your changes that were not saved are back.')).toBeVisible();
  await expect(picker).toHaveValue('qwen3');
  await nameModel(picker);
  await page.getByRole('textbox', { name: 'Name of the model' }).pressSequentially('phi4');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeEnabled();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.reload();
  await expect(picker).toHaveValue('qwen3');
});

test("chooses a step's model in its head, without opening it", async ({ page, api }) => {
  const { id } = await api.createWorkflow('Heads', [prompt('One', 'Write', { model: 'demo-slow', provider: 'demo' }), review('Check')]);
  await builder.open(id);
  const card = builder.card('One');
  const picker = card.getByRole('combobox', { name: 'Model of One' });
  await expect(picker).toHaveValue('demo-slow');
  await expect(builder.card('Check').getByRole('combobox')).toHaveCount(0);
  // The list comes when it is opened: there are hundreds of cards.
  await expect(page.locator('.combo-list')).toHaveCount(0);
  await builder.handle('One').focus();
  await page.keyboard.press('Tab');
  await expect(card.getByRole('button', { expanded: false })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(picker).toBeFocused();
  await page.keyboard.type('demo-in');
  await page.keyboard.press('Enter');
  await expect(picker).toHaveValue('demo-instant');
  await expect(card.getByRole('textbox')).toHaveCount(0);
  expect(await card.locator('button :is(select, button, input, a), select button').count()).toBe(0);
  await builder.save(2);
  expect((await api.workflow(id)).definition.steps[0]).toMatchObject({ provider: 'demo', model: 'demo-instant' });
});

test('rewrites the references to a step that is renamed', async ({ api }) => {
  const { id } = await api.createWorkflow('Renaming', [
    prompt('Research'),
    prompt('Write', 'Use {{steps.Research.content}} and {{ steps["Research"].content }}, not Research.'),
  ]);
  await builder.open(id);
  await builder.openStep('Research');
  const second = await builder.openStep('Write');
  await rename('Research', 'Deep Dive');
  const expected = 'Use {{steps.Deep Dive.content}} and {{ steps.Deep Dive.content }}, not Research.';
  await expect(second.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue(expected);
  await expect(builder.problems).toHaveText('No problems found');
  await builder.save(2);
  const { definition } = await api.workflow(id);
  expect(definition.steps.map((step) => step.label)).toEqual(['Deep Dive', 'Write']);
  expect(definition.steps[1].prompt).toBe(expected);
});

test('refuses a label that another step has, and keeps the text', async ({ api }) => {
  const { id } = await api.createWorkflow('Labels', [prompt('One'), prompt('Two')]);
  await builder.open(id);
  const card = await builder.openStep('Two');
  const label = card.getByRole('textbox', { name: 'Label' });
  await label.fill('One');
  await expect(label).toHaveAttribute('aria-invalid', 'true');
  await label.blur();
  await expect(label).toHaveValue('One');
  await builder.expectOrder('One', 'Two');
  await rename('Two', 'Three');
  await builder.expectOrder('One', 'Three');
  await expect(builder.card('Three').getByRole('textbox', { name: 'Label' })).not.toHaveAttribute('aria-invalid', 'true');
});

test('leads from a problem to its step', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Problems', [prompt('Research'), prompt('Write')]);
  await builder.open(id);
  const card = await builder.openStep('Write');
  await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('{{steps.Nobody.content}}');
  await card.getByRole('button', { name: /^2 ?Write/ }).click();
  // There is a button of this name in the palette, too.
  await page.getByRole('region', { name: /problem/ }).getByRole('button', { name: 'Write', exact: true }).click();
  await expect(card.getByRole('textbox', { name: 'Prompt', exact: true })).toBeVisible();
});

test('undoes and redoes by button and by key', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Undoing', [prompt('One')]);
  await builder.open(id);
  await page.getByRole('button', { name: 'Summarise' }).click();
  await builder.expectOrder('One', 'Summarise');
  await page.getByRole('button', { name: 'Undo: add Summarise' }).click();
  await builder.expectOrder('One');
  await page.getByRole('button', { name: 'Redo: add Summarise' }).click();
  await builder.expectOrder('One', 'Summarise');
  await page.keyboard.press('Control+z');
  await builder.expectOrder('One');
  await page.keyboard.press('Control+Shift+Z');
  await builder.expectOrder('One', 'Summarise');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+y');
  await builder.expectOrder('One', 'Summarise');
});

test('duplicates a step', async ({ api }) => {
  const { id } = await api.createWorkflow('Twice', [prompt('One', 'The prompt'), prompt('Two')]);
  await builder.open(id);
  await builder.choose('One', 'Duplicate');
  await expect.poll(() => builder.order()).toHaveLength(3);
  await builder.save(2);
  const { definition } = await api.workflow(id);
  expect(definition.steps.map((step) => step.prompt)).toEqual(['The prompt', 'The prompt', 'Write about Two.']);
  expect(new Set(definition.steps.map((step) => step.label)).size).toBe(3);
});

test('removes a step, and brings it back', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Less', [prompt('One'), prompt('Two'), prompt('Three')]);
  await builder.open(id);
  await builder.choose('Two', 'Remove');
  await builder.expectOrder('One', 'Three');
  const toast = page.getByText('Removed Two').locator('..');
  await toast.getByRole('button', { name: 'Undo' }).click();
  await builder.expectOrder('One', 'Two', 'Three');
  await expect(builder.state).toHaveText('Saved as version 1');
});

test('switches a step off and on by its menu', async ({ api }) => {
  const { id } = await api.createWorkflow('Off', [prompt('One'), prompt('Two')]);
  await builder.open(id);
  await builder.choose('Two', 'Switch off');
  await builder.save(2);
  expect((await api.workflow(id)).definition.steps[1].enabled).toBe(false);
});

test('turns a prompt into a review and keeps its text', async ({ api }) => {
  const { id } = await api.createWorkflow('Kinds', [prompt('One'), prompt('Two', 'Is it right?')]);
  await builder.open(id);
  const card = await builder.openStep('Two');
  await card.getByText('Review', { exact: true }).click();
  await expect(card.getByRole('textbox', { name: 'Instructions' })).toHaveValue('Is it right?');
  await builder.save(2);
  expect((await api.workflow(id)).definition.steps[1]).toMatchObject({ type: 'review', instructions: 'Is it right?' });
});

test('adds each of the basic steps from the palette', async ({ page }) => {
  await builder.open();
  const palette = page.getByRole('region', { name: 'Add a step' });
  const names = ['Prompt', 'Research', 'Analyse', 'Summarise', 'Write', 'Extract JSON', 'Review'];
  for (const name of names) {
    await palette.getByRole('button', { name, exact: true }).click();
  }
  await expect.poll(() => builder.order()).toHaveLength(names.length);
  await builder.name.fill('All kinds');
  await builder.save(1);
});

test('keeps numbers that cannot be read, and says what is wrong', async ({ api }) => {
  const { id } = await api.createWorkflow('Numbers', [prompt('One')]);
  await builder.open(id);
  const card = await builder.openStep('One');
  const wrong = [
    ['Temperature', 'hot', 'The temperature is a number from 0 to 2, as in 0.7.'],
    ['Max. answer length', '-3', 'The answer length is a whole number of tokens from 1 to 1000000.'],
    ['Retries', '21', 'Retries are a whole number from 0 to 20.'],
    ['Timeout', '2 weeks', 'The timeout is from 1 to 86400 seconds, as in 90, 10m or 2h.'],
  ];
  for (const [name, text, message] of wrong) {
    const field = card.getByRole('textbox', { name, exact: true });
    await field.fill(text);
    await field.blur();
    await expect(field).toHaveValue(text);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(new RegExp(message.replaceAll('.', '\\.')));
  }
  await expect(builder.state).toHaveText('Saved as version 1, without 4 fields that are not valid');
  await card.getByRole('textbox', { name: 'Temperature' }).fill('1');
  await expect(card.getByText(wrong[0][2])).toBeHidden();
});

test('keeps a schema that is not JSON, and says where', async ({ api }) => {
  const { id } = await api.createWorkflow('Schemas', [prompt('One')]);
  await builder.open(id);
  const card = await builder.openStep('One');
  await builder.unfold(card, 'Output schema');
  const field = card.getByRole('textbox', { name: 'JSON Schema of the answer' });
  await card.getByRole('button', { name: 'Begin with an example' }).click();
  await expect(field).toHaveValue(/"additionalProperties": false/);
  await field.fill('{\n  "type": oops\n}');
  await field.blur();
  await expect(field).toHaveValue('{\n  "type": oops\n}');
  await expect(field).toHaveAccessibleDescription(/This is not JSON: .*line 2/);
});

test('tells of a workflow that is not there', async ({ page, guard }) => {
  guard.allow(/404/);
  await page.goto('/workflows/nowhere');
  await expect(page.getByRole('heading', { name: 'There is no workflow at this address' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to your workflows' }).click();
  await expect(page).toHaveURL('/');
});

test('keeps two fallbacks of one model apart, and adds none twice', async ({ api }) => {
  const fallbacks = ['demo', 'demo-instant', 'demo'].map((model) => ({ provider: 'demo', model }));
  const { id } = await api.createWorkflow('Fallbacks', [prompt('One', 'Write', { fallbacks })]);
  await builder.open(id);
  const card = await builder.openStep('One');
  const rows = card.getByRole('button', { name: /^Remove demo/ });
  await expect(rows).toHaveCount(3);
  await rows.last().click();
  await expect(rows).toHaveCount(2);
  await chooseModel(card.getByRole('combobox', { name: 'Add a fallback' }), 'demo', 'demo');
  await chooseModel(card.getByRole('combobox', { name: 'Add a fallback' }), 'demo', 'demo-echo');
  await expect(rows).toHaveCount(3);
  await builder.save(2);
  const models = (await api.workflow(id)).definition.steps[0].fallbacks.map(({ model }) => model);
  expect(models).toEqual(['demo', 'demo-instant', 'demo-echo']);
});

test('calls a step in the problems by its newest label, wherever it stands', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Labelled', [prompt('One'), prompt('Two', '{{steps.Nobody.content}}'), prompt('Three')]);
  await builder.open(id);
  const problems = page.getByRole('region', { name: /problem/ });
  await expect(problems.getByRole('button', { name: 'Two', exact: true })).toBeVisible();
  await builder.openStep('Two');
  await rename('Two', 'Second');
  await expect(problems.getByRole('button', { name: 'Second', exact: true })).toBeVisible();
  await builder.choose('Second', 'Move up');
  await builder.expectOrder('Second', 'One', 'Three');
  await problems.getByRole('button', { name: 'Second', exact: true }).click();
  await expect(builder.card('Second').getByRole('textbox', { name: 'Prompt', exact: true })).toBeFocused();
});

test('offers to bring a step back only where that can be done', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Left', [prompt('One'), prompt('Two')]);
  await builder.open(id);
  await builder.choose('Two', 'Remove');
  await expect(page.getByText('Removed Two')).toBeVisible();
  await builder.saveBar.getByRole('button', { name: 'Save and run' }).click();
  await expect(page.getByRole('heading', { name: 'Run Left' })).toBeVisible();
  // At once: the message would go by itself after a while.
  expect(await page.getByText('Removed Two').count()).toBe(0);
});
