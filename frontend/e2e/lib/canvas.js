import { expect } from '@playwright/test';

import { centre } from './builder.js';

/** The canvas, in the builder and on the page of a run, in the words of whoever uses it. */
export class Canvas {
  constructor(page) {
    this.page = page;
    this.surface = page.getByRole('application', { name: /on a canvas/ });
    this.tools = page.getByRole('group', { name: 'Tools of the canvas' });
    this.card = page.locator('.canvas-card');
  }

  /** Opens a workflow as a canvas. */
  async open(id) {
    await this.page.goto(`/workflows/${id}?view=canvas`);
    await expect(this.surface).toBeVisible({ timeout: 20_000 });
  }

  /** What is pressed to open a step, and has the focus. */
  node(label) {
    return this.surface.getByRole('button', { name: new RegExp(`^${label}, `) });
  }

  /** The box of a step. */
  box(label) {
    return this.node(label).locator('xpath=..');
  }

  /** Drags a step by pixels of the window. */
  async drag(label, dx, dy) {
    const from = await centre(this.node(label));
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    await this.page.mouse.move(from.x + dx / 2, from.y + dy / 2, { steps: 4 });
    await this.page.mouse.move(from.x + dx, from.y + dy, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Drags from a handle of a step to a point of the window, and holds there. */
  async aim(label, port, to) {
    await this.node(label).hover();
    const from = await centre(this.box(label).locator(`> [data-handle="${port}"]`));
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    await this.page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
    await this.page.mouse.move(to.x, to.y, { steps: 4 });
  }

  /** Connects a step with another one. */
  async connect(label, port, target) {
    await this.aim(label, port, await centre(this.node(target)));
    await expect(this.box(target)).toHaveClass(/aimed/);
    await this.page.mouse.up();
  }

  /** What a screen reader was told last. */
  async expectSaid(text) {
    await expect(this.page.locator('.canvas > [aria-live]')).toHaveText(text);
  }
}

/** Steps with a condition that has two cases and an `otherwise`. */
export function cases(prompt) {
  return [
    prompt('Score', 'Score it', { model: 'demo-echo' }),
    {
      id: 'which',
      label: 'Which',
      type: 'conditional',
      cases: [
        { name: 'big', when: 'input.n > 5', steps: [prompt('Long', 'Write a lot')] },
        { name: 'small', when: 'input.n > 0', steps: [] },
      ],
      otherwise: { steps: [] },
    },
    prompt('Check'),
    prompt('Polish'),
    prompt('Send'),
  ];
}
