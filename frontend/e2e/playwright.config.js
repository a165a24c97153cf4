import { defineConfig } from '@playwright/test';

import { CHROMIUM, CHROMIUM_ARGUMENTS } from './lib/chromium.js';

/** Limits that only catch what hangs: two cores may be busy with something else, and no test waits for them. */
const HANGS = { test: 240_000, expectation: 60_000 };

/** Pages of 500 steps keep a core busy by themselves: one at a time. */
const HEAVY = /large\.spec\.js/;

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  reporter: 'list',
  timeout: HANGS.test,
  expect: { timeout: HANGS.expectation },
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
    screenshot: 'only-on-failure',
    // A trace takes a copy of the whole page at each action: `cargo xtask browser --trace on -g '<name>'` for one test.
    trace: 'off',
    launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS },
  },
  projects: [
    { name: 'chromium', use: { browserName: 'chromium' }, testIgnore: HEAVY },
    { name: 'heavy', use: { browserName: 'chromium' }, testMatch: HEAVY, workers: 1 },
  ],
});
