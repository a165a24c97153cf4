import { expect } from '@playwright/test';

/** The width of a window that shows the steps one below the other, each with what it gave. */
export const ONE_COLUMN = { width: 1200, height: 900 };

/** The page of a run, in the words of whoever looks at it. */
export class Run {
  constructor(page) {
    this.page = page;
    this.status = page.locator('.run-head').getByRole('status');
    this.more = page.getByLabel('More about this run');
    this.away = page.locator('.connection-note');
  }

  /** Opens a run. */
  async open(id) {
    await this.page.goto(`/runs/${id}`);
    await expect(this.status).toBeVisible();
  }

  /** Starts a workflow of these steps, and opens its run. Gives the run's id. */
  async begin(api, steps, { input = {}, ...rest } = {}) {
    const { id } = await api.createWorkflow('Market brief', steps, rest);
    const { id: execution } = await api.start(id, input);
    await this.open(execution);
    return execution;
  }

  /** The run's id, from the page's address. */
  get id() {
    return new URL(this.page.url()).pathname.split('/').at(-1);
  }

  /** A step's card. */
  step(label) {
    return this.page.getByRole('article', { name: label, exact: true });
  }

  /** The link to a step in the tree: beside the chosen step, and in the timeline. */
  row(label) {
    return this.page.locator('.run-tree').getByRole('link', { name: label, exact: true });
  }

  /** Opens a step's card, if it is not open already, and gives it. */
  async openStep(label) {
    await expect(this.row(label).or(this.step(label)).first()).toBeVisible();
    if (await this.row(label).isVisible()) {
      await this.row(label).click();
      await expect(this.row(label)).toHaveAttribute('aria-current', 'true');
      return this.step(label);
    }
    const toggle = this.step(label).getByRole('heading').first().getByRole('button');
    if ((await toggle.getAttribute('aria-expanded')) === 'false') {
      await toggle.click();
    }
    await expect(toggle).toHaveAttribute('aria-expanded', 'true');
    return this.step(label);
  }

  /** Opens a turn of an agent that has ended, if it is not open already. */
  async openTurn(label, number) {
    const card = await this.openStep(label);
    await expect(card.getByRole('heading', { name: 'Answer' })).toBeVisible();
    const toggle = card.getByRole('button', { name: new RegExp(`Turn ${number}\\b`) });
    if ((await toggle.getAttribute('aria-expanded')) === 'false') {
      await toggle.click();
    }
    await expect(toggle).toHaveAttribute('aria-expanded', 'true');
  }

  /** The text of a step as it streams. */
  stream(label) {
    return this.page.getByRole('region', { name: `${label}, text as it comes` });
  }

  /** What a step asks a person. */
  gate(label) {
    return this.page.getByRole('region', { name: `${label}: decision` });
  }

  /** Chooses what a step's card shows: Text, Raw, Prompt, Attempts. */
  async show(label, what) {
    await this.step(label).getByText(what, { exact: true }).first().click();
  }

  /** A step's text as it came, without what Markdown makes of it. */
  async raw(label) {
    const card = await this.openStep(label);
    await this.show(label, 'Raw');
    return card.locator('pre').first().evaluate((it) => it.textContent);
  }

  /** Chooses from the run's menu. */
  async choose(action) {
    await this.more.click();
    await this.page.getByRole('button', { name: action, exact: true }).click();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }
}
