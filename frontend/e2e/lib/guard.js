import { expect } from '@playwright/test';

/** What no page may do: fail without a word to the person, or ask another host for anything. */
export class Guard {
  #allowed = [];
  #faults = [];

  constructor(server) {
    this.server = server;
  }

  /** Takes messages of this pattern as expected: answers that the test provokes. */
  allow(pattern) {
    this.#allowed.push(pattern);
  }

  /** Watches all pages of a browser context, those that open later too. */
  watch(context) {
    context.on('console', (message) => {
      if (message.type() === 'error') {
        this.#fault(`console: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => this.#fault(`uncaught: ${error.error().stack ?? error.error()}`));
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && url.origin !== this.server.url) {
        this.#faults.push(`a request left for another host: ${url}`);
      }
    });
  }

  /** To be called when the test is over. */
  expectClean() {
    const unexpected = this.#faults.filter((fault) => !this.#allowed.some((pattern) => pattern.test(fault)));
    expect(unexpected, 'errors in the console, and requests to other hosts').toEqual([]);
  }

  #fault(text) {
    this.#faults.push(text);
  }
}
