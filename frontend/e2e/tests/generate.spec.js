import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { Generate } from '../lib/generate.js';
import { expect, test } from '../lib/test.js';

// From a sentence to a workflow. The built-in demo designs by the words of the prompt.

const SENTENCE = 'Summarise customer mail, then let me review it, then translate it';
const DESIGN = /\/generate\/generation-/;

test('a sentence becomes a workflow, which is refined, created and run', async ({ page, api }) => {
  const design = new Generate(page);
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Describe what it is to do' }).fill(SENTENCE);
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
    await page.getByRole('button', { name: 'Refine', exact: true }).click();
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
    const { id } = await api.start('mail-digest', 'Hello, my parcel did not come.');
    await page.goto(`/runs/${id}`);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Mail digest');
  });
});

test('a design goes on while the page is left, and a second tab watches it too', async ({ page, context }) => {
  const design = new Generate(page);
  await design.design(SENTENCE, 'demo-slow');
  await expect(design.progress.getByText(/^Call 1 · .* character/)).toBeVisible();
  await page.reload();
  await expect(design.progress.getByText('Designing the workflow')).toBeVisible();
  const second = await context.newPage();
  await second.goto(page.url());
  await expect(second.getByRole('button', { name: 'Create workflow' })).toBeVisible();
  await expect(design.create).toBeVisible();
  await page.goto('/generate');
  await expect(page.getByRole('region', { name: 'Your last designs' }).getByRole('link', { name: SENTENCE })).toBeVisible();
});

test('a design that is cancelled leads back to its prompt', async ({ page, api }) => {
  const design = new Generate(page);
  await design.design(SENTENCE, 'demo-slow');
  await design.progress.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: 'The design was cancelled' })).toBeVisible();
  const { status } = await api.get(`/workflows/generate/${page.url().split('/').pop()}`);
  expect(status).toBe('cancelled');
  await page.getByRole('button', { name: 'Back to the prompt' }).click();
  await expect(design.prompt).toHaveValue(SENTENCE);
  await expect(design.model).toHaveValue('demo\ndemo-slow');
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
  await design.model.focus();
  await design.model.selectOption('anthropic\n');
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
  await builder.saveBar.getByRole('button', { name: 'Undo: take the design' }).click();
  await expect(page.getByRole('heading', { name: 'No steps yet' })).toBeVisible();
});

test('a new agent is changed, or left out for what it says', async ({ page, api }) => {
  const steps = [{ id: 'look', label: 'Look', type: 'agent', prompt: 'Look at {{input}}', agent_id: 'critic' }];
  const agents = [
    { id: 'critic', name: 'Critic', description: 'Judges texts', instructions: 'Be strict.', tools: ['native:current_time'] },
  ];
  await serveDesign(page, { steps, agents });
  const design = new Generate(page);
  await design.design(SENTENCE);
  const agent = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Critic' }) });
  await expect(agent).toContainText('Used by Look.');
  await agent.getByText('Name and instructions').click();
  await agent.getByRole('textbox', { name: 'Instructions' }).fill('Be kind.');
  await expect(page.getByRole('button', { name: /^Open in the builder/ })).toHaveAttribute('aria-disabled', 'true');
  const asked = page.waitForRequest('**/workflows/generate/apply');
  await agent.getByRole('switch', { name: 'Create this agent' }).click();
  await expect(agent).toContainText('its instructions and tools go into Look');
  await design.create.click();
  const { workflow, agents: sent } = (await asked).postDataJSON();
  expect(sent).toEqual([]);
  expect(workflow.definition.steps[0]).toMatchObject({ instructions: 'Be kind.', tools: ['native:current_time'] });
  expect(workflow.definition.steps[0].agent_id).toBeUndefined();
  await expect(page).toHaveURL(/\/workflows\//);
  expect((await api.get('/agents')).items).toEqual([]);
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

  await dialog.getByRole('button', { name: 'Take it into the draft' }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await builder.order()).length).toBe(3);
  await expect(builder.state).toHaveText('Not saved yet. Kept in this browser.');
  expect((await api.workflow(id)).version, 'the change is in the draft alone').toBe(1);
  await builder.saveBar.getByRole('button', { name: 'Undo: change by a sentence' }).click();
  await builder.expectOrder('Research', 'Write');
  await expect(builder.state).toHaveText('Saved as version 1');
});

test('a change that is dropped leaves the draft as it is', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Market brief', [prompt('Research'), prompt('Write')]);
  const builder = new Builder(page);
  await builder.open(id);
  await page.getByRole('textbox', { name: 'What should be different?' }).fill('Remove Write');
  await page.getByRole('button', { name: 'Change it', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('.change').getByText('removed')).toBeVisible();
  await dialog.getByRole('button', { name: 'Drop it' }).click();
  await expect(dialog).toBeHidden();
  await builder.expectOrder('Research', 'Write');
  await expect(page.getByRole('textbox', { name: 'What should be different?' })).toHaveValue('Remove Write');
});

/** Puts other steps and agents into the design that the server answers, as a model might give them. */
async function serveDesign(page, { steps, agents }) {
  await page.route(/\/workflows\/generate\/generation-[^/]*$/, async (route) => {
    const response = await route.fetch();
    const generation = await response.json();
    if (generation.status === 'completed') {
      generation.workflow.definition.steps = steps;
      generation.agents_to_create = agents;
      generation.reuse = steps.map((step) => ({
        step_id: step.id,
        kind: 'new_agent',
        resource_id: step.agent_id,
        reason: 'None fits.',
        missing_key: null,
      }));
    }
    await route.fulfill({ response, json: generation });
  });
}
