import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { THEMES, WIDTHS } from './support/apps.ts';
import { SKIPPED } from './support/browser.ts';
import { contrastsOf } from './support/contrast.ts';
import { startGallery } from './support/gallery.ts';
import { accessibilityFaults, inspect, sidewaysScroll } from './support/inspect.ts';

/** Section 8 of the specification: pairs of tokens, and their contrasts in light and dark. */
const CONTRASTS: readonly (readonly [text: string, surface: string, light: number, dark: number])[] = [
  ['ink', 'surface', 17.8, 14.5],
  ['muted', 'surface', 6.9, 7.6],
  ['brand', 'surface', 6.4, 9.0],
  ['on-brand', 'brand', 6.4, 8.8],
  ['control', 'surface', 3.8, 4.0],
  ['focus', 'surface', 6.4, 8.3],
  ['amber', 'amber-fill', 6.8, 9.0],
  ['green', 'green-fill', 6.6, 8.5],
  ['blue', 'blue-fill', 6.6, 7.5],
  ['violet', 'violet-fill', 7.5, 7.7],
  ['red', 'red-fill', 6.6, 7.9],
  ['grey', 'grey-fill', 6.6, 7.4],
];

const { open } = await startGallery();

const requests = (page: Page) => page.evaluate(() => (window as unknown as { requests: string[] }).requests);
const answer = (page: Page) => page.evaluate(() => (window as unknown as { answer: () => void }).answer());

describe('components', { skip: SKIPPED }, () => {
  for (const theme of THEMES)
    test(`show well, ${theme}`, async () => {
      for (const width of WIDTHS) {
        const app = width < 640 ? 'wallet' : 'console';
        const { page, complaints, close } = await open({ theme, width, app });
        await inspect(page, `gallery-${theme}-${width}`);
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByText('Enter a value.').waitFor();
        assert.deepEqual(await accessibilityFaults(page), []);
        await page.getByRole('button', { name: 'Money that moves' }).click();
        await page.getByRole('dialog').waitFor();
        await inspect(page, `gallery-dialog-${theme}-${width}`);
        assert.deepEqual(complaints, []);
        await close();
      }
    });

  test('fit a window of 320 pixels', async () => {
    const { page, close } = await open({ width: 320, app: 'wallet' });
    assert.equal(await sidewaysScroll(page), 0);
    await close();
  });

  for (const [index, theme] of THEMES.entries())
    test(`have the contrasts of the specification, ${theme}`, async () => {
      const { page, close } = await open({ theme });
      const measured = await contrastsOf(
        page,
        CONTRASTS.map(([text, surface]) => [text, surface]),
      );
      const differing = CONTRASTS.filter((row, at) => {
        const expected = index === 0 ? row[2] : row[3];
        // The specification rounds to one decimal.
        return Math.abs((measured[at] ?? 0) - expected) > 0.11;
      });
      assert.deepEqual(differing, []);
      const charts = await contrastsOf(
        page,
        [1, 2, 3, 4].map((series) => [`chart-${series}`, 'surface']),
      );
      assert.ok(
        charts.every((contrast) => contrast >= (index === 0 ? 4.5 : 8.0)),
        String(charts),
      );
      await close();
    });
});

describe('the dialog that moves money', { skip: SKIPPED }, () => {
  test('sends one request however often it is clicked, and stays until the answer', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: 'Money that moves' }).click();
    await page.getByRole('button', { name: 'Withdraw 152.77 €' }).dblclick();
    await page.getByRole('button', { name: 'Withdraw 152.77 €' }).click({ force: true });
    await page.keyboard.press('Escape');
    assert.equal((await requests(page)).length, 1);
    assert.equal(await page.getByRole('dialog').count(), 1);
    await answer(page);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('The withdrawal is on its way.').waitFor();
    await close();
  });

  test('says that an outcome is unknown, and retries under the same key', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: 'An answer that gets lost' }).click();
    await page.getByRole('button', { name: 'Withdraw 152.77 €' }).click();
    await answer(page);
    await page.getByText("We don't know yet whether this went through.").waitFor();
    await inspect(page, 'gallery-unknown-outcome');
    await page.getByRole('button', { name: 'Try again' }).last().click();
    await answer(page);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const [first, second, ...others] = await requests(page);
    assert.equal(first, second);
    assert.deepEqual(others, []);
    await close();
  });

  test('takes a new key when it opens again, and shows the figures of a refusal', async () => {
    const { page, close } = await open();
    for (const _ of [1, 2]) {
      await page.getByRole('button', { name: 'A refusal' }).click();
      await page.getByRole('button', { name: 'Withdraw 152.77 €' }).click();
      await answer(page);
      await page.getByText('Only 12.50\u00a0€ is available.').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
    }
    assert.equal(new Set(await requests(page)).size, 2);
    await close();
  });
});

describe('fields', { skip: SKIPPED }, () => {
  test('show what the server refused beside themselves, and the rest above the form', async () => {
    const { page, close } = await open();
    await page.getByLabel('Email address').fill('alice@clicknback.com');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('must be at least 20.00').waitFor();
    assert.equal(await page.getByLabel('Amount').getAttribute('aria-invalid'), 'true');
    await page.getByRole('alert').filter({ hasText: 'The day is over.' }).waitFor();
    await close();
  });

  test('find and choose by keys', async () => {
    const { page, close } = await open();
    const field = page.getByRole('combobox', { name: 'Find a shop' });
    await field.fill('n');
    await page.getByRole('listbox', { name: 'Find a shop' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), 'Northwind Outdoor');
    await close();
  });
});

describe('tables', { skip: SKIPPED }, () => {
  test('select all rows that can be selected', async () => {
    const { page, close } = await open();
    const all = page.getByRole('checkbox', { name: 'Select all rows' });
    assert.equal(await all.evaluate((box: HTMLInputElement) => box.indeterminate), true);
    await all.click();
    assert.equal(await page.getByRole('checkbox', { name: 'Select row', checked: true }).count(), 2);
    await close();
  });
});
