import { prompt, review } from '../lib/api.js';
import { expectNoSidewaysScrolling, expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

const rows = (page) => page.getByRole('list', { name: 'Workflows' }).getByRole('listitem').filter({ has: page.locator('a.name') });
const names = (page) => rows(page).locator('a.name').allTextContents();
const row = (page, name) => rows(page).filter({ has: page.getByRole('link', { name, exact: true }) });
const field = (page) => page.getByRole('searchbox', { name: 'Search workflows' });
const offered = (page) => page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
const token = (page, text) => page.getByRole('button', { name: `Remove the filter by ${text}` });
const broken = (label) => prompt(label, 'Write', { model: 'demo-broken', max_retries: 0 });

test.describe('filters', () => {
  test.beforeEach(async ({ page, api }) => {
    await api.createWorkflow('Weekly brief', [prompt('Research'), prompt('Write')], { tags: ['marketing', 'weekly'], category: 'Our content' });
    await api.createWorkflow('Annual report', [prompt('Collect')], { tags: ['marketing', 'yearly'] });
    await api.createWorkflow('Market map', [broken('Draw')], { tags: ['maps'] });
    const { id: run } = await api.start('market-map');
    await api.untilRun(run, 'failed');
    await page.goto('/');
    await expect(rows(page)).toHaveCount(3);
  });

  test('are typed as tokens, counted, taken away, and stepped back through', async ({ page }) => {
    await expect(page.getByText('3 workflows', { exact: true })).toBeVisible();
    await field(page).pressSequentially('tag:marketing ');
    await expect(token(page, 'tag marketing')).toBeVisible();
    await expect(field(page)).toHaveValue('');
    await expect.poll(() => names(page)).toEqual(['Annual report', 'Weekly brief']);
    await expect(page.getByText('2 of 3 workflows', { exact: true })).toBeVisible();
    await field(page).pressSequentially('category:"Our content" brief');
    await expect.poll(() => names(page)).toEqual(['Weekly brief']);
    await expect(page).toHaveURL(/\?q=brief&tag=marketing&category=Our%20content$/);
    await expectSound(page);
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['Weekly brief']);
    await expect(field(page)).toHaveValue('brief');
    // Words replace the step that they belong to, and each filter is a step.
    await page.goBack();
    await expect.poll(() => names(page)).toEqual(['Annual report', 'Weekly brief']);
    await expect(field(page)).toHaveValue('');
    await page.goBack();
    await expect(rows(page)).toHaveCount(3);
    await page.goForward();
    await token(page, 'tag marketing').click();
    await expect(rows(page)).toHaveCount(3);
  });

  test('are completed by what is known', async ({ page }) => {
    await field(page).pressSequentially('tag:mar');
    await expect(offered(page)).toHaveText([/^marketing\s*2$/]);
    await page.keyboard.press('ArrowDown');
    await expect(offered(page).first()).toHaveAttribute('aria-selected', 'true');
    await expectSound(page);
    await page.keyboard.press('Enter');
    await expect(token(page, 'tag marketing')).toBeVisible();
    await expect(offered(page)).toHaveCount(0);
    await expect(field(page)).toBeFocused();
    // The last filter goes like a letter.
    await page.keyboard.press('Backspace');
    await expect(token(page, 'tag marketing')).toHaveCount(0);
    await field(page).pressSequentially('state:f');
    await offered(page).filter({ hasText: 'Failed' }).click();
    await expect.poll(() => names(page)).toEqual(['Market map']);
    await expect(token(page, 'state Failed')).toBeVisible();
    await field(page).pressSequentially('tag:');
    await expect(offered(page)).toHaveCount(4);
    await page.keyboard.press('Escape');
    await expect(offered(page)).toHaveCount(0);
    await expect(field(page)).toHaveValue('tag:');
  });

  test('look at tags, ids and the labels of steps', async ({ page }) => {
    for (const [words, found] of [
      ['COLLECT', ['Annual report']],
      ['weekly-brief', ['Weekly brief']],
      ['yearly', ['Annual report']],
      ['research weekly', ['Weekly brief']],
    ]) {
      await field(page).fill(words);
      await expect.poll(() => names(page)).toEqual(found);
    }
  });

  test('that find nothing together say which of them does', async ({ page }) => {
    await page.goto('/?q=report&tag=marketing&tag=nowhere&state=failed');
    await expect(page.getByRole('heading', { name: 'No workflow matches' })).toBeVisible();
    const alone = page.locator('.alone').getByRole('listitem');
    await expect(alone).toHaveText([/report\s*finds 1 workflow/, /tag: marketing\s*finds 2 workflows/, /tag: nowhere\s*finds nothing/, /state: Failed\s*finds 1 workflow/]);
    await expectSound(page);
    await alone.filter({ hasText: 'nowhere' }).getByRole('button').click();
    await page.locator('.alone').getByRole('button', { name: 'Remove the filter by state Failed' }).click();
    await expect.poll(() => names(page)).toEqual(['Annual report']);
  });

  test('take no harm from odd input', async ({ page }) => {
    for (const text of ['"', 'tag:"', '"" \\ % _', 'تقرير']) {
      await field(page).fill(text);
      await field(page).press('Enter');
      if (text === 'tag:"') {
        continue;
      }
      await expect(page.getByRole('heading', { name: 'No workflow matches' })).toBeVisible();
    }
    await field(page).fill('x'.repeat(10_000));
    await expect(page.getByText('Search for at most 200 characters. These are 10000.')).toBeVisible();
    await expect(field(page)).toHaveAttribute('aria-invalid', 'true');
    await field(page).fill('state:odd ');
    await expect(page.getByText('“odd” is no state.')).toBeVisible();
    await field(page).fill('');
    await expect(rows(page)).toHaveCount(3);
  });
});

test('tags that have no room are opened and pressed, a category too', async ({ page, api }) => {
  await api.createWorkflow('Many tags', [prompt('A')], { tags: ['a1', 'b2', 'c3', 'd4', 'e5'], category: 'Content' });
  await api.createWorkflow('Other', [prompt('A')], { tags: ['e5'] });
  await page.goto('/');
  const many = row(page, 'Many tags');
  await many.getByRole('button', { name: '+2 tags' }).click();
  await expectSound(page);
  await many.getByRole('button', { name: 'Show only workflows with the tag e5' }).click();
  await expect(token(page, 'tag e5')).toBeVisible();
  await many.getByRole('button', { name: 'Show only workflows of the category Content' }).click();
  await expect.poll(() => names(page)).toEqual(['Many tags']);
  await expect(page).toHaveURL(/\?tag=e5&category=Content$/);
});

test('the last runs are bars, each a link to its run', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Brief', [prompt('Write')]);
  await api.createWorkflow('Never', [prompt('Write')]);
  const runs = [];
  for (let at = 0; at < 22; at += 1) {
    const { id: run } = await api.start(id);
    await api.untilRun(run, 'completed');
    runs.push(run);
  }
  await page.goto('/');
  const bars = page.getByRole('list', { name: 'The last runs of Brief, the newest at the end' }).getByRole('link');
  await expect(bars).toHaveCount(20);
  await expect(bars.last()).toHaveAccessibleName(/^#22 · Completed · .+ · \$0/);
  await expect(bars.last()).toHaveAttribute('href', `/runs/${runs.at(-1)}`);
  await expect(bars.first()).toHaveAttribute('href', `/runs/${runs[2]}`);
  await expect(row(page, 'Never').locator('.sparkline')).toHaveCount(0);
  await expectSound(page);
  // On the workflow's page, with the ways to all of them.
  await page.goto(`/workflows/${id}`);
  const recent = page.getByRole('region', { name: 'Recent runs' });
  await expect(recent.getByRole('listitem')).toHaveCount(20);
  await expectSound(page);
  await expect(recent.getByRole('link', { name: 'Statistics' })).toHaveAttribute('href', `/workflows/${id}/stats`);
  await recent.getByRole('link', { name: 'All runs' }).click();
  await expect(page).toHaveURL(`/runs?workflow=${id}`);
  await page.goBack();
  await recent.getByRole('listitem').last().click();
  await expect(page).toHaveURL(`/runs/${runs.at(-1)}`);
});

test('bars follow a run that goes on', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Brief', [review('Check')]);
  const { id: run } = await api.start(id);
  await api.untilRun(run, 'paused');
  await page.goto('/');
  const bar = row(page, 'Brief').locator('.sparkline a');
  await expect(bar).toHaveAccessibleName(/^#1 · Waiting for you/);
  await api.review(run, 'check', { decision: 'approve' });
  await expect(bar).toHaveAccessibleName(/^#1 · Completed/);
});

test('compact rows have one line, and the browser keeps them', async ({ page, api }) => {
  await api.createWorkflow('Brief', [prompt('Write')], { description: 'What the market did.', tags: ['weekly'], category: 'Content' });
  await api.createWorkflow('Report', [prompt('Write')]);
  await page.goto('/');
  const height = async () => Math.round((await row(page, 'Brief').boundingBox()).height);
  expect(await height()).toBeGreaterThan(50);
  await page.getByRole('button', { name: 'Compact rows' }).click();
  await expect.poll(height).toBeLessThanOrEqual(41);
  await expectSound(page);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Compact rows', pressed: true })).toBeVisible();
  await expect.poll(height).toBeLessThanOrEqual(41);
  await page.getByRole('button', { name: 'Compact rows' }).click();
  await expect.poll(height).toBeGreaterThan(50);
});

test('workflows of one name are told apart by their ids', async ({ page, api }) => {
  await api.createWorkflow('Brief', [prompt('Write')]);
  await api.createWorkflow('Other', [prompt('Write')]);
  await page.goto('/');
  await expect(rows(page)).toHaveCount(2);
  await expect(page.locator('.row-id')).toHaveCount(0);
  const { id } = await api.createWorkflow('Brief', [prompt('Write')]);
  await page.reload();
  await expect(page.locator('.row-id')).toHaveText([id, 'brief']);
});

test('a list that could not be loaded comes by itself when the server is back', async ({ page, api, server, guard }) => {
  guard.allow(/Failed to fetch|ERR_CONNECTION_REFUSED|Failed to load resource/);
  await api.createWorkflow('One', [prompt('Step')]);
  await api.createWorkflow('Two', [prompt('Step')]);
  await page.goto('/');
  await expect(rows(page)).toHaveCount(2);
  await server.crash();
  await field(page).fill('two');
  await expect(page.getByText('The server cannot be reached').first()).toBeVisible();
  // Rows of what was asked before are not taken for what was found.
  await expect(page.getByRole('list', { name: 'Workflows' })).toHaveAttribute('aria-busy', 'true');
  await server.startAgain();
  await expect.poll(() => names(page)).toEqual(['Two']);
  await expect(page.getByText('The server cannot be reached')).toHaveCount(0);
});

for (const width of [390, 1440, 1920]) {
  test(`the list fits ${width} px`, async ({ page, api }) => {
    const { id } = await api.createWorkflow('Market brief', [prompt('Research'), prompt('Write')], {
      description: 'What the market did last week, on one page.',
      tags: ['weekly', 'research', 'a tag that is longer than most', 'four'],
      category: 'Content',
    });
    const { id: run } = await api.start(id);
    await api.untilRun(run, 'completed');
    await page.setViewportSize({ width, height: 900 });
    await page.goto('/?tag=weekly');
    await expect(row(page, 'Market brief').locator('.sparkline a')).toHaveCount(1);
    await expectNoSidewaysScrolling(page);
    await expectSound(page);
    const list = await page.locator('.workflow-list').boundingBox();
    // The sides of a wide screen are used: one more column stands there.
    expect(list.width).toBeGreaterThan(width === 1920 ? 1500 : width - 80);
    await expect(row(page, 'Market brief').locator('.updated')).toBeVisible({ visible: width === 1920 });
  });
}
