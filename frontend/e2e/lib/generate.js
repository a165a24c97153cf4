import { expect } from '@playwright/test';

import { chooseModel } from './builder.js';

/** The pages on which a model designs, in the words of whoever uses them. */
export class Generate {
  constructor(page) {
    this.page = page;
    this.prompt = page.getByRole('textbox', { name: 'What should the workflow do?' });
    this.model = page.getByRole('combobox', { name: 'Model that designs' });
    this.name = page.getByRole('textbox', { name: 'Name of the workflow' });
    this.progress = page.getByRole('region', { name: 'Progress' });
    this.steps = page.getByRole('list', { name: 'Steps of the design' });
    this.create = page.getByRole('button', { name: 'Create workflow' });
  }

  async open() {
    await this.page.goto('/generate');
    await expect(this.prompt).toBeVisible();
  }

  /** Chooses a model of the built-in provider. */
  async choose(model) {
    await chooseModel(this.model, 'demo', model);
  }

  /** Has a workflow designed, by default by a model that answers at once. */
  async design(prompt, model = 'demo-instant') {
    await this.open();
    await this.prompt.fill(prompt);
    await this.choose(model);
    await this.page.getByRole('button', { name: 'Design the workflow' }).click();
  }

  /** A step of the design. */
  step(label) {
    return this.steps.getByRole('listitem').filter({ has: this.page.getByText(label, { exact: true }) }).last();
  }

  /** The labels of the design's steps, at any depth, in their order. */
  labels() {
    return this.page.locator('.preview-step > .preview-head > strong').allTextContents();
  }
}
