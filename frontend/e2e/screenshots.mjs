// Takes the screenshots of the documentation: `npm run screenshots`, with the server in SLUICE_BINARY.
//
// They are WebP, which Chromium writes itself: a third of the size of PNG, and no package is needed for it.

import { mkdir, writeFile } from 'node:fs/promises';

import { chromium, expect } from '@playwright/test';

import { Api } from './lib/api.js';
import { Builder } from './lib/builder.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './lib/chromium.js';
import { Run } from './lib/run.js';
import { fill } from './lib/samples.js';
import { Server } from './lib/server.js';

const FOLDER = new URL('../../docs/images/', import.meta.url);
const WIDE = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.5 };
const NARROW = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const QUALITY = 82;

/** What is shown on each page. */
const shots = {
  async list(page) {
    await page.goto('/');
    await expect(page.getByRole('link', { name: /Last run: Completed/ }).first()).toBeVisible();
  },
  async builder(page, { builder: id }) {
    const builder = new Builder(page);
    await builder.open(id);
    const card = await builder.openStep('Outline');
    await expect(card.getByRole('textbox', { name: 'Prompt', exact: true })).toBeVisible();
    await expect(builder.problems).toHaveText('No problems found');
    await page.mouse.move(0, 0);
  },
  async run(page, { run: id }) {
    const run = new Run(page);
    await run.open(id);
    await expect(run.gate('Review 1').getByRole('button', { name: 'Approve' })).toBeVisible();
  },
  async settings(page) {
    await page.goto('/settings/providers');
    await expect(page.getByRole('heading', { name: 'Ollama' })).toBeVisible();
  },
};

const server = await Server.start();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
try {
  const filled = await fill(new Api(server));
  await mkdir(FOLDER, { recursive: true });
  for (const [name, show] of Object.entries(shots)) {
    await take(`${name}.webp`, show, filled, WIDE, 'light');
    await take(`${name}-dark.webp`, show, filled, WIDE, 'dark');
    await take(`${name}-narrow.webp`, show, filled, NARROW, 'light');
  }
  await take('run-narrow-dark.webp', shots.run, filled, NARROW, 'dark');
} finally {
  await browser.close();
  await server.stop();
}

async function take(file, show, filled, screen, colorScheme) {
  const context = await browser.newContext({ ...screen, colorScheme, baseURL: server.url, locale: 'en-GB', reducedMotion: 'reduce' });
  const page = await context.newPage();
  await show(page, filled);
  // What is on its way has come: neither the bar at the top nor the shape of what is missing is shown.
  await expect(page.locator('.in-flight')).toHaveCSS('opacity', '0');
  await expect(page.locator('.skeleton')).toHaveCount(0);
  const session = await context.newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  const bytes = Buffer.from(data, 'base64');
  await writeFile(new URL(file, FOLDER), bytes);
  console.log(`docs/images/${file}: ${Math.round(bytes.length / 1024)} KiB`);
  await context.close();
}
