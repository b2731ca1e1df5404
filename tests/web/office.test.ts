/* The console of finance, partnerships and the administrator, in a browser against the real platform. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { keepBooks } from '../support/altered-books.ts';
import { issueKey, openPartner } from '../support/partners.ts';
import { openPayoutDesk } from '../support/payouts.ts';
import { PASSWORD } from '../support/platform.ts';
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
    administrator: await world.registerStaff('administrator'),
  };
  const colleague = await world.registerUser('colleague@example.com');
  for (let shopper = 0; shopper < 22; shopper += 1) await requestPayout();
  const gone = await requestPayout();
  await world.api('PATCH', `/users/${gone.userId}/status`, {
    token: admin.token,
    body: { status: 'inactive' },
  });
  await world.api('POST', `/users/${books.user.id}/wallet/adjustments`, {
    token: roles.finance.token,
    body: { amount: '1500.00', direction: 'credit', reason: 'A purchase that a shop forgot.' },
  });
  await world.untilFeedIsComplete();
  await world.runLoop('refresh-reports');
  const taken = await payoutTakenBy(roles.finance.token);
  return { merchantId, offerId, partner, roles, colleague, taken };
}

/** A payout of 12.00 EUR that a shopper just asked for. */
async function requestPayout(): Promise<{ readonly id: string; readonly userId: string }> {
  const desk = await openPayoutDesk(world, 50_00n);
  return { id: await desk.requested({ amount: '12.00' }), userId: desk.user.id };
}

/** A payout that a member of finance took and has to pay. */
async function payoutTakenBy(token: string): Promise<string> {
  const { id } = await requestPayout();
  await world.api('PATCH', `/payouts/${id}/process`, { token, body: { status: 'processing' } });
  return id;
}

let furnished: Awaited<ReturnType<typeof furnish>>;

/** Every page with the text that shows when it is complete. */
const pages = (): readonly (readonly [name: string, path: string, text: string | RegExp])[] => [
  ['overview', '/console', 'Top ten merchants'],
  ['books', '/console/books', 'Trial balance'],
  ['payouts', '/console/payouts', 'Account deactivated'],
  ['payout', `/console/payouts/${furnished.taken}`, 'Asked for the payout'],
  ['adjustments', '/console/adjustments', 'A purchase that a shop forgot.'],
  ['merchants', '/console/merchants', 'Fresh Basket'],
  ['merchant', `/console/merchants/${furnished.merchantId}`, 'Added the merchant'],
  ['offers', '/console/offers', 'Fresh Basket'],
  ['partners', '/console/partners', 'Northwind Network'],
  ['partner', `/console/partners/${furnished.partner.id}`, 'Nightly import'],
  ['flags', '/console/flags', 'purchase_ingestion'],
  ['audit', '/console/audit', 'Logged in'],
  ['staff', '/console/staff', admin.email],
];

async function show(page: Page, path: string, text: string | RegExp): Promise<void> {
  await page.goto(world.url + path);
  await page.getByText(text).filter({ visible: true }).first().waitFor();
}

type Role = 'finance' | 'partnerships' | 'administrator';

async function tokenOf(role: Role): Promise<string> {
  const { email } = furnished.roles[role];
  return (await world.api('POST', '/auth/login', { body: { email, password: PASSWORD } })).body.access_token;
}

/** A member of staff at the page where their day begins, and a count of what they click and type. */
async function work(role: Role) {
  const { page, context, complaints } = await open('/console', { person: furnished.roles[role] });
  // The password of the login proves for five minutes who the person is.
  await world.passTime({ minutes: 6 });
  const clicks = {
    count: 0,
    async on(target: Locator): Promise<void> {
      clicks.count += 1;
      await target.click();
    },
    async type(field: Locator, value: string): Promise<void> {
      clicks.count += 1;
      await field.fill(value);
    },
    /** The password again, where the platform wants it. Enter sends it. */
    async proof(): Promise<void> {
      await clicks.type(page.getByLabel('Password', { exact: true }), PASSWORD);
      await page.keyboard.press('Enter');
    },
  };
  return { page, context, complaints, clicks };
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

describe('the tasks of the office', { skip: SKIPPED }, () => {
  test('finance sees what is owed at once, and that the books agree with one click', async () => {
    const { page, clicks, context } = await work('finance');
    await page.getByRole('link', { name: 'Owed to shoppers' }).waitFor();
    await clicks.on(page.getByRole('link', { name: 'Open the books' }));
    await page.getByRole('heading', { name: 'Trial balance' }).waitFor();
    assert.equal(clicks.count, 1);
    await context.close();
  });

  test('finance takes the 20 oldest payouts, and downloads them for the bank, with seven clicks', async () => {
    const { page, clicks, context } = await work('finance');
    await clicks.on(page.getByRole('link', { name: 'Payouts', exact: true }));
    await clicks.on(page.getByRole('button', { name: 'Take the oldest…' }));
    await clicks.type(page.getByLabel('How many'), '20');
    await clicks.on(page.getByRole('button', { name: 'Take 20 payouts' }));
    await clicks.on(page.getByRole('button', { name: 'Download bank file' }));
    const downloaded = page.waitForEvent('download');
    await clicks.proof();
    const file = await readFile(await (await downloaded).path(), 'utf8');
    assert.equal(file.trim().split('\r\n').length, 21);
    assert.ok(clicks.count <= 7, `${clicks.count} clicks`);
    await page.getByRole('heading', { name: 'You took 20 payouts' }).waitFor();
    await inspect(page, 'office/payouts-taken');
    await context.close();
  });

  test('partnerships extends an offer with four clicks', async () => {
    const { page, clicks, context } = await work('partnerships');
    await page.getByRole('heading', { name: 'Offers' }).waitFor();
    await clicks.on(page.getByRole('button', { name: 'Change end: Fresh Basket' }).first());
    await clicks.type(page.getByLabel('Last day'), '2027-01-31');
    await clicks.on(page.getByRole('button', { name: 'Save' }));
    await page.getByText('1 Jul 2026 – 31 Jan 2027').waitFor();
    assert.ok(clicks.count <= 4, `${clicks.count} clicks`);
    await context.close();
  });

  test('partnerships issues a key with four clicks, and it shows once', async () => {
    const { page, clicks, context } = await work('partnerships');
    await clicks.on(page.getByRole('link', { name: 'Partners', exact: true }));
    await clicks.on(page.getByRole('button', { name: 'Issue key: Northwind Network' }));
    await clicks.on(page.getByRole('button', { name: 'Issue key', exact: true }));
    await clicks.proof();
    const key = await page.getByText(/^cnb_/).textContent();
    assert.ok(clicks.count <= 4, `${clicks.count} clicks`);
    await inspect(page, 'office/key-once');
    await page.getByRole('button', { name: 'I have copied it' }).click();
    assert.equal(await page.getByText(key ?? '').count(), 0);
    await context.close();
  });

  test('an administrator sees who changed a merchant with two clicks', async () => {
    const { page, clicks, context } = await work('administrator');
    await clicks.on(page.getByRole('link', { name: 'Merchants', exact: true }));
    await clicks.on(page.getByRole('link', { name: 'Fresh Basket' }));
    await page.getByText('Added the merchant').waitFor();
    assert.equal(clicks.count, 2);
    await context.close();
  });

  test('an administrator gives a colleague a role with six clicks', async () => {
    const { page, clicks, context } = await work('administrator');
    await clicks.on(page.getByRole('link', { name: 'Staff', exact: true }));
    await clicks.on(page.getByRole('button', { name: 'Add colleague' }));
    await clicks.type(page.getByRole('dialog').getByLabel('Email address'), furnished.colleague.email);
    await clicks.on(page.getByLabel(/^Support/));
    await clicks.on(page.getByRole('button', { name: 'Give roles' }));
    await clicks.proof();
    await page.getByRole('row', { name: new RegExp(furnished.colleague.email) }).waitFor();
    assert.ok(clicks.count <= 6, `${clicks.count} clicks`);
    await context.close();
  });
});

describe('money and secrets', { skip: SKIPPED }, () => {
  test('bank details need a proof, are recorded, and are gone after a minute', async () => {
    const { page, clicks, context } = await work('finance');
    const id = await payoutTakenBy(await tokenOf('finance'));
    await page.clock.install({ time: world.now().epochMilliseconds });
    await show(page, `/console/payouts/${id}`, 'Show the full account');
    await page.getByRole('button', { name: 'Show the full account' }).click();
    await clicks.proof();
    await page.getByText('DE89 3704 0044 0532 0130 00').waitFor();
    await page.getByText('Read the bank details').waitFor();
    await page.clock.fastForward(60_000);
    await page.getByRole('button', { name: 'Show the full account' }).waitFor();
    assert.doesNotMatch(await page.content(), /0532 ?0130/);
    await context.close();
  });

  test('a double click completes a payout once', async () => {
    const { page, context } = await work('finance');
    const id = await payoutTakenBy(await tokenOf('finance'));
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') sent.push(request.url());
    });
    await show(page, `/console/payouts/${id}`, 'Complete…');
    await page.getByRole('button', { name: 'Complete…' }).click();
    await page.getByLabel('Reference of the transfer').fill('SEPA-2026-000123');
    await inspect(page, 'office/payout-complete');
    await page.getByRole('button', { name: /^Complete 1/ }).dblclick();
    await page.getByText('Completed', { exact: true }).waitFor();
    assert.equal(sent.length, 1);
    await context.close();
  });

  test('a role shows its own actions, and the platform refuses the others', async () => {
    const { page, context } = await work('partnerships');
    await show(page, '/console/payouts', 'Payouts');
    await page.getByRole('table', { name: 'Payouts' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Take the oldest…' }).count(), 0);
    const token = await tokenOf('partnerships');
    const answer = await world.api('POST', '/payouts/process', {
      token,
      body: { ids: [await payoutTakenBy(await tokenOf('finance'))], status: 'processing' },
    });
    assert.equal(answer.status, 403);
    await context.close();
  });
});
