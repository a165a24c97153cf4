import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { Run } from '../lib/run.js';
import { expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

/** Steps that stream for several seconds each, so that there is time to break something. */
const slow = (...labels) => labels.map((label) => prompt(label, `Write at length about ${label}.`, { model: 'demo-slow' }));

async function begin(page, api, steps) {
  const { id } = await api.createWorkflow('Streaming', steps);
  const { id: execution } = await api.start(id);
  const run = new Run(page);
  await run.open(execution);
  return run;
}

/** Checks that the page shows exactly the texts that the server has: nothing is lost, nothing doubled. */
async function expectSameTexts(run, api) {
  const { steps } = await api.run(run.id);
  for (const { label, content } of steps) {
    expect(await run.raw(label), label).toBe(content);
  }
}

test('a server that is killed and started again is noticed, and the page goes on by itself', async ({ page, api, server, guard }) => {
  guard.allow(/Failed to fetch|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|Failed to load resource/);
  const run = await begin(page, api, slow('One', 'Two'));
  await expect(run.stream('One')).toContainText('Simulated');
  await page.evaluate(() => (window.sameDocument = true));
  await server.crash();
  await expect(run.away).toContainText('Connection lost');
  await expect(run.away, 'nothing is known of the run').not.toContainText('goes on');
  await expect(run.stream('One')).toContainText('Simulated');
  await server.startAgain();
  await expect(run.away).toBeHidden({ timeout: 30_000 });
  await expect(run.status).toHaveText('Completed');
  expect(await page.evaluate(() => window.sameDocument)).toBe(true);
  await expectSameTexts(run, api);
});

test('a step at which the server stops three times waits for a person', async ({ page, api, server, guard }) => {
  guard.allow(/Failed to fetch|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|Failed to load resource/);
  const run = await begin(page, api, slow('One', 'Two'));
  for (let crash = 1; crash <= 3; crash += 1) {
    await expect.poll(async () => (await api.step(run.id, 'one')).attempt).toBe(crash);
    await expect.poll(async () => (await api.step(run.id, 'one')).content ?? '').not.toBe('');
    await server.crash();
    await server.startAgain();
  }
  const gate = run.gate('One');
  await expect(gate.getByRole('heading', { name: 'The server stopped repeatedly at this step' })).toBeVisible({ timeout: 30_000 });
  await expect(gate).toContainText('The server stopped 3 times in a row');
  const text = gate.getByRole('region', { name: 'Text so far' });
  await expect(text).toHaveCount(0);
  await gate.getByText('Text so far', { exact: true }).click();
  await expect(text).toContainText('Simulated');
  await expectSound(page);
  await gate.getByRole('button', { name: 'Run it again' }).click();
  await expect(run.status).toHaveText('Completed');
});

test('“Try now” does not wait', async ({ page, api, server, guard }) => {
  guard.allow(/Failed to fetch|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|Failed to load resource/);
  const run = await begin(page, api, slow('One', 'Two', 'Three', 'Four'));
  await expect(run.stream('One')).toContainText('Simulated');
  await server.crash();
  // A long wait, or the page would try by itself before the button is pressed.
  await expect(run.away).toContainText(/Trying again in ([6-9]|10) s/);
  await server.startAgain();
  await run.away.getByRole('button', { name: 'Try now' }).click();
  await expect(run.away).toBeHidden();
});

test('a network that goes away and comes back loses nothing', async ({ page, api, context, guard }) => {
  guard.allow(/Failed to fetch|ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_INCOMPLETE_CHUNKED|ERR_FAILED|Failed to load resource/);
  const run = await begin(page, api, slow('One', 'Two'));
  await expect(run.stream('One')).toContainText('Simulated');
  await context.setOffline(true);
  await expect(run.away).toContainText('You are offline');
  await api.untilStep(run.id, 'one', 'completed');
  await context.setOffline(false);
  await expect(run.away).toBeHidden();
  await expect(run.status).toHaveText('Completed');
  await expectSameTexts(run, api);
});

test('a reload in mid-stream goes on where the text is', async ({ page, api }) => {
  const run = await begin(page, api, slow('One', 'Two'));
  await expect(run.stream('One')).toContainText('Simulated');
  await page.reload();
  await expect(run.stream('One')).toContainText('Simulated');
  await expect(run.status).toHaveText('Completed');
  await expectSameTexts(run, api);
});

/** Makes every answer take its time, from now on. */
async function slowDown(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 1_500,
    downloadThroughput: 50_000,
    uploadThroughput: 20_000,
  });
}

test('a slow network does not keep a run from being followed and held', async ({ page, api }) => {
  const run = await begin(page, api, slow('One', 'Two', 'Three'));
  await expect(run.stream('One')).toContainText('Simulated');
  await slowDown(page);
  await run.button('Pause').click();
  await expect(run.status).toHaveText('Paused');
  await run.button('Resume').click();
  await expect(run.status).toHaveText('Completed');
  await expectSameTexts(run, api);
});

test('a slow network shows that something is on its way', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Patience', [prompt('One')]);
  const builder = new Builder(page);
  await builder.open(id);
  await slowDown(page);
  await builder.name.fill('Patience, please');
  const save = builder.saveBar.getByRole('button', { name: 'Save', exact: true });
  await save.click();
  await expect(save).toHaveAttribute('aria-busy', 'true');
  await expect(builder.state).toHaveText('Saving…');
  await page.keyboard.press('Control+s');
  await expect(builder.state).toHaveText('Saved as version 2');
  expect((await api.workflow(id)).version).toBe(2);
});

test('a page that is opened on a run that has ended streams its course once, for the times', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Done', [prompt('One')]);
  const { id: execution } = await api.start(id);
  await api.untilRun(execution, 'completed');
  const streams = [];
  page.on('request', (request) => request.url().includes('/events') && streams.push(request.url()));
  await new Run(page).open(execution);
  await expect(page.getByRole('heading', { name: 'The run is complete' })).toBeVisible();
  await expect(page.locator('.run-facts')).toContainText(/Worked\s*\d+ m?s/);
  await page.getByText('Timeline', { exact: true }).click();
  await expect(page.locator('.track > .work')).toBeVisible();
  expect(streams).toHaveLength(1);
});
