import { expect } from '@playwright/test';

/** The builder's page, in the words of whoever uses it. */
export class Builder {
  constructor(page) {
    this.page = page;
    this.list = page.getByRole('list', { name: 'Steps' });
    this.name = page.getByRole('textbox', { name: 'Name of the workflow' });
    this.saveBar = page.getByRole('region', { name: 'Save' });
    this.state = this.saveBar.getByRole('status');
    this.problems = page.getByRole('heading', { name: /problem|warning/i, level: 2 });
  }

  /** Opens a saved workflow, or a new one. */
  async open(id) {
    await this.page.goto(id ? `/workflows/${id}` : '/new');
    await expect(this.name).toBeVisible({ timeout: 20_000 });
  }

  /** A step's card. */
  card(label) {
    return this.handle(label).locator('xpath=ancestor::article[1]');
  }

  /** What a step is moved by. */
  handle(label) {
    return this.page.getByRole('button', { name: `Move ${label}`, exact: true });
  }

  /** Opens a step's card and gives it. */
  async openStep(label) {
    const card = this.card(label);
    await card.getByRole('button', { expanded: false }).first().click();
    await expect(card.getByRole('textbox', { name: 'Label' })).toBeVisible();
    await this.openSettings(card);
    return card;
  }

  /** Opens the row of settings in an open card. */
  async openSettings(card) {
    const row = card.locator('details.settings-row');
    if ((await row.count()) === 1 && !(await row.evaluate((row) => row.open))) {
      await row.locator('> summary').click();
    }
  }

  /** Unfolds a part of a card. */
  async unfold(card, title) {
    await card.locator('summary').filter({ hasText: title }).click();
  }

  /** Chooses from a step's menu. */
  async choose(label, action) {
    const card = this.card(label);
    await card.getByLabel(`More for ${label}`, { exact: true }).click();
    await card.getByRole('button', { name: action, exact: true }).click();
  }

  /** Checks the order of the steps. */
  async expectOrder(...labels) {
    await expect.poll(() => this.order()).toEqual(labels);
  }

  /** The labels of the steps in their order. */
  async order() {
    const handles = this.list.getByRole('button', { name: /^Move / });
    const names = await handles.evaluateAll((all) => all.map((it) => it.getAttribute('aria-label')));
    return names.map((name) => name.replace(/^Move /, ''));
  }

  /** Saves, and waits until it is done. */
  async save(version) {
    await this.saveBar.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(this.state).toHaveText(version ? `Saved as version ${version}` : /^Saved as version/);
  }

  /** Checks what a screen reader was told last while sorting. */
  async expectSaid(text) {
    await expect(this.page.getByText(text, { exact: true })).toHaveCount(1);
  }
}

/** The open list of a model picker. */
export async function modelList(picker) {
  return picker.page().locator(`[id="${await picker.getAttribute('aria-controls')}"]`);
}

/** Chooses a model in a picker. */
export async function chooseModel(picker, provider, model) {
  await picker.click();
  await picker.fill(model);
  const list = await modelList(picker);
  await list.locator(`[data-model="${provider}/${model}"]`).click();
  await expect(list).toBeHidden();
}

/** Goes on to name a model by hand. */
export async function nameModel(picker) {
  await picker.click();
  await (await modelList(picker)).getByRole('option', { name: 'Another model…' }).click();
}

/** The middle of an element in the window. */
export async function centre(locator) {
  const { x, y, width, height } = await locator.boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}

/** A finger on the page, as the browser's own protocol speaks of it. */
export async function finger(page) {
  const session = await page.context().newCDPSession(page);
  const send = (type, ...touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });
  return {
    down: (at) => send('touchStart', at),
    move: (at) => send('touchMove', at),
    up: () => send('touchEnd'),
  };
}
