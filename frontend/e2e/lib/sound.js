import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';

/** Besides what axe looks for by itself: what can be pressed is large enough, or has room around it. */
const RULES = { rules: { 'target-size': { enabled: true } } };

/**
 * Checks what every page owes to its readers: no violation that axe knows, light and dark, and no control
 * inside another one.
 */
export async function expectSound(page) {
  expect(await nestedControls(page), 'controls inside controls').toEqual([]);
  for (const colorScheme of ['light', 'dark']) {
    // Without motion: a colour that is on its way has not the contrast that it will have.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const axe = new AxeBuilder({ page }).setLegacyMode(true).options(RULES);
    const { violations } = await axe.analyze();
    expect(violations.map(described), `axe, ${colorScheme}, ${page.url()}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

function described({ id, help, nodes }) {
  const where = nodes.slice(0, 3).map(({ html, failureSummary }) => `${html}\n${failureSummary}`);
  return [`${id}: ${help} (${nodes.length} times)`, ...where].join('\n');
}

/** The controls that stand inside another control, as HTML. */
function nestedControls(page) {
  return page.evaluate(() => {
    const holders = 'a[href], button, summary, [role=button], [role=link], [role=switch], [role=option]';
    const controls = `${holders}, input:not([type=hidden]), select, textarea, label, details`;
    const inside = [...document.querySelectorAll(controls)].filter((it) => it.parentElement.closest(holders));
    const labels = [...document.querySelectorAll('label')].filter(
      (label) => label.querySelectorAll(controls).length > 1 || label.querySelector(holders),
    );
    return [...inside, ...labels].map((it) => it.outerHTML.slice(0, 200));
  });
}

/**
 * Checks that nothing stands out at the right, so that nobody has to scroll sideways. A page that has another layout
 * for a narrow window draws it a moment after the window has become narrow.
 */
export async function expectNoSidewaysScrolling(page) {
  const wider = () => page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) {
      return [];
    }
    const out = [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > clientWidth + 1);
    return [`${scrollWidth} > ${clientWidth}`, ...out.slice(0, 5).map((it) => it.outerHTML.slice(0, 160))];
  });
  await expect.poll(wider, `wider than the window: ${page.url()}`).toEqual([]);
}
