import { prompt } from '../lib/api.js';
import { Builder, chooseModel } from '../lib/builder.js';
import { Designer, designed } from '../lib/designer.js';
import { Generate } from '../lib/generate.js';
import { expect, test } from '../lib/test.js';

// From a sentence to a workflow. The built-in demo designs by the words of the prompt.

const SENTENCE = 'Summarise customer mail, then let me review it, then translate it';
const DESIGN = /\/generate\/generation-/;

test('a sentence becomes a workflow, which is refined, created and run', async ({ page, api }) => {
  const design = new Generate(page);
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Describe what the workflow should do' }).fill(SENTENCE);
  await page.keyboard.press('Control+Enter');

  await test.step('the prompt comes along, and the page says which model designs', async () => {
    await expect(page).toHaveURL('/generate');
    await expect(design.prompt).toHaveValue(SENTENCE);
    await expect(page.getByText(/designs: simulated/)).toBeVisible();
    await page.getByRole('button', { name: 'Design the workflow' }).click();
  });

  await test.step('the design is a tree with its reuse report, findings and price', async () => {
    await expect(page).toHaveURL(DESIGN);
    await expect(design.create).toBeVisible();
    expect((await design.labels()).length).toBeGreaterThan(2);
    await expect(design.steps.getByText('Model call').first()).toBeVisible();
    await expect(page.getByRole('heading', { name: 'A run costs' })).toBeVisible();
    await expect(page.getByText(/designs without a model/)).toBeVisible();
    expect((await api.get('/workflows')).items, 'nothing is created before it is asked for').toEqual([]);
  });

  await test.step('another sentence refines it, and the name stays', async () => {
    await design.name.fill('Mail digest');
    const first = page.url();
    await page.getByRole('textbox', { name: 'What should be different?' }).fill('Add a step that checks the tone');
    await page.getByRole('button', { name: 'Change it', exact: true }).click();
    await expect(page).not.toHaveURL(first);
    await expect(page.getByRole('heading', { name: 'What changes' })).toBeVisible();
    await expect(page.locator('.change').getByText('added')).toBeVisible();
    await expect(design.name).toHaveValue('Mail digest');
  });

  await test.step('it is created once, opened and run', async () => {
    await design.create.dblclick();
    await expect(page).toHaveURL('/workflows/mail-digest');
    await expect(page.getByText('Created “Mail digest”')).toBeVisible();
    await expect(new Builder(page).name).toHaveValue('Mail digest');
    expect((await api.get('/workflows')).items.map((it) => it.name)).toEqual(['Mail digest']);
    await page.getByRole('link', { name: 'Run', exact: true }).click();
    await page.getByRole('textbox', { name: 'Topic' }).fill('Hello, my parcel did not come.');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(page).toHaveURL(/\/runs\/execution-/);
    await api.untilRun(page.url().split('/').pop(), 'paused');
  });
});

test('a design goes on while the page is left, and a second tab watches it too', async ({ page, context, api }) => {
  const designer = await Designer.start(api, 'I would begin with a plan.', designed('Mail digest', [prompt('Summarise')]));
  designer.hold();
  const design = new Generate(page);
  await design.open();
  await expect(page.getByText(/architect designs/)).toBeVisible();
  await design.prompt.fill(SENTENCE);
  await page.getByRole('button', { name: 'Design the workflow' }).click();
  await expect(design.progress.getByText(/^Call 1 · \d+ characters/)).toBeVisible();
  await page.reload();
  await expect(design.progress.getByText('Designing the workflow')).toBeVisible();
  const second = await context.newPage();
  await second.goto(page.url());
  await expect(new Generate(second).progress.getByText(/^Call 1/)).toBeVisible();

  await test.step('an answer without a workflow is sent back', async () => {
    await designer.release();
    await expect(design.progress.getByText('Fixing 1 problem')).toBeVisible();
    await expect(design.progress.getByText(/^Call 2/)).toBeVisible();
  });

  await designer.release();
  await expect(design.create).toBeVisible();
  await expect(new Generate(second).create).toBeVisible();
  await expect(page.getByText(/in 2 calls/)).toBeVisible();
  await page.goto('/generate');
  await expect(page.getByRole('region', { name: 'Your last designs' }).getByRole('link', { name: SENTENCE })).toBeVisible();
});

test('a design that is cancelled leads back to its prompt', async ({ page, api }) => {
  const designer = await Designer.start(api, designed('Mail digest', [prompt('Summarise')]));
  designer.hold();
  const design = new Generate(page);
  await design.open();
  await design.prompt.fill(SENTENCE);
  await page.getByRole('button', { name: 'Design the workflow' }).click();
  await design.progress.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: 'The design was cancelled' })).toBeVisible();
  const { status } = await api.get(`/workflows/generate/${page.url().split('/').pop()}`);
  expect(status).toBe('cancelled');
  await page.getByRole('button', { name: 'Back to the prompt' }).click();
  await expect(design.prompt).toHaveValue(SENTENCE);
});

test('a design that failed says why, and the prompt is kept', async ({ page }) => {
  const design = new Generate(page);
  await design.design(SENTENCE, 'demo-broken');
  await expect(page.getByRole('heading', { name: 'There is no design' })).toBeVisible();
  await expect(page.getByText('demo-broken refuses every request.')).toBeVisible();
  await expect(page.getByText(/Choose another model/)).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(design.prompt).toHaveValue(SENTENCE);
  await design.choose('demo-instant');
  await page.getByRole('button', { name: 'Design the workflow' }).click();
  await expect(design.create).toBeVisible();
});

test('what is missing is said before anything is sent', async ({ page, guard }) => {
  guard.allow(/422/);
  const design = new Generate(page);
  await design.open();
  await design.prompt.press('Control+Enter');
  await expect(design.prompt).toHaveAttribute('aria-invalid', 'true');
  await expect(design.prompt).toBeFocused();
  await page.getByRole('button', { name: 'Example: Translate and check' }).click();
  await expect(design.prompt).toHaveValue(/^Translate a text/);
  await page.reload();
  await expect(design.prompt, 'what is typed survives a reload').toHaveValue(/^Translate a text/);
  await chooseModel(design.model, 'anthropic', 'claude-opus-4-5');
  await expect(page.getByText('Anthropic cannot be used: no key yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Design the workflow' }).click();
  await expect(page.getByRole('alert').getByRole('link', { name: 'Open the settings' })).toBeVisible();
  await expect(design.prompt).toHaveValue(/^Translate a text/);
});

test('an address without a design says so', async ({ page, guard }) => {
  guard.allow(/404/);
  await page.goto('/generate/generation-0190b0a0-0000-7000-8000-000000000000');
  await expect(page.getByRole('heading', { name: 'There is no design at this address' })).toBeVisible();
  await page.goto('/generate/nonsense');
  await expect(page.getByText('There is no page at this address')).toBeVisible();
});

test('a design opens in the builder as a draft that is not saved', async ({ page, api }) => {
  const [design, builder] = [new Generate(page), new Builder(page)];
  await design.design(SENTENCE);
  await design.name.fill('Mail digest');
  await page.getByRole('button', { name: 'Open in the builder' }).click();
  await expect(page).toHaveURL('/new');
  await expect(builder.name).toHaveValue('Mail digest');
  await expect(builder.state).toHaveText('Not saved yet. Kept in this browser.');
  expect((await api.get('/workflows')).items).toEqual([]);
  await builder.saveBar.getByRole('button', { name: 'Undo: open the design' }).click();
  await expect(page.getByRole('heading', { name: 'No steps yet' })).toBeVisible();
});

test('new agents are changed, created with the workflow, or left out for what they say', async ({ page, api }) => {
  const agent = (id) => ({ id, name: id, description: `${id} of texts`, instructions: 'Be strict.', tools: ['native:current_time'] });
  const step = (label, agent_id) => ({ id: agent_id, label, type: 'agent', prompt: `${label} it: {{input.mail}}`, agent_id });
  const answer = designed('Mail digest', [step('Judge', 'critic'), step('Write', 'writer')], { agents_to_create: [agent('critic'), agent('writer')] });
  await Designer.start(api, answer);
  const design = new Generate(page);
  await design.open();
  await design.prompt.fill(SENTENCE);
  await page.keyboard.press('Control+Enter');
  const card = (name) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
  await expect(card('critic')).toContainText('Used by Judge.');
  await expect(page.getByRole('button', { name: /^Open in the builder/ })).toHaveAttribute('aria-disabled', 'true');
  for (const name of ['critic', 'writer']) {
    await card(name).getByText('Name and instructions').click();
    await card(name).getByRole('textbox', { name: 'Instructions' }).fill(`${name}, be kind.`);
  }
  await card('writer').getByRole('switch', { name: 'Create this agent' }).click();
  await expect(card('writer')).toContainText('its instructions and tools go into Write');

  await page.reload();
  await expect(card('writer').getByRole('switch'), 'what was changed survives a reload').not.toBeChecked();
  await design.create.click();
  await expect(page.getByText('Created “Mail digest” with 1 agent')).toBeVisible();
  const agents = (await api.get('/agents')).items;
  expect(agents.map(({ id, instructions }) => [id, instructions])).toEqual([['critic', 'critic, be kind.']]);
  const [judge, write] = (await api.workflow('mail-digest')).definition.steps;
  expect(judge.agent_id).toBe('critic');
  expect(write).toMatchObject({ instructions: 'writer, be kind.', tools: ['native:current_time'] });
  expect(write.agent_id).toBeUndefined();
});

test('the builder changes its draft by a sentence, as one step of undo', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research'), prompt('Write')]);
  const builder = new Builder(page);
  await builder.open(id);
  const card = page.getByRole('region', { name: 'Change it by a sentence' });
  await card.getByRole('textbox', { name: 'What should be different?' }).fill('Add a review after Research');
  await page.keyboard.press('Control+Enter');
  const dialog = page.getByRole('dialog', { name: 'Change it by a sentence' });
  await expect(dialog.locator('.change').getByText('added')).toBeVisible();
  await builder.expectOrder('Research', 'Write');

  await test.step('a reload leads back to it', async () => {
    await page.reload();
    await card.getByRole('button', { name: 'Show it' }).click();
    await expect(dialog.locator('.change').getByText('added')).toBeVisible();
  });

  await dialog.getByRole('button', { name: 'Apply to the draft' }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await builder.order()).length).toBe(3);
  await expect(builder.state).toHaveText('Not saved yet. Kept in this browser.');
  expect((await api.workflow(id)).version, 'the change is in the draft alone').toBe(1);
  await builder.saveBar.getByRole('button', { name: 'Undo: change by a sentence' }).click();
  await builder.expectOrder('Research', 'Write');
  await expect(builder.state).toHaveText('Saved as version 1');
});

test('a sentence changes what is outside of the steps, too', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research'), prompt('Write')]);
  const builder = new Builder(page);
  await builder.open(id);
  await page.getByRole('textbox', { name: 'What should be different?' }).fill('Call it Weekly brief');
  await page.getByRole('button', { name: 'Change it', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('.change').getByText('Weekly brief')).toBeVisible();
  await dialog.getByRole('button', { name: 'Apply to the draft' }).click();
  await builder.save(2);
  expect((await api.workflow(id)).name).toBe('Weekly brief');
});

test('a change that is dropped leaves the draft as it is', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research'), prompt('Write')]);
  const builder = new Builder(page);
  await builder.open(id);
  await page.getByRole('textbox', { name: 'What should be different?' }).fill('Remove Write');
  await page.getByRole('button', { name: 'Change it', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('.change').getByText('removed')).toBeVisible();
  await dialog.getByRole('button', { name: 'Discard it' }).click();
  await expect(dialog).toBeHidden();
  await builder.expectOrder('Research', 'Write');
  await expect(page.getByRole('textbox', { name: 'What should be different?' })).toHaveValue('Remove Write');
});

test('a change that failed is tried again as another generation', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research')]);
  const builder = new Builder(page);
  await builder.open(id);
  const card = page.getByRole('region', { name: 'Change it by a sentence' });
  await card.getByText('Model that designs', { exact: true }).first().click();
  await chooseModel(card.getByRole('combobox', { name: 'Model that designs' }), 'demo', 'demo-broken');
  await card.getByRole('textbox', { name: 'What should be different?' }).fill('Add a review');
  await card.getByRole('button', { name: 'Change it', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('demo-broken refuses every request.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(async () => (await api.get('/workflows/generate')).items.length).toBe(2);
  await expect(dialog.getByText('demo-broken refuses every request.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(card.getByRole('textbox', { name: 'What should be different?' })).toHaveValue('Add a review');
});
