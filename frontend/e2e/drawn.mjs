// Measures when pages are drawn, as on a slow laptop: `npm run drawn`, with the release server in SLUICE_BINARY.
//
// Cold cache, 10 Mbit/s down, 40 ms, a processor that takes four times as long. Each page is opened once a round;
// the median of the rounds counts. Run it on an idle machine: what else runs is measured, too.

import { chromium } from '@playwright/test';

import { Api } from './lib/api.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './lib/chromium.js';
import { fill } from './lib/samples.js';
import { Server } from './lib/server.js';

const ROUNDS = 7;
const LINE = { offline: false, latency: 40, downloadThroughput: (10 * 1_000_000) / 8, uploadThroughput: (5 * 1_000_000) / 8 };
const SLOWER = 4;
/** What people feel: later than this, a page is not there when it is looked for. */
const LIMIT_MS = 1_500;

const server = await Server.start();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
let late = false;
try {
  const { builder, run } = await fill(new Api(server));
  const pages = { '/': 'h1', '/templates': 'h1', [`/workflows/${builder}`]: '#workflow-name', [`/workflows/${builder}/run`]: '#input-heading', [`/runs/${run}`]: '.run-facts', '/settings/providers': 'h3' };
  const times = Object.fromEntries(Object.keys(pages).map((path) => [path, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [path, drawn] of Object.entries(pages)) {
      times[path].push(await open(path, drawn));
    }
  }
  for (const [path, all] of Object.entries(times)) {
    all.sort((one, other) => one - other);
    const median = all[Math.floor(all.length / 2)];
    late ||= median > LIMIT_MS;
    console.log(`${path}  ${Math.round(median)} ms  (${Math.round(all[0])} to ${Math.round(all.at(-1))})`);
  }
} finally {
  await browser.close();
  await server.stop();
}
process.exitCode = late ? 1 : 0;

/** How long it takes from the address to what the page is opened for, in a browser that has seen nothing of it. */
async function open(path, drawn) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', LINE);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.addInitScript((selector) => {
    // Once it stands in the document, the next frame shows it.
    const look = () => (document.querySelector(selector) ? requestAnimationFrame(() => (window.drawnAt = performance.now())) : requestAnimationFrame(look));
    requestAnimationFrame(look);
  }, drawn);
  await page.goto(`${server.url}${path}`, { waitUntil: 'commit' });
  const handle = await page.waitForFunction(() => window.drawnAt, undefined, { polling: 20 });
  const ms = await handle.jsonValue();
  await context.close();
  return ms;
}
