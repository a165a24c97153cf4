// The style sheet that is served is a smaller one than what stands in `static/css`: it must say the same.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from '../lib/test.js';

const SOURCES = fileURLToPath(new URL('../../static/css', import.meta.url));

test('the style sheet says what its sources say', async ({ page }) => {
  const sources = fs.readdirSync(SOURCES).sort().map((file) => fs.readFileSync(path.join(SOURCES, file), 'utf8')).join('\n');
  await page.goto('/');
  const [served, written] = await page.evaluate(async (sources) => {
    const href = document.querySelector('link[rel=stylesheet]').href;
    // The browser writes each rule in its own way, but keeps space around signs in some values.
    const plain = (rule) => rule.cssText.replace(/\s+/g, ' ').replace(/ ?([,/*]) ?/g, '$1').trim();
    const rules = (text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return Array.from(sheet.cssRules, plain);
    };
    return [rules(await (await fetch(href)).text()), rules(sources)];
  }, sources);
  expect(written.length).toBeGreaterThan(300);
  expect(served).toEqual(written);
});
