/* The console of support and fraud, in a browser against the real platform. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openPartner } from '../support/partners.ts';
import { fundWallet } from '../support/payouts.ts';
import { payoutBody } from '../support/payouts-builders.ts';
import type { Person } from '../support/platform.ts';
import { openShop, rowsOf, type Shop } from '../support/purchases-shop.ts';
import { startApps, THEMES, WIDTHS } from './support/apps.ts';
import { SKIPPED } from './support/browser.ts';
import { inspect, photograph, sidewaysScroll } from './support/inspect.ts';

const world = await startApps();
const { open, admin, api } = world;

type Furnished = {
  readonly shop: Shop;
  readonly partner: { readonly id: string; readonly token: string };
  readonly payoutId: string;
  readonly support: Person;
  readonly fraud: Person;
  readonly confirmed: string;
  readonly held: readonly string[];
};

/** A shop with a purchase in every state, and staff who look after it. */
async function furnish(): Promise<Furnished> {
  const shop = await openShop(world, { cashback_value: 2.5, monthly_cap: 200 });
  const partner = await openPartner(world);
  const rename = { token: admin.token, body: { name: 'Northwind Network' } };
  await api('PATCH', `/partners/${partner.id}`, rename);
  const confirmed = (await shop.report({ external_id: 'NW-1042', amount: '94.70' }, partner.token)).body.id;
  await shop.confirm(confirmed);
  await shop.amend(confirmed, { amount: '64.70' });
  const reversed = await shop.buy({ external_id: 'NW-1043' });
  await shop.reverse(reversed.id, 'cancelled');
  await shop.buy({ external_id: 'NW-1044', amount: '900.00' });
  const held: string[] = [];
  for (const number of [1, 2, 3, 4])
    held.push((await shop.report({ external_id: `MINE-${number}` }, shop.shopper.token)).body.id);
  const missing = { external_id: 'NW-MISSING', purchased_at: '2024-05-01T10:00:00Z' };
  assert.equal((await shop.report(missing, partner.token)).status, 422);
  await fundWallet(world, shop.shopper.id, 30_00n);
  const payout = await api('POST', '/users/me/payouts', {
    token: shop.shopper.token,
    body: payoutBody({ amount: '20.00' }),
  });
  return {
    shop,
    partner,
    payoutId: payout.body.id,
    support: await world.registerStaff('support'),
    fraud: await world.registerStaff('fraud'),
    confirmed,
    held,
  };
}

let furnished: Furnished;

/** Every page with a text that shows when it is complete. */
const pages = (): readonly (readonly [name: string, path: string, text: string | RegExp])[] => {
  const { shop, confirmed, held } = furnished;
  const shopper = `/console/shoppers/${shop.shopper.id}`;
  return [
    ['purchases', '/console/purchases', 'NW-1042'],
    ['purchases-none', '/console/purchases?external_id=unknown', 'Look among refusals'],
    ['purchase', `/console/purchases/${confirmed}`, /rounded to the cent|exactly between/],
    ['purchase-held', `/console/purchases/${held[3]}`, 'Nothing happens automatically:'],
    ['refusals', '/console/refusals', 'NW-MISSING'],
    ['holds', '/console/holds', 'MINE-4'],
    ['shoppers', '/console/shoppers', shop.shopper.email],
    ['shopper', shopper, 'NW-1042'],
    ['shopper-journal', `${shopper}?tab=journal`, 'Cashback confirmed'],
    ['shopper-payouts', `${shopper}?tab=payouts`, '20.00'],
  ];
};

async function show(page: Page, path: string, text: string | RegExp): Promise<void> {
  await page.goto(world.url + path);
  await page.getByRole('main').getByText(text).filter({ visible: true }).first().waitFor();
}

/** The requests that decide about purchases. */
function decisionsOf(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    if (/\/(reverse|confirmation|release)$/.test(request.url())) sent.push(request.url());
  });
  return sent;
}

const dialog = (page: Page) => page.getByRole('dialog');

describe('the desk', { skip: SKIPPED }, () => {
  before(async () => {
    furnished = await furnish();
  });

  for (const theme of THEMES)
    for (const width of WIDTHS)
      test(`each page shows well, ${theme}, ${width} px`, async () => {
        const { page, complaints, context } = await open('/console/purchases', {
          person: admin,
          theme,
          width,
        });
        for (const [name, path, text] of pages()) {
          await show(page, path, text);
          await inspect(page, `desk/${name}-${theme}-${width}`);
        }
        assert.deepEqual(complaints, []);
        await context.close();
      });

  test('pages fit 320 px in German', async () => {
    const { page, context } = await open('/console/purchases', { person: admin, width: 320, language: 'de' });
    for (const [name, path] of pages()) {
      await page.goto(world.url + path);
      await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await photograph(page, `desk/${name}-de-320`);
      assert.equal(await sidewaysScroll(page), 0, name);
    }
    await context.close();
  });

  test('support finds an order by its number and reads why its reward is what it is', async () => {
    const { page, context } = await open('/console', { person: furnished.support });
    await page.getByRole('combobox').first().fill('NW-1042');
    await page.getByRole('option').filter({ hasText: 'NW-1042' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/purchases/${furnished.confirmed}`);
    await page.getByRole('heading', { name: /^Why 1\.62/ }).waitFor();
    await page.getByText(/2\.5\s% of 64\.70\s€ is 1\.6175\s€, rounded to the cent/).waitFor();
    assert.equal(
      await page.getByRole('button', { name: /^(Reverse|Confirm)/ }).count(),
      0,
      'support decides nothing',
    );
    await context.close();
  });

  test('support finds why an order is missing', async () => {
    const { page, context } = await open('/console', { person: furnished.support });
    await page.getByRole('combobox').first().fill('NW-MISSING');
    await page.getByRole('link', { name: 'Look among refusals' }).click();
    await page
      .getByText(/^The merchant had no offer on/)
      .filter({ visible: true })
      .first()
      .waitFor();
    await context.close();
  });

  test('each entry of the timeline is that of the journal', async () => {
    const { page, context } = await open(`/console/purchases/${furnished.confirmed}`, {
      person: furnished.support,
    });
    await page.locator('[data-entry]').first().waitFor();
    const shown = await page.locator('tr:has([data-entry])').evaluateAll((rows) =>
      rows.map((row) => {
        const amounts = [...row.querySelectorAll('.amount')].map((amount) => amount.textContent ?? '');
        return [row.querySelector('[data-entry]')?.getAttribute('data-entry'), ...amounts].join(' ');
      }),
    );
    const entries = await rowsOf(
      world,
      `select sequence, amount::numeric(18,2), pending_after::numeric(18,2), available_after::numeric(18,2)
       from wallet_entries where source_id = '${furnished.confirmed}'
         or source_id in (select id from purchase_revisions where purchase_id = '${furnished.confirmed}')
       order by sequence`,
    );
    const expected = entries.map(
      ({ sequence, amount, pending_after, available_after }) =>
        `${sequence} ${amount}\u00a0€ ${pending_after}\u00a0€ ${available_after}\u00a0€`,
    );
    assert.equal(entries.length, 3);
    assert.deepEqual(shown, expected);
    await context.close();
  });

  test('fraud decides from the queue, once however often it is clicked', async () => {
    const { page, context } = await open('/console', { person: furnished.fraud });
    const sent = decisionsOf(page);
    const row = page.locator(`[data-row="${furnished.held[0]}"]`);
    await row.getByRole('button', { name: 'Reverse' }).click();
    await dialog(page)
      .getByRole('button', { name: /^Take back/ })
      .click();
    await dialog(page).getByText('Choose why it is taken back.').waitFor();
    await dialog(page).getByLabel('Reason').selectOption('declined');
    await photograph(page, 'desk/reverse-dialog');
    await dialog(page)
      .getByRole('button', { name: /^Take back/ })
      .dblclick();
    await row.waitFor({ state: 'detached' });
    assert.equal(sent.length, 1);
    await context.close();
  });

  test('a key decides the row in focus', async () => {
    const { page, context } = await open('/console/holds', { person: furnished.fraud });
    const row = page.locator(`[data-row="${furnished.held[1]}"]`);
    await row.getByRole('link').first().focus();
    await page.keyboard.press('l');
    await dialog(page)
      .getByText(/stays pending/)
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await row.getByRole('link').first().focus();
    await page.keyboard.press('c');
    await dialog(page)
      .getByText(/Available rises to/)
      .waitFor();
    await dialog(page)
      .getByRole('button', { name: /^Confirm/ })
      .press('Enter');
    await row.waitFor({ state: 'detached' });
    await context.close();
  });

  test('the second of two reviewers reads who was first', async () => {
    const id = furnished.held[2] ?? '';
    const { page, context } = await open(`/console/purchases/${id}`, { person: furnished.fraud });
    const sent = decisionsOf(page);
    await page.getByRole('button', { name: 'Confirm…' }).click();
    await dialog(page)
      .getByText(/Available rises to/)
      .waitFor();
    await furnished.shop.confirm(id);
    await dialog(page)
      .getByRole('button', { name: /^Confirm/ })
      .click();
    await page.getByRole('alert').getByText(`${admin.email} confirmed this at`).waitFor();
    await photograph(page, 'desk/second-reviewer');
    assert.deepEqual(sent, []);
    await context.close();
  });

  test('several purchases are decided at once, each with its result', async () => {
    const { page, context } = await open('/console/purchases', { person: furnished.fraud });
    await page.locator(`[data-row="${furnished.confirmed}"]`).getByRole('checkbox').check();
    await page.locator('tr', { hasText: 'NW-1044' }).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Confirm…' }).click();
    await dialog(page).getByRole('button', { name: 'Confirm 2 purchases' }).click();
    await page.getByRole('heading', { name: '1 done, 1 refused' }).waitFor();
    await photograph(page, 'desk/bulk-result');
    await context.close();
  });

  test('the search puts each type first', async () => {
    const { page, context } = await open('/console/refusals', { person: admin });
    const { shop, payoutId } = furnished;
    const texts = {
      Purchase: 'NW-1042',
      Payout: payoutId,
      Shopper: shop.shopper.email,
      Merchant: shop.merchantId,
      Partner: 'Northwind Network',
      Offer: shop.offerId,
    };
    for (const [type, text] of Object.entries(texts)) {
      await page.getByRole('combobox').first().fill(text);
      await page
        .getByRole('option')
        .first()
        .filter({ hasText: `${type} · ` })
        .waitFor();
      if (type === 'Purchase') await photograph(page, 'desk/search');
    }
    await context.close();
  });

  test('fraud deactivates a shopper', async () => {
    const victim = await world.registerUser();
    const { page, context } = await open(`/console/shoppers/${victim.id}`, { person: furnished.fraud });
    await page.getByRole('button', { name: 'Deactivate…' }).click();
    await photograph(page, 'desk/deactivate-dialog');
    await dialog(page).getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('main').getByText('Inactive', { exact: true }).waitFor();
    assert.equal((await api('GET', '/users/me', { token: victim.token })).status, 401);
    await context.close();
  });
});
