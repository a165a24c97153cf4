import { prompt } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { ONE_COLUMN, Run } from '../lib/run.js';
import { expect, test } from '../lib/test.js';

// What is around the app: a network address without a secure context, a server that is away or of another version, a
// browser that keeps nothing, a clock that is wrong.

test.describe('over plain http on a network address', () => {
  // What such a context lacks. A real one cannot be had here: Chromium trusts this machine's addresses.
  test.beforeEach(({ page }) =>
    page.addInitScript(() => {
      delete Crypto.prototype.randomUUID;
      Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined });
      document.addEventListener('copy', () => (window.copied = document.activeElement?.value));
    }),
  );

  test('a run starts, and its texts can be copied', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Plain', [prompt('Ask', 'To be copied.', { model: 'demo-echo' })]);
    await page.goto(`/workflows/${id}/run`);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL('**/runs/*');
    const run = new Run(page);
    await expect(run.status).toHaveText('Completed');
    await run.step('Ask').getByRole('button', { name: 'Copy the text of Ask' }).click();
    await expect(run.step('Ask').getByRole('button', { name: 'Copied' })).toBeVisible();
    expect(await page.evaluate(() => window.copied)).toBe('To be copied.');
  });
});

test.describe('a server that is away', () => {
  test('is not taken for one that found everything', async ({ page, api, guard }) => {
    guard.allow(/Failed to load resource/);
    await api.createWorkflow('Market brief', [prompt('Research')]);
    await api.createWorkflow('Weekly report', [prompt('Research')]);
    await page.goto('/');
    const rows = page.getByRole('list', { name: 'Workflows' });
    await expect(rows.getByRole('listitem')).toHaveCount(2);
    await page.route('**/api/v1/workflows?*', (route) => route.abort());
    await page.getByRole('searchbox').fill('weekly');
    const failure = page.getByRole('alert').filter({ hasText: 'The server cannot be reached' });
    await expect(failure).toBeVisible();
    await expect(rows).toHaveClass(/outdated/);
    const [alert, list] = [await failure.boundingBox(), await rows.boundingBox()];
    expect(alert.y).toBeLessThan(list.y);
    await page.unroute('**/api/v1/workflows?*');
    await expect(rows.getByRole('listitem')).toHaveCount(1);
    await expect(rows).not.toHaveClass(/outdated/);
  });
});

test.describe('a browser', () => {
  test('that keeps nothing loses nothing of the page', async ({ page }) => {
    await page.addInitScript(() => Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } }));
    const builder = new Builder(page);
    await builder.open();
    await builder.name.fill('Kept nowhere');
    await expect(page.getByText('This browser keeps no drafts: save before you leave the page.')).toBeVisible();
    await page.getByRole('button', { name: 'Summarise' }).click();
    await builder.save();
    await expect(page).toHaveURL(/\/workflows\/kept-nowhere$/);
  });

  test('whose storage is full says so once', async ({ page }) => {
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    const builder = new Builder(page);
    await builder.open();
    await builder.name.fill('Too full');
    await expect(page.getByText('This browser keeps no drafts: save before you leave the page.')).toHaveCount(1);
  });

  test('that holds what another version wrote opens every page', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Plain', [prompt('Ask')]);
    const { id: execution } = await api.start(id);
    await api.untilRun(execution, 'completed');
    await page.goto('/');
    await page.evaluate(([id, execution]) => {
      const other = ['null', '[1,"a"]', '{"version":99,"draft":{"steps":[{"type":"unknown"}]}}', '\u0000'];
      const keys = ['sluice.draft.plain', 'sluice.draft', `sluice.input.${id}`, 'sluice.persona..new', 'sluice.provider.openai',
        'sluice.run.open', `sluice.gate.${execution}.ask`, `sluice.output.${execution}.ask`, `sluice.change.${execution}.ask`,
        `sluice.budget.${execution}`, `sluice.again.${id}`, 'sluice.theme'];
      keys.forEach((key, at) => localStorage.setItem(key, other[at % other.length]));
    }, [id, execution]);
    for (const [address, heading] of [['/', 'Workflows'], ['/new', 'New workflow'], [`/workflows/${id}`, 'Plain'],
      [`/workflows/${id}/run`, 'Run Plain'], [`/runs/${execution}`, 'Plain #1'], ['/settings/providers', 'Settings'], ['/settings/personas', 'Settings']]) {
      await page.goto(address);
      await expect(page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeAttached();
      await expect(page.locator('#crash')).toBeHidden();
    }
  });

  test('whose clock is a day ahead or behind counts no negative times', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Plain', [prompt('Ask', 'x', { model: 'demo-slow' })]);
    for (const days of [-1, 1]) {
      await page.clock.install({ time: Date.now() + days * 86_400_000 });
      const { id: execution } = await api.start(id);
      const run = new Run(page);
      await run.open(execution);
      await api.untilRun(execution, 'completed');
      await page.clock.runFor(2_000);
      await expect(run.status).toHaveText('Completed');
      await expect(page.locator('.run-facts')).not.toContainText(/-\d|NaN/);
      await expect(page.locator('.run-facts')).toContainText(/Worked\s*[\d.]+ s/);
    }
  });
});

test('high contrast shows what is on and what is chosen', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Plain', [prompt('Ask')]);
  await page.emulateMedia({ forcedColors: 'active' });
  await new Builder(page).open(id);
  await page.locator('summary').filter({ hasText: 'More settings' }).click();
  const knob = (name) => page.getByRole('switch', { name }).evaluate((it) => getComputedStyle(it, '::before').backgroundImage + getComputedStyle(it, '::before').borderColor);
  expect(await knob('Switched on')).not.toBe(await knob('Template'));
});

test('a page that is left for another leads the keyboard and screen readers to it', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1, name: 'Workflows' })).toBeAttached();
  await page.getByRole('link', { name: 'New workflow' }).click();
  await expect(page).toHaveTitle(/^New workflow/);
  await expect(page.locator('#main')).toBeFocused();
  await expect(page.locator('p[aria-live=polite]').filter({ hasText: 'New workflow' })).toBeAttached();
});

test('an answer of 2 MB on one line is shown, and the page still answers', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Wide', [prompt('Wide', 'x', { model: 'demo-echo' })]);
  const { id: execution } = await api.start(id);
  await api.untilRun(execution, 'completed');
  await api.call('PUT', `/workflows/executions/${execution}/steps/wide/output`, { content: 'word '.repeat(400_000) });
  const run = new Run(page);
  await page.setViewportSize(ONE_COLUMN);
  await run.open(execution);
  await run.openStep('Wide');
  await run.show('Wide', 'Raw');
  await expect(run.step('Wide').locator('pre').first()).toContainText('word word');
  const toggle = run.step('Wide').getByRole('heading').getByRole('button');
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-expanded', 'false');
});

test.describe('a server of another version', () => {
  test.use({ viewport: ONE_COLUMN });

  /** Changes what the server answers at an address. */
  async function rewrite(page, address, change) {
    await page.route(address, async (route) => {
      const response = await route.fetch();
      if (!response.headers()['content-type']?.includes('json')) {
        return route.fulfill({ response });
      }
      const body = await response.json();
      return route.fulfill({ response, json: change(body) ?? body });
    });
  }

  test('that says more than this page knows is shown', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Plain', [prompt('One'), prompt('Two'), prompt('Three')]);
    const { id: execution } = await api.start(id);
    await api.untilRun(execution, 'completed');
    await rewrite(page, `**/api/v1/workflows/executions/${execution}?*`, (run) => {
      run.region = 'eu';
      run.steps[0] = { ...run.steps[0], status: 'dreaming', dream: { depth: 2 } };
      run.steps[1] = { ...run.steps[1], type: 'oracle', status: 'failed', error: { code: 'stars_unaligned', message: 'The stars say no.', path: 'two' } };
      run.steps[2] = { ...run.steps[2], status: 'waiting', gate: { kind: 'oath', message: 'Swear it.', shows: [], decisions: ['swear'], opened_seq: 9 } };
    });
    await rewrite(page, '**/api/v1/workflows?*', (list) => {
      list.items.forEach((item) => Object.assign(item.last_execution, { status: 'dreaming', mood: 'calm' }));
    });
    await rewrite(page, '**/api/v1/providers', (list) => {
      list.items.push({ ...list.items[0], name: 'oracle', title: 'Oracle', kind: 'stars' });
    });
    const run = new Run(page);
    await run.open(execution);
    await expect(run.step('One')).toContainText('Unknown to this page');
    await run.openStep('One');
    await expect(run.step('One').getByRole('button', { name: 'Reload the page' })).toBeVisible();
    await expect(run.step('Two')).toContainText('The stars say no.');
    await expect(run.gate('Three')).toContainText('Swear it.');
    await expect(page.getByText(/cannot be read|could not be read/)).toHaveCount(0);
    await page.goto('/');
    await expect(page.getByRole('link', { name: /Last run: Unknown to this page/ })).toBeVisible();
    await page.goto('/settings/providers');
    await expect(page.getByRole('heading', { name: 'Oracle' })).toBeVisible();
  });

  test('whose refusal has a code that is not known is told in its own words', async ({ page, api, guard }) => {
    guard.allow(/Failed to load resource/);
    const { id } = await api.createWorkflow('Plain', [prompt('One')]);
    await page.route('**/executions?*', (route) => (route.request().method() === 'POST'
      ? route.fulfill({ status: 409, contentType: 'application/problem+json', json: { type: '/x', title: 'Too many dreams', status: 409, code: 'too_many_dreams', detail: 'Wake one up first.', request_id: 'r', dreams: 9 } })
      : route.continue()));
    await page.goto(`/workflows/${id}/run`);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const told = page.getByRole('alert').filter({ hasText: 'Too many dreams' });
    await expect(told).toContainText('Wake one up first.');
  });

  test('that says less than this page knows is shown', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Plain', [prompt('One')]);
    const { id: execution } = await api.start(id);
    await api.untilRun(execution, 'completed');
    await rewrite(page, `**/api/v1/workflows/executions/${execution}?*`, (run) => run.steps.forEach((step) => delete step.stale));
    await rewrite(page, '**/api/v1/workflows?*', (list) => list.items.forEach((item) => delete item.last_execution.on_hold));
    const run = new Run(page);
    await run.open(execution);
    await expect(run.status).toHaveText('Completed');
    await page.goto('/');
    await expect(page.getByRole('link', { name: /Last run: Completed/ })).toBeVisible();
  });

  test('whose workflow has a step that this page does not know keeps it, and offers the page that knows it', async ({ page, api }) => {
    const { id } = await api.createWorkflow('Plain', [prompt('One'), prompt('Two')]);
    const oracle = { id: 'one', label: 'One', type: 'oracle', question: 'Why?' };
    await rewrite(page, `**/api/v1/workflows/${id}`, (workflow) => {
      workflow.definition.steps[0] = oracle;
    });
    const builder = new Builder(page);
    await builder.open(id);
    const card = builder.card('One');
    await card.getByRole('button', { expanded: false }).first().click();
    await expect(card.getByRole('button', { name: 'Reload the page' })).toBeVisible();
    const two = await builder.openStep('Two');
    await two.getByRole('textbox', { name: 'Label' }).fill('Second');
    await two.getByRole('textbox', { name: 'Label' }).blur();
    let sent;
    await page.route(`**/api/v1/workflows/${id}`, async (route) => {
      sent = route.request().postDataJSON();
      await route.fulfill({ json: { ...await api.workflow(id), ...sent, version: 2 }, headers: { etag: '"2"' } });
    });
    await builder.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(builder.state).toContainText('Saved');
    expect(sent.definition.steps[0]).toMatchObject(oracle);
    expect(sent.definition.steps[1].label).toBe('Second');
  });
});
