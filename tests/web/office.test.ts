/* The console of finance, partnerships and the administrator, in a browser against the real platform. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { keepBooks } from '../support/altered-books.ts';
import { issueKey, openPartner } from '../support/partners.ts';
import { startApps, THEMES, WIDTHS } from './support/apps.ts';
import { SKIPPED } from './support/browser.ts';
import { inspect } from './support/inspect.ts';

const world = await startApps();
const { open, admin } = world;

/** What the pages show: one of everything, and the ids that their addresses have. */
async function furnish() {
  const books = await keepBooks(world);
  const merchantId = await world.createMerchant({ name: 'Fresh Basket', confirmation_days: 30 });
  const offerId = await world.createOffer(merchantId, {
    cashback_value: 2.5,
    monthly_cap: 20,
    start_date: '2026-01-01',
    end_date: '2026-06-30',
  });
  await world.createOffer(merchantId, {
    cashback_type: 'fixed',
    cashback_value: 7.5,
    start_date: '2026-07-01',
    end_date: '2026-12-31',
  });
  const partner = await openPartner(world, { signs: true });
  const named = { name: 'Northwind Network' };
  await world.api('PATCH', `/partners/${partner.id}`, { token: admin.token, body: named });
  await issueKey(world, partner.id, { name: 'Nightly import' });
  await world.api('PUT', '/feature-flags/purchase_ingestion', {
    token: admin.token,
    body: { enabled: false, scope_type: 'merchant', scope_id: merchantId, description: 'Returns come late.' },
  });
  const roles = {
    finance: await world.registerStaff('finance'),
    partnerships: await world.registerStaff('partnerships'),
  };
  const colleague = await world.registerUser('colleague@example.com');
  await world.untilFeedIsComplete();
  await world.runLoop('refresh-reports');
  return { books, merchantId, offerId, partner, roles, colleague };
}

let furnished: Awaited<ReturnType<typeof furnish>>;

/** Every page with the text that shows when it is complete. */
const pages = (): readonly (readonly [name: string, path: string, text: string | RegExp])[] => [
  ['overview', '/console', 'Top ten merchants'],
  ['books', '/console/books', 'Trial balance'],
  ['merchants', '/console/merchants', 'Fresh Basket'],
  ['merchant', `/console/merchants/${furnished.merchantId}`, 'Added the merchant'],
  ['offers', '/console/offers', 'Fresh Basket'],
  ['partners', '/console/partners', 'Northwind Network'],
  ['partner', `/console/partners/${furnished.partner.id}`, 'Nightly import'],
  ['flags', '/console/flags', 'purchase_ingestion'],
  ['audit', '/console/audit', 'Set a flag'],
  ['staff', '/console/staff', admin.email],
];

async function show(page: Page, path: string, text: string | RegExp): Promise<void> {
  await page.goto(world.url + path);
  await page.getByText(text).filter({ visible: true }).first().waitFor();
}

describe('the office', { skip: SKIPPED }, () => {
  before(async () => {
    furnished = await furnish();
  });

  for (const theme of THEMES)
    for (const width of WIDTHS)
      test(`each page shows well, ${theme}, ${width} px`, async () => {
        const { page, complaints, context } = await open('/console/offers', { person: admin, theme, width });
        for (const [name, path, text] of pages()) {
          await show(page, path, text);
          await inspect(page, `office/${name}-${theme}-${width}`);
        }
        assert.deepEqual(complaints, []);
        await context.close();
      });
});
