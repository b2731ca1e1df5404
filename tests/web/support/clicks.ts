import type { Locator, Page } from 'playwright-core';

/** A hand that counts: each click, and each value that is typed, is one. */
export function countingHand(page: Page) {
  let count = 0;
  return {
    async click(target: Locator): Promise<void> {
      count += 1;
      await target.click();
    },
    async type(label: string, text: string): Promise<void> {
      count += 1;
      await page.getByLabel(label, { exact: true }).fill(text);
    },
    async choose(label: string, option: string): Promise<void> {
      count += 1;
      await page.getByLabel(label, { exact: true }).selectOption({ label: option });
    },
    count: () => count,
  };
}
