import { prompt, review } from '../lib/api.js';
import { Builder } from '../lib/builder.js';
import { expectSound } from '../lib/sound.js';
import { expect, test } from '../lib/test.js';

// The page that starts runs: its input, and what it says of the run.

const input = (page) => page.getByRole('region', { name: 'Input', exact: true });
const field = (page, name) => input(page).getByRole('textbox', { name });
const way = (page, name) => input(page).getByRole('radio', { name, exact: true });
const choose = (page, name) => input(page).locator('.segments').getByText(name, { exact: true }).click();

async function open(api, page) {
  const example = 'Tidal power\nin small harbours';
  const inputs = [{ name: 'topic', type: 'text', required: true, example }];
  const steps = [prompt('Write', 'Write about {{input.topic}}.'), review('Check'), prompt('Polish', '{{steps.Write.content}}')];
  const { id } = await api.createWorkflow('Brief', steps, { definition: { inputs } });
  await page.goto(`/workflows/${id}/run`);
  return { id, example };
}

test('an example is no value, until it is used', async ({ page, api }) => {
  const { example } = await open(api, page);
  await expect(field(page, 'Topic')).toHaveAttribute('placeholder', 'e.g. Tidal power …');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(input(page).getByText('“Topic” is required.')).toBeVisible();
  await expectSound(page);
  await page.getByRole('button', { name: 'Use the example' }).click();
  await expect(field(page, 'Topic')).toHaveValue(example);
  await expect(field(page, 'Topic')).toBeFocused();
  await expect(page.getByRole('button', { name: 'Use the example' })).toHaveCount(0);
  await expect(input(page).getByText('“Topic” is required.')).toHaveCount(0);
});

test('JSON that the form cannot show keeps its place, and is said once', async ({ page, api }) => {
  await open(api, page);
  await choose(page, 'JSON');
  await field(page, 'JSON').fill('{"topic": ');
  await choose(page, 'Form');
  await expect(input(page).getByText('The form cannot show this JSON. What you typed is kept.')).toBeVisible();
  await expect(way(page, 'JSON')).toBeChecked();
  await expect(way(page, 'Form')).not.toBeChecked();
  await expect(input(page).getByText(/This is not JSON/)).toHaveCount(1);
  await choose(page, 'Text');
  await expect(way(page, 'Text')).toBeChecked();
  await expect(input(page).getByText('Only this text is sent. What you wrote in the form or as JSON is kept.')).toBeVisible();
  await expect(field(page, 'Text')).not.toHaveAttribute('aria-invalid', 'true');
  await choose(page, 'JSON');
  await expect(field(page, 'JSON')).toHaveValue('{"topic": ');
});

test('what will run is a numbered line', async ({ page, api }) => {
  await open(api, page);
  const steps = page.getByRole('region', { name: 'What will run' }).getByRole('listitem');
  await expect(steps).toHaveText([/^1\s*Write$/, /^2\s*Check$/, /^3\s*Polish$/]);
  await page.getByRole('switch', { name: 'Skip reviews' }).click();
  await expect(steps).toHaveText([/^1\s*Write$/, /^2\s*Check \(skipped\)$/, /^3\s*Polish$/]);
});

test('a message is replaced by one of its kind, stays off the save bar, and goes with its page', async ({ page, api }) => {
  const { id } = await api.createWorkflow('Less', [prompt('One'), prompt('Two'), prompt('Three')]);
  const builder = new Builder(page);
  await builder.open(id);
  await builder.choose('One', 'Remove');
  await builder.choose('Two', 'Remove');
  const undo = page.locator('.toasts').getByRole('button', { name: 'Undo' });
  await expect(page.getByText('Removed Two')).toBeVisible();
  await expect(undo).toHaveCount(1);
  const toast = await page.locator('.toast').last().boundingBox();
  const bar = await builder.saveBar.boundingBox();
  expect(toast.y + toast.height).toBeLessThanOrEqual(bar.y);
  await builder.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('.toasts').getByText('Saved')).toBeVisible();
  await page.getByRole('banner').getByRole('link', { name: 'Templates' }).click();
  await expect(page.getByRole('heading', { name: 'Templates', level: 1 })).toBeVisible();
  await expect(undo).toHaveCount(0);
});
