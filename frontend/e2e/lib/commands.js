import { expect } from '@playwright/test';

/** The command menu. */
export class Commands {
  constructor(page) {
    this.page = page;
    this.dialog = page.getByRole('dialog', { name: 'Go anywhere, do anything' });
    this.field = this.dialog.getByRole('combobox');
    this.options = this.dialog.getByRole('option');
    this.note = this.dialog.getByRole('status');
  }

  /** The entry that Enter chooses. */
  get chosen() {
    return this.dialog.getByRole('option', { selected: true });
  }

  option(name) {
    return this.options.filter({ has: this.page.locator('.command-title').getByText(name, { exact: true }) });
  }

  async open() {
    // Keys that come before the app are lost.
    await expect(this.page.getByRole('banner').getByRole('button', { name: 'Search' })).toBeVisible();
    await this.page.keyboard.press('Control+k');
    await expect(this.field).toBeFocused();
  }

  /** Opens it, types, and chooses what comes first once that is it. */
  async go(typed, title = typed) {
    await this.open();
    await this.field.fill(typed);
    await expect(this.chosen.locator('.command-title')).toHaveText(title);
    await this.page.keyboard.press('Enter');
    await expect(this.dialog).toBeHidden();
  }
}
