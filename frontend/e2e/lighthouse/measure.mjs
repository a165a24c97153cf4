// Prints what Lighthouse says of the pages: `npm ci && node measure.mjs`, with the release server in SLUICE_BINARY.

import { launch } from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';

import { Api } from '../lib/api.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../lib/chromium.js';
import { fill } from '../lib/samples.js';
import { Server } from '../lib/server.js';

const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
/** Each at least. */
const WANTED = 95;

/** A slow laptop: its processor takes four times as long, on the desktop preset's line (10 Mbit/s, 40 ms). */
const SLOW_LAPTOP = {
  ...desktopConfig,
  settings: { ...desktopConfig.settings, throttling: { ...desktopConfig.settings.throttling, cpuSlowdownMultiplier: 4 } },
};
/** When a page takes what people do there, at the latest. */
const INTERACTIVE_MS = 1_500;

/** Looks at a page. Now and then Lighthouse cannot read what a newer Chromium recorded: then it gives no scores. */
async function look(path, config = desktopConfig) {
  const options = { port: chrome.port, onlyCategories: CATEGORIES, logLevel: 'silent' };
  const { lhr } = await lighthouse(`${server.url}${path}`, options, config);
  return CATEGORIES.every((name) => lhr.categories[name].score !== null) ? lhr : undefined;
}

const server = await Server.start();
const chrome = await launch({ chromePath: CHROMIUM, chromeFlags: ['--headless', ...CHROMIUM_ARGUMENTS] });
let low = false;
try {
  const { builder, run } = await fill(new Api(server));
  for (const path of ['/', '/templates', `/workflows/${builder}`, `/workflows/${builder}/run`, `/runs/${run}`, '/settings/providers']) {
    await measure(path);
  }
} finally {
  await chrome.kill();
  await server.stop();
}
process.exitCode = low ? 1 : 0;

async function measure(path) {
  const lhr = (await look(path)) ?? (await look(path));
  if (!lhr) {
    console.log(`${path}  Lighthouse could not measure it`);
    low = true;
    return;
  }
  const scores = CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)]);
  low ||= scores.some(([, score]) => score < WANTED);
  console.log(`${path}  ${scores.map(([name, score]) => `${name} ${score}`).join(', ')}`);
  for (const id of ['first-contentful-paint', 'largest-contentful-paint', 'interactive', 'total-blocking-time', 'cumulative-layout-shift']) {
    console.log(`    ${lhr.audits[id]?.title ?? id}: ${lhr.audits[id]?.displayValue}`);
  }
  const slow = (await look(path, SLOW_LAPTOP)) ?? (await look(path, SLOW_LAPTOP));
  const interactive = slow?.audits.interactive.numericValue ?? Infinity;
  low ||= interactive > INTERACTIVE_MS;
  console.log(`    On a slow laptop: interactive after ${(interactive / 1_000).toFixed(1)} s`);
  const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode === 'binary');
  for (const { title } of failed) {
    console.log(`    not met: ${title}`);
  }
}
