import { expect } from '@playwright/test';

import { prompt, review } from './api.js';
import { Builder, nameModel } from './builder.js';
import { Designer, designed } from './designer.js';
import { Generate } from './generate.js';
import { Canvas } from './canvas.js';
import { Commands } from './commands.js';
import { addFiles, agent, notes, tool } from './mcp.js';
import { Run } from './run.js';
import { nested } from './samples.js';

/** Every page of the app, in each state that looks different: how it is come to. */
export const places = {
  'the empty list': async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('button', { name: 'Use template Deep Build Pipeline' })).toBeVisible();
  },
  'the filled list': async ({ page, api }) => {
    const { id } = await api.createWorkflow('Market brief', [prompt('Research'), prompt('Write')], {
      description: 'What the market did last week, on one page.',
      tags: ['weekly', 'research'],
    });
    await api.createWorkflow('A workflow that has never run and has a long name, as people give them', [review('Check')]);
    const { id: run } = await api.start(id);
    await api.untilRun(run, 'completed');
    await page.goto('/');
    await expect(page.getByRole('link', { name: /Last run: Completed/ })).toBeVisible();
  },
  'a search without a result': async ({ page, api }) => {
    await api.createWorkflow('Market brief', [prompt('Research')]);
    await page.goto('/?q=nothing');
    await expect(page.getByRole('heading', { name: 'No workflow matches' })).toBeVisible();
  },
  'the command menu': async (test) => {
    await places['the filled list'](test);
    const commands = new Commands(test.page);
    await commands.open();
    await expect(commands.dialog.getByRole('group', { name: 'Newest runs' })).toBeVisible();
  },
  'the keys': async (test) => {
    await openBuilder(test);
    await test.page.keyboard.press('?');
    await expect(test.page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  },
  'no runs': async ({ page }) => {
    await page.goto('/runs');
    await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
  },
  'the runs': async (test) => {
    await openRuns(test);
  },
  'the runs, filtered and chosen': async (test) => {
    await openRuns(test);
    await test.page.getByRole('button', { name: 'More filters' }).click();
    await test.page.getByRole('checkbox', { name: 'Choose all runs that are shown' }).check();
    await expect(test.page.getByRole('region', { name: 'Chosen runs' })).toContainText('4 runs chosen');
  },
  'the templates': async ({ page }) => {
    await page.goto('/templates');
    await expect(page.getByRole('button', { name: 'Preview Research Brief' })).toBeVisible();
  },
  'the preview of a template': async ({ page }) => {
    await page.goto('/templates');
    await page.getByRole('button', { name: 'Preview Deep Build Pipeline' }).click();
    await expect(page.getByRole('dialog').getByText('Implementation Prompts')).toBeVisible();
  },
  'the statistics of a workflow': async ({ page, api }) => {
    const { id } = await api.createWorkflow('Market brief', [prompt('Research'), prompt('Write')]);
    const { id: run } = await api.start(id);
    await api.untilRun(run, 'completed');
    await page.goto(`/workflows/${id}/stats`);
    await page.getByText('Table by day').click();
    await expect(page.getByRole('region', { name: 'Table by day' })).toBeVisible();
  },
  'the statistics of a workflow that has never run': async ({ page, api }) => {
    const { id } = await api.createWorkflow('Market brief', [prompt('Research')]);
    await page.goto(`/workflows/${id}/stats`);
    await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
  },
  'the versions of a workflow': async ({ page, api }) => {
    const { id } = await api.createWorkflow('Market brief', [prompt('Research', 'One')]);
    await api.changeWorkflow(id, (workflow) => {
      workflow.name = 'A workflow that has a long name, as people give them, and never an abbreviation of it';
      workflow.definition.steps[0].prompt = 'Two\n'.repeat(3);
    });
    await page.goto(`/workflows/${id}/versions`);
    await page.locator('summary', { hasText: 'What version 2 changed' }).click();
    await expect(page.getByRole('region', { name: 'Difference' }).first()).toBeVisible();
  },
  'a new workflow': async ({ page }) => {
    await new Builder(page).open();
    await expect(page.getByRole('button', { name: 'Summarise' })).toBeVisible();
  },
  'the builder': async (test) => {
    await openBuilder(test);
  },
  'the builder with its settings open': async (test) => {
    const builder = await openBuilder(test);
    await builder.unfold(test.page, 'More settings');
    await expect(test.page.getByRole('switch', { name: 'Switched on' })).toBeVisible();
  },
  'the builder with a model named by hand': async (test) => {
    const picker = (await openBuilder(test)).card('Research').getByRole('combobox', { name: 'Model of Research' });
    await nameModel(picker);
    await expect(test.page.getByRole('textbox', { name: 'Name of the model' })).toBeVisible();
  },
  'the builder with the list of models open': async ({ page, api }) => {
    const picker = (await openBuilder({ page, api })).card('Research').getByRole('combobox', { name: 'Model of Research' });
    await picker.click();
    await expect(page.getByRole('option', { name: 'Another model…' })).toBeAttached();
  },
  'the builder with a step to be added between two': async ({ page, api }) => {
    await openBuilder({ page, api });
    await page.getByRole('button', { name: 'Add a step here, before step 2' }).press('Enter');
    await expect(page.getByRole('button', { name: 'Condition', exact: true }).first()).toBeVisible();
  },
  'the builder with a step open': async (test) => {
    const builder = await openBuilder(test);
    const card = await builder.openStep('Write');
    for (const title of ['System prompt', 'Output schema', 'Fallback models']) {
      await builder.unfold(card, title);
    }
    await card.getByRole('textbox', { name: 'Prompt', exact: true }).fill('{{steps.Nobody.content}} and {{steps.Re');
    await expect(card.getByRole('listbox').getByRole('option').first()).toBeVisible();
    await expect(card.locator('.unknown')).toBeVisible();
  },
  'the builder with a review open': async (test) => {
    const builder = await openBuilder(test);
    await builder.openStep('Check');
  },
  'the builder with a step picked up': async (test) => {
    const builder = await openBuilder(test);
    await builder.handle('Research').press('Space');
    await test.page.keyboard.press('ArrowDown');
    await builder.expectSaid('Research is now 2 of 3.');
  },
  'the builder with containers': async (test) => {
    const builder = await openNested(test);
    await builder.openStep('Facts');
    await builder.card('Polish').locator('summary').filter({ hasText: 'Name and settings' }).click();
    // No target is half hidden by the bar at the foot.
    await test.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  },
  'the builder with a condition as an expression, and a closed lane': async (test) => {
    const builder = await openNested(test);
    const field = builder.card('How risky').getByRole('group', { name: 'When' });
    await field.getByText('Expression', { exact: true }).click();
    await field.getByRole('textbox', { name: 'When' }).fill('steps.');
    await expect(field.getByRole('option').first()).toBeVisible();
    await test.page.getByRole('button', { name: 'Branch B of Look at it', exact: true }).click();
    await builder.card('Polish').getByRole('button', { expanded: true }).first().click();
  },
  'the builder with a step picked up inside a branch': async (test) => {
    const builder = await openNested(test);
    await builder.handle('Plan').press('Space');
    await test.page.keyboard.press('ArrowRight');
    await builder.expectSaid('Plan is now in branch A of Look at it, 1 of 2.');
  },
  'the builder with declared inputs': async (test) => {
    const builder = await openInputs(test);
    for (const name of ['tone', 'sources']) {
      await inputRow(test.page, name).getByRole('button', { expanded: false }).first().click();
    }
    await inputRow(test.page, 'tone').getByRole('textbox', { name: 'Name' }).fill('1 tone');
    await expect(test.page.getByRole('button', { name: 'Declare reader' })).toBeVisible();
    await expect(builder.problems).toHaveText(/problems/);
  },
  'the builder with the menu of an input open': async (test) => {
    await openInputs(test);
    await test.page.getByLabel('More for field tone', { exact: true }).click();
    await expect(inputRow(test.page, 'tone').getByRole('button', { name: 'Move up' })).toBeVisible();
  },
  'the builder with steps selected': async (test) => {
    const builder = await openNested(test);
    await builder.handle('Plan').focus();
    await test.page.keyboard.press('Shift+ArrowDown');
    await expect(test.page.getByRole('region', { name: 'Selected steps' })).toContainText('2 selected');
  },
  'the builder with all of its palette': async (test) => {
    const builder = await openBuilder(test);
    await builder.unfold(test.page, 'Containers with steps in them');
    await builder.unfold(test.page, 'From the build pipeline');
    await expect(test.page.getByRole('button', { name: 'Loop Judge · Improve' })).toBeVisible();
  },
  'the builder with a tool and its arguments': async (test) => {
    const builder = await openTools(test);
    const card = await builder.openStep('Change');
    await expect(card.getByRole('textbox', { name: 'Old text' })).toBeVisible();
    await card.getByRole('button', { name: 'Add an item' }).click();
    await builder.openStep('Look');
    await expect(builder.card('Look').getByRole('button', { name: 'Remove files:read_text_file' })).toBeVisible();
  },
  'the builder with arguments as JSON': async (test) => {
    const builder = await openTools(test);
    const card = await builder.openStep('Change');
    await card.getByText('JSON', { exact: true }).click();
    await card.getByRole('textbox', { name: 'Arguments as JSON' }).fill('{"path": ');
    await expect(card.getByText(/This is not JSON/)).toBeVisible();
    // The save bar hides half of a field otherwise.
    await test.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  },
  'the choice of a tool': async (test) => {
    const builder = await openTools(test);
    const card = await builder.openStep('Change');
    await card.getByRole('button', { name: 'Change', exact: true }).last().click();
    await expect(test.page.getByRole('dialog').getByRole('button', { name: /^read_text_file/ })).toBeVisible();
  },
  'the choice of tools for an agent': async (test) => {
    const builder = await openTools(test);
    const card = await builder.openStep('Look');
    await card.getByRole('button', { name: 'Choose tools' }).click();
    await expect(test.page.getByRole('dialog').getByRole('checkbox', { name: /^read_text_file/ })).toBeChecked();
  },
  'the builder with a step of a newer version': async ({ page, api }) => {
    const { id } = await createBrief(api);
    await serveNewerStep(page, id);
    const builder = new Builder(page);
    await builder.open(id);
    await builder.openStep('Research');
    await expect(page.getByText('A newer version of Sluice has made this step.')).toBeVisible();
    await expect(builder.card('Research')).toContainText('This version of Sluice does not know steps of type debate;');
  },
  'the builder as a canvas': async (test) => {
    const canvas = await openNestedCanvas(test);
    await canvas.node('Plan').focus();
    await test.page.keyboard.press('c');
    await expect(test.page.locator('.canvas-end')).toBeVisible();
  },
  'the builder as a canvas, with a card': async (test) => {
    const canvas = await openNestedCanvas(test);
    await canvas.node('How risky').focus();
    await test.page.keyboard.press('Enter');
    await expect(canvas.card.getByRole('group', { name: 'When' })).toBeVisible();
  },
  'a run on the canvas': async (test) => {
    const run = await openContainers(test);
    await test.page.goto(`/runs/${run.id}?view=canvas`);
    await expect(new Canvas(test.page).node('Facts')).toBeVisible();
  },
  'a conflict': async (test) => {
    const builder = await openBuilder(test);
    test.guard.allow(/409/);
    await test.api.changeWorkflow('market-brief', (workflow) => (workflow.name = 'Their brief'));
    await builder.name.fill('My brief');
    await builder.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(test.page.getByRole('dialog').getByRole('button', { name: 'Keep mine' })).toBeVisible();
  },
  'the page that describes a workflow': async ({ page, api }) => {
    await api.call('POST', '/workflows/generate?wait=10', { prompt: SENTENCE, provider: 'demo', model: 'demo-instant' });
    await page.goto('/generate');
    await expect(page.getByRole('region', { name: 'Your last designs' })).toBeVisible();
    await expect(page.getByText(/designs: simulated/)).toBeVisible();
  },
  'a design under way': async ({ page, api }) => {
    const designer = await Designer.start(api, 'A plan would be:');
    designer.hold();
    const { id } = await api.call('POST', '/workflows/generate', { prompt: SENTENCE });
    await page.goto(`/generate/${id}`);
    await expect(new Generate(page).progress.getByText(/^Call 1 · \d+ characters/)).toBeVisible();
  },
  'a design': async ({ page, api }) => {
    await openDesign({ page, api }, { provider: 'demo', model: 'demo-instant' });
  },
  'a design with a new agent, a missing tool and a problem': async ({ page, api }) => {
    await Designer.start(api, answerWithAgent());
    await openDesign({ page, api });
    await page.getByText('Name and instructions').click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('');
    await expect(page.getByText('Give it a name.')).toBeVisible();
    await expect(page.getByText('anthropic: key missing')).toBeVisible();
    // The bar hides half of a step otherwise.
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  },
  'a design that failed': async ({ page, api }) => {
    const { id } = await api.call('POST', '/workflows/generate?wait=10', { prompt: SENTENCE, provider: 'demo', model: 'demo-broken' });
    await page.goto(`/generate/${id}`);
    await expect(page.getByRole('heading', { name: 'There is no design' })).toBeVisible();
  },
  'a change by a sentence': async (test) => {
    const builder = await openBuilder(test);
    await test.page.getByRole('textbox', { name: 'What should be different?' }).fill('Add a review after Research');
    await test.page.getByRole('button', { name: 'Change it', exact: true }).click();
    await expect(test.page.getByRole('dialog').locator('.change')).not.toHaveCount(0);
    await builder.expectOrder('Research', 'Check', 'Write');
  },
  'the start': async ({ page, api }) => {
    const { id } = await createBrief(api);
    await page.goto(`/workflows/${id}/run`);
    await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeVisible();
    await expect(page.getByText('Prices of')).toBeVisible();
  },
  'a run that streams': async ({ page, api }) => {
    const steps = ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight'];
    const slow = steps.map((label) => prompt(label, `Write about ${label}`, { model: 'demo-slow' }));
    const { id } = await api.createWorkflow('Streaming', slow);
    const { id: run } = await api.start(id);
    await new Run(page).open(run);
    await expect(page.getByText('Simulated answer').first()).toBeVisible();
  },
  'a run at a gate': async ({ page, api }) => {
    const run = await openRun({ page, api });
    await expect(run.gate('Check').getByRole('button', { name: 'Approve' })).toBeVisible();
  },
  'a run at a gate, with a text that is out of date': async ({ page, api }) => {
    const steps = [prompt('Research'), prompt('A step with a long name', 'Of {{steps.Research.content}}', { model: 'demo-echo' }), review('Check')];
    const { id } = await api.createWorkflow('Market brief', steps);
    const { id: execution } = await api.start(id, {});
    await api.untilRun(execution, 'paused');
    await api.call('PUT', `/workflows/executions/${execution}/steps/research/output`, { content: 'Corrected research.' });
    const run = new Run(page);
    await run.open(execution);
    await expect(run.gate('Check').getByText('Out of date')).toBeVisible();
    await expect(page.locator('.stale-note')).toBeVisible();
  },
  'a run at a gate, with the text edited': async ({ page, api }) => {
    const run = await openRun({ page, api });
    await run.gate('Check').getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('textbox', { name: 'Text, as you edit it' }).fill('Another text');
    await expect(page.getByRole('region', { name: 'Difference' })).toBeVisible();
  },
  'a run at a gate, with a text that came back': async ({ page, api }) => {
    const run = await openRun({ page, api });
    await api.review(run.id, 'check', { decision: 'revise', comment: 'Mention the lamp.' });
    await expect.poll(async () => (await api.step(run.id, 'research')).attempt).toBe(2);
    await expect(run.gate('Check').getByText('What changed', { exact: true })).toBeVisible();
  },
  'two runs side by side': async ({ page, api }) => {
    const { id } = await api.createWorkflow('Market brief', [prompt('Research', 'About {{input.idea}}.', { model: 'demo-echo' }), prompt('Write')]);
    const runs = [];
    for (const idea of ['a lamp in the hall', 'a chair in the hall']) {
      const { id: run } = await api.start(id, { idea });
      await api.untilRun(run, 'completed');
      runs.push(run);
    }
    await page.goto(`/runs/compare?a=${runs[0]}&b=${runs[1]}`);
    await page.getByRole('switch', { name: 'Show unchanged parts, too' }).click();
    await page.locator('.compare-step summary').first().click();
    await expect(page.getByRole('region', { name: 'Difference: Output' })).toBeVisible();
  },
  'a run that failed': async ({ page, api }) => {
    const { id } = await api.createWorkflow('Failing', [prompt('Research'), prompt('Write', 'Write', { model: 'demo-broken' })]);
    const { id: run } = await api.start(id);
    await api.untilRun(run, 'failed');
    await new Run(page).open(run);
    await expect(page.getByText('The run failed at “Write”.')).toBeVisible();
  },
  'a run with a cut answer': async ({ page, api }) => {
    const { id } = await api.createWorkflow('Cut', [prompt('Think', 'Think', { model: 'demo-think' }), prompt('Cut', 'Write', { model: 'demo-cut' })]);
    const { id: execution } = await api.start(id);
    await api.untilRun(execution, 'completed');
    const run = new Run(page);
    await run.open(execution);
    const card = await run.openStep('Think');
    await card.getByText('Thinking', { exact: true }).click();
    await expect(card.getByRole('region', { name: 'What the model thinks' })).toBeVisible();
    await run.openStep('Cut');
    await expect(page.locator('.note.warn')).toHaveCount(2);
    await run.show('Cut', 'Attempts');
    await expect(page.locator('.attempts')).toBeVisible();
  },
  'the plan of a retry': async (test) => {
    await places['a run that failed'](test);
    await test.page.getByRole('button', { name: 'Switch model and retry' }).click();
    await expect(test.page.getByRole('dialog').getByText(/Kept as they are/)).toBeVisible();
  },
  'a run that is complete': async ({ page, api }) => {
    const run = await openRun({ page, api });
    await api.review(run.id, 'check', { decision: 'approve' });
    await expect(page.getByRole('heading', { name: 'The run is complete' })).toBeVisible();
  },
  'a run with containers': async ({ page, api }) => {
    const run = await openContainers({ page, api });
    await run.openStep('Polish');
    await page.getByText('Difference to the round before').first().click();
    await expect(page.getByRole('region', { name: 'Difference' })).toBeVisible();
  },
  'the timeline of a run': async ({ page, api }) => {
    const run = await openContainers({ page, api });
    await page.getByText('Timeline', { exact: true }).click();
    await expect(run.row('Facts')).toBeVisible();
    await expect(page.locator('.track > .failed')).toBeVisible();
  },
  'the output of a step, edited': async (test) => {
    await places['a run that is complete'](test);
    const card = await new Run(test.page).openStep('Research');
    await card.getByRole('button', { name: 'Edit output' }).click();
    await card.getByRole('textbox', { name: 'Output of Research' }).fill('Another text');
    await expect(card.getByText(/stale after this/)).toBeVisible();
  },
  'a call of an agent, asked about': async (test) => {
    await openAgent(test);
    await expect(test.page.getByRole('button', { name: 'Allow this call' })).toBeVisible();
  },
  'a call of an agent, with its arguments edited': async (test) => {
    await openAgent(test);
    await test.page.getByRole('button', { name: 'Edit the arguments' }).click();
    await expect(test.page.getByRole('textbox', { name: 'Content' })).toBeVisible();
  },
  'the run of an agent that is complete': async (test) => {
    const run = await openAgent(test);
    await test.page.getByRole('textbox', { name: 'Reason' }).fill('Leave the tides alone.');
    await test.page.getByRole('button', { name: 'Refuse with this reason' }).click();
    await test.api.untilRun(run.id, 'completed');
    const card = await run.openStep('Look');
    await card.getByText(/^Tools it has/).click();
    for (const turn of [1, 2]) {
      await run.openTurn('Look', turn);
    }
    // A row that was open for the decision is closed now.
    for (const row of await card.locator('.call-toggle').all()) {
      await expect(row).toHaveAttribute('aria-expanded', 'false');
      await row.click();
    }
    await expect(card.locator('.note').filter({ hasText: 'Leave the tides alone.' })).toBeVisible();
    await card.getByText('Attempts and decisions').first().click();
    await expect(card.locator('.attempts').first()).toBeVisible();
  },
  'the timeline of an agent': async (test) => {
    const run = await openAgent(test);
    await test.page.getByText('Timeline', { exact: true }).click();
    await expect(run.row('write_file')).toBeVisible();
  },
  'a call of an agent by itself': async (test) => {
    const run = await openAgent(test);
    await test.page.goto(`/runs/${run.id}#look.1.0`);
    await expect(test.page.locator(':focus')).toContainText('read_text_file');
  },
  'the settings of providers': async ({ page }) => {
    await page.goto('/settings/providers');
    await page.locator('summary').filter({ hasText: 'Anthropic' }).click();
    await expect(page.getByLabel('Key', { exact: true }).first()).toBeVisible();
  },
  'the settings of personas': async ({ page, api }) => {
    await api.call('POST', '/personas', { name: 'Plain writer', description: 'For all', instructions: 'Be brief.' });
    await page.goto('/settings/personas');
    await expect(page.getByRole('heading', { name: 'Plain writer' })).toBeVisible();
    await page.getByRole('button', { name: 'New persona' }).click();
    await expect(page.getByRole('textbox', { name: 'Instructions' })).toBeVisible();
  },
  'the settings of agents, without one': async ({ page }) => {
    await page.goto('/settings/agents');
    await expect(page.getByRole('heading', { name: 'No agents yet' })).toBeVisible();
  },
  'the settings of agents': async ({ page, api }) => {
    await api.call('POST', '/agents', { name: 'Scout', description: 'Looks into notes.', instructions: 'Read first.', tools: ['native:current_time'] });
    await page.goto('/settings/agents');
    await expect(page.getByRole('heading', { name: 'Scout' })).toBeVisible();
    await page.getByRole('button', { name: 'New agent' }).click();
    await page.getByRole('button', { name: 'Save agent' }).click();
    await page.locator('summary').filter({ hasText: 'Model settings' }).click();
    await expect(page.getByText('Give it a name.')).toBeVisible();
  },
  'the settings of MCP servers, without one': async ({ page }) => {
    await page.goto('/settings/mcp-servers');
    await expect(page.getByRole('heading', { name: 'No MCP servers yet' })).toBeVisible();
  },
  'the choice of an MCP server': async ({ page }) => {
    await page.goto('/settings/mcp-servers');
    await page.getByRole('button', { name: 'Add a server' }).click();
    await expect(page.getByRole('heading', { name: 'Which server?' })).toBeVisible();
  },
  'a new MCP server': async ({ page }) => {
    await page.goto('/settings/mcp-servers');
    await page.getByRole('button', { name: 'Add a server' }).click();
    await page.getByRole('button', { name: /^GitHub/ }).click();
    await page.getByRole('button', { name: 'Save server' }).click();
    await expect(page.getByText('authorization has no value yet.')).toBeVisible();
  },
  'an MCP server with its tools and its log': async ({ page, api }) => {
    await addFiles(api, await notes());
    await page.goto('/settings/mcp-servers');
    await page.getByRole('button', { name: 'Test Files' }).click();
    await expect(page.getByText(/answers: /)).toBeVisible();
    await page.locator('summary').filter({ hasText: /^Tools$/ }).click();
    await expect(page.getByRole('checkbox', { name: /^read_text_file/ })).toBeVisible();
    await page.locator('summary').filter({ hasText: 'Arguments' }).first().click();
    await page.locator('summary').filter({ hasText: /^Log$/ }).click();
    await expect(page.getByRole('region', { name: 'Log' })).toBeVisible();
  },
  'the settings of the appearance': async ({ page }) => {
    await page.goto('/settings/appearance');
    await expect(page.getByRole('radio', { name: 'Dark' })).toBeAttached();
  },
  'a page whose code does not come': async ({ page, guard }) => {
    guard.allow(/Failed to load resource|Failed to fetch/);
    await page.route('**/split_settings.wasm', (route) => route.abort());
    await page.goto('/settings/providers');
    await expect(page.getByText('This page could not be loaded')).toBeVisible();
  },
  'an address without a page': async ({ page }) => {
    await page.goto('/nowhere');
    await expect(page.getByText('There is no page at this address')).toBeVisible();
  },
};

/** A builder with a step that calls a tool and one that is an agent. */
async function openTools({ page, api }) {
  await addFiles(api, await notes());
  const { id } = await api.createWorkflow('Notes', [
    tool('Change', 'files:edit_file', { arguments: { path: 'plan.md', edits: [{ oldText: 'a', newText: 'b' }], mode: 1 } }),
    agent('Look', { instructions: 'Be brief.', tools: ['files:read_text_file', 'native:*'] }),
  ]);
  const builder = new Builder(page);
  await builder.open(id);
  return builder;
}

/** Runs in several states, one of which waits. */
async function openRuns({ page, api }) {
  const { id: brief } = await api.createWorkflow('Market brief', [prompt('Research'), review('Check')]);
  const broken = prompt('Write', 'Write', { model: 'demo-broken', max_retries: 0 });
  const { id: long } = await api.createWorkflow('A workflow that has a long name, as people give them to what they do every day', [broken]);
  const { id: quick } = await api.createWorkflow('Quick', [prompt('One')]);
  const runs = [];
  for (const [workflow, status] of [[brief, 'paused'], [long, 'failed'], [quick, 'completed'], [quick, 'completed']]) {
    const { id } = await api.start(workflow, {}, { triggered_by: 'nightly-job' });
    runs.push(await api.untilRun(id, status));
  }
  await page.goto('/runs');
  await expect(page.getByRole('region', { name: /^Waiting for you/ })).toContainText('Check in Market brief');
  await expect(page.getByRole('table', { name: 'Runs' }).getByRole('link', { name: 'Quick' })).toHaveCount(2);
  return runs;
}

/** The run of an agent that reads a note, and waits before it writes. */
async function openAgent({ page, api }) {
  const folder = await notes();
  await addFiles(api, folder, { trusted: true });
  const task = `Call read_text_file for ${folder}/tides.md, then write_file with "Low water at six."`;
  const { id } = await api.createWorkflow('Notes', [agent('Look', { prompt: task, tools: ['files:read_text_file', 'files:write_file'] })]);
  const { id: execution } = await api.start(id);
  const run = new Run(page);
  await run.open(execution);
  await api.untilRun(execution, 'paused');
  return run;
}

/** What a workflow is to do, in the tests of designs. */
const SENTENCE = 'Summarise customer mail, then let me review it, then translate it';

/** The page of a design. */
async function openDesign({ page, api }, model = {}) {
  const { id } = await api.call('POST', '/workflows/generate?wait=30', { prompt: SENTENCE, ...model });
  await page.goto(`/generate/${id}`);
  await expect(page.getByRole('button', { name: 'Create workflow' })).toBeVisible();
}

/** What a model may answer: with a new agent, a missing tool and key, a problem, and steps in steps. */
function answerWithAgent() {
  const send = tool('Send the answer', 'mail:send', { arguments: {} });
  const cases = [{ name: 'urgent', when: "steps.look.content == 'urgent'", steps: [send] }];
  const answer = prompt('Answer', 'Answer {{input.mail}}', { provider: 'anthropic', model: 'claude-sonnet-5-5' });
  const steps = [
    { id: 'look', label: 'Look at the mail', type: 'agent', prompt: 'Sort {{input.mail}}', agent_id: 'critic' },
    { id: 'which', label: 'How urgent', type: 'conditional', cases, otherwise: { steps: [answer] } },
  ];
  const agents = [
    { id: 'critic', name: 'Critic', description: 'Judges mail', instructions: 'Be strict.', tools: ['native:current_time'] },
  ];
  const suggested = [{ name: 'mail', reason: 'Sends the answers.', step_ids: ['send-the-answer'] }];
  return designed('Mail digest', steps, { agents_to_create: agents, mcps_suggested: suggested });
}

function createBrief(api) {
  const steps = [
    prompt('Research', 'Research {{input.topic}} thoroughly.'),
    review('Check'),
    prompt('Write', 'Write a brief of {{steps.Check.content}}.'),
  ];
  return api.createWorkflow('Market brief', steps, { description: 'On one page.', tags: ['weekly'] });
}

/** Answers as if a newer server had stored the first step: requests of this version refuse its type. */
function serveNewerStep(page, id) {
  return page.route(`**/api/v1/workflows/${id}`, async (route) => {
    const response = await route.fetch();
    const workflow = await response.json();
    const [{ id: step, label }] = workflow.definition.steps;
    workflow.definition.steps[0] = { id: step, label, type: 'debate', goal: 'agree' };
    await route.fulfill({ response, json: workflow });
  });
}

async function openBuilder({ page, api }) {
  const { id } = await createBrief(api);
  const builder = new Builder(page);
  await builder.open(id);
  await expect(page.getByRole('button', { name: 'Summarise' })).toBeVisible();
  await expect(builder.problems).toHaveText('No problems found');
  return builder;
}

/** A builder with declared fields of the input, one of them with a default that does not fit, and one not declared. */
async function openInputs({ page, api }) {
  const inputs = [
    { name: 'topic', label: 'Topic', help: 'What the brief is about.', required: true },
    { name: 'tone', type: 'choice', options: ['dry', 'warm'], default: 'dry' },
    { name: 'sources', type: 'list', default: 'none', example: ['https://example.com'] },
    { name: 'a_name_that_is_as_long_as_names_of_fields_can_be_on_a_telephone', type: 'json' },
  ];
  const text = 'Write about {{input.topic}} in a {{input.tone}} tone for {{input.reader}}, from {{input.sources}}.';
  const { id } = await api.createWorkflow('Inputs', [prompt('Write', text)], { definition: { inputs } });
  const builder = new Builder(page);
  await builder.open(id);
  await expect(page.getByRole('button', { name: 'Summarise' })).toBeVisible();
  await expect(builder.problems).toHaveText('1 problem');
  return builder;
}

/** The row of a declared field. */
function inputRow(page, name) {
  const menu = page.getByLabel(`More for field ${name}`, { exact: true });
  return page.getByRole('list', { name: 'Fields of the input' }).getByRole('listitem').filter({ has: menu });
}

async function openNested({ page, api }) {
  const { id } = await api.createWorkflow('Nested', nested());
  const builder = new Builder(page);
  await builder.open(id);
  await expect(page.getByRole('button', { name: 'Summarise' })).toBeVisible();
  await expect(builder.handle('Draft')).toBeVisible();
  return builder;
}

async function openNestedCanvas({ page, api }) {
  const { id } = await api.createWorkflow('Nested', nested());
  const canvas = new Canvas(page);
  await canvas.open(id);
  await expect(canvas.node('Plan')).toBeVisible();
  return canvas;
}

async function openContainers({ page, api }) {
  const echo = (label, text) => prompt(label, text, { model: 'demo-echo' });
  const steps = [
    {
      label: 'Look at it from two sides',
      type: 'parallel',
      branches: [
        { name: 'market', steps: [prompt('Facts', 'Facts', { model: 'demo-flaky', max_retries: 3 }), review('Check')] },
        { name: 'law', steps: [echo('Risks', 'Risks'), echo('Rules', 'Rules')] },
      ],
    },
    { label: 'Polish', type: 'loop', until: 'iteration == 2', max_iterations: 3, steps: [echo('Rewrite', 'Round {{iteration}}')] },
    prompt('Write', 'Write', { model: 'demo-broken', max_retries: 0 }),
  ];
  const { id } = await api.createWorkflow('Containers', steps);
  const { id: execution } = await api.start(id);
  await api.untilRun(execution, 'paused');
  await api.review(execution, 'look-at-it-from-two-sides.market.check', { decision: 'approve' });
  await api.untilRun(execution, 'failed');
  const run = new Run(page);
  await run.open(execution);
  return run;
}

async function openRun({ page, api }) {
  const { id } = await createBrief(api);
  const { id: execution } = await api.start(id, { topic: 'lighthouses' });
  const run = new Run(page);
  await run.open(execution);
  await api.untilStep(execution, 'check', 'waiting');
  return run;
}
