import { test as base } from '@playwright/test';

import { Api } from './api.js';
import { Guard } from './guard.js';
import { Server } from './server.js';

/**
 * A test with a server of its own (`server`), a client to set things up (`api`), and pages that are
 * watched (`guard`) and whose addresses are relative to the server.
 */
export const test = base.extend({
  /** Further options of the server. */
  serverOptions: [[], { option: true }],

  server: async ({ serverOptions }, use) => {
    const server = await Server.start(serverOptions);
    await use(server);
    await server.stop();
  },

  api: async ({ server }, use) => use(new Api(server)),

  baseURL: async ({ server }, use) => use(server.url),

  guard: async ({ server }, use) => {
    const guard = new Guard(server);
    await use(guard);
    guard.expectClean();
  },

  context: async ({ context, guard }, use) => {
    guard.watch(context);
    await use(context);
  },

  /** Opens a page of another person: with a browser context of its own. */
  somebodyElse: async ({ browser, guard, baseURL, contextOptions }, use) => {
    const contexts = [];
    await use(async () => {
      const context = await browser.newContext({ ...contextOptions, baseURL });
      contexts.push(context);
      guard.watch(context);
      return context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

export { expect } from '@playwright/test';
