import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { ACCOUNT_HOLDER, IBAN } from '../support/payouts-builders.ts';
import { PASSWORD, type Person } from '../support/platform.ts';
import { startApps, THEMES, WIDTHS } from './support/apps.ts';
import { SKIPPED } from './support/browser.ts';
import { countingHand } from './support/clicks.ts';
import { inspect, photograph, sidewaysScroll } from './support/inspect.ts';
import { shoppersClock, shoppersWorld } from './support/shoppers.ts';

const VARIANTS = /^purchase-(by-shop|late|tie|capped|missing)|-failed$|-empty$|-debt$/;

/** The clicks that each task may take: docs/console.md has the same table. */
const TASKS = {
  'See what I can withdraw, what comes next': 0,
  'Why is it pending?': 1,
  'Why was it taken back?': 1,
  'How was it computed?': 1,
  "Find a shop's rate": 2,
  'Withdraw to my last account': 3,
  'Withdraw to a new one': 6,
  'Cancel a withdrawal': 3,
  "Download a year's statement": 3,
  'End another session': 3,
};

const apps = await startApps({
  clock: shoppersClock(),
  environment: { SUPPORTED_CURRENCIES: 'EUR,JPY,KWD', SUPPORT_EMAIL: 'help@clicknback.com' },
});
const world = SKIPPED === false ? await shoppersWorld(apps) : undefined;

describe('the pages of the wallet', { skip: SKIPPED }, () => {
  const { open } = apps;
  if (world === undefined) return;
  const { rich, bob, carol, dora } = world;

  /** Name, path, who, and a text that shows when the page is there. */
  const PAGES = [
    ['home', '/', rich.alice, 'You can withdraw'],
    ['home-debt', '/', bob, 'You owe'],
    ['home-empty', '/', carol, 'no purchase yet'],
    ['home-currencies', '/', dora, 'KWD'],
    ['activity', '/activity', rich.alice, 'Corner Books'],
    ['activity-empty', '/activity', carol, 'appear here'],
    ['activity-filtered-empty', '/activity?month=2025-01', rich.alice, 'Nothing matches'],
    ['withdrawals', '/activity?kind=withdrawals', rich.alice, 'Paid on 14 Feb'],
    ['movements', '/activity?kind=movements', rich.alice, 'Balance'],
    ['purchase-pending', `/activity/${rich.dated}`, rich.alice, 'Yours by'],
    ['purchase-by-shop', `/activity/${rich.byShop}`, rich.alice, 'When the shop confirms'],
    ['purchase-paid', `/activity/${rich.firstPaid}`, rich.alice, 'By convention'],
    ['purchase-late', `/activity/${rich.late}`, rich.alice, 'longer than usual'],
    ['purchase-tie', `/activity/${rich.tie}`, rich.alice, 'ties go to the even one'],
    ['purchase-capped', `/activity/${rich.capped}`, rich.alice, 'of it were left'],
    ['purchase-reversed', `/activity/${rich.takenBack}`, rich.alice, 'The order was cancelled'],
    ['purchase-missing', '/activity/01936f2e-8c1b-7c3a-9d55-000000000001', rich.alice, 'not found'],
    ['offers', '/offers', rich.alice, 'Rail & Road Travel'],
    ['offers-filtered-empty', '/offers?q=zebra', rich.alice, 'Nothing matches'],
    ['withdraw', '/withdraw', rich.alice, 'Account'],
    ['withdraw-first', '/withdraw', dora, 'IBAN'],
    ['withdraw-debt', '/withdraw', bob, 'You owe'],
    ['withdrawal-paid', `/withdraw/${rich.paid}`, rich.alice, 'SEPA-2026-000123'],
    ['withdrawal-failed', `/withdraw/${rich.failed}`, rich.alice, 'The bank refused'],
    ['withdrawal-requested', `/withdraw/${rich.requested}`, rich.alice, 'Cancel withdrawal'],
    ['account', '/account', rich.alice, 'This device'],
    ['statement', '/account/statement?period=2026', rich.alice, 'Statement 2026'],
    ['unknown', '/nowhere', rich.alice, 'Page not found'],
    ['login', '/login', undefined, 'Forgot password?'],
    ['register', '/register', undefined, 'I have an account'],
    ['forgot', '/forgot-password', undefined, 'Send the link'],
  ] as const;
  const only = process.env.PAGES?.split(',');
  const isChosen = (name: string) => only === undefined || only.some((part) => name.includes(part));
  const who = [...new Set(PAGES.map(([, , person]) => person))];

  for (const person of who)
    test(`show well in both themes, narrow and wide: ${person?.email ?? 'a stranger'}`, async () => {
      const { page, complaints, context } = await open('/login', person && { person });
      for (const [name, path, , text] of PAGES.filter((row) => row[2] === person && isChosen(row[0]))) {
        await page.goto(`${apps.url}${path}`);
        await shown(page, text);
        for (const theme of THEMES)
          for (const width of WIDTHS) {
            // Further states of a page that is seen in all looks: two are enough.
            if (VARIANTS.test(name) && (theme === 'light') !== (width === 360)) continue;
            await page.emulateMedia({ colorScheme: theme });
            await page.setViewportSize({ width, height: 800 });
            await inspect(page, `wallet/${name}-${theme}-${width}`);
          }
        // The browser itself reports the 404 of the page that is missing on purpose.
        if (name !== 'purchase-missing') assert.deepEqual(complaints, [], name);
        complaints.length = 0;
      }
      await context.close();
    });

  test('say it in German, and fit 320 px', async () => {
    for (const person of who) {
      const chosen = PAGES.filter(([name, , owner]) => owner === person && isChosen(name));
      if (chosen.length === 0) continue;
      const { page, context } = await open('/', { width: 320, language: 'de', ...(person && { person }) });
      for (const [name, path] of chosen) {
        await page.goto(`${apps.url}${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
        await page.waitForLoadState('networkidle');
        await photograph(page, `wallet/${name}-de-320`);
        assert.equal(await sidewaysScroll(page), 0, `${name} scrolls sideways`);
      }
      await context.close();
    }
  });
});

describe('a shopper', { skip: SKIPPED }, () => {
  if (world === undefined) return;
  const { shops } = world;
  const { open, registerUser, api } = apps;

  /** Somebody with 60.00 EUR, and one withdrawal before if `knows` an account. */
  async function saver(email: string, { knows = false } = {}): Promise<Person> {
    const person = await registerUser(email);
    await shops.confirm(await shops.buy(person, 'Northwind Outdoor', knows ? '1200.00' : '1000.00'));
    if (knows) {
      await shops.withdraw(person, '12.00');
      // Lists are in the order of time.
      await apps.passTime({ minutes: 1 });
    }
    return person;
  }

  async function payoutsOf({ email }: Pick<Person, 'email'>): Promise<{ status: string; amount: string }[]> {
    const { body } = await api('POST', '/auth/login', { body: { email, password: PASSWORD } });
    return (await api('GET', '/users/me/payouts', { token: body.access_token })).body.data;
  }

  test('sees at once what can be withdrawn and what comes next, and learns why in one click', async () => {
    const { page, complaints, context } = await open('/', { person: world.rich.alice });
    const hand = countingHand(page);
    await page.getByText('133.80').waitFor();
    await page.getByRole('rowheader', { name: 'On its way to you' }).waitFor();
    assert.equal(hand.count(), TASKS['See what I can withdraw, what comes next']);
    await hand.click(page.getByRole('link', { name: 'Loft Furniture' }));
    await page.getByText('Yours when the shop confirms the purchase').waitFor();
    await page.getByText('3 % of 499.00 € is').waitFor();
    assert.equal(hand.count(), TASKS['Why is it pending?']);
    assert.equal(hand.count(), TASKS['How was it computed?']);
    await page.goBack();
    const second = countingHand(page);
    await second.click(page.getByRole('link', { name: 'Northwind Outdoor' }).first());
    await page.getByText('because the order was cancelled').waitFor();
    assert.equal(second.count(), TASKS['Why was it taken back?']);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('finds the rate of a shop', async () => {
    const { page, context } = await open('/', { person: world.carol });
    const hand = countingHand(page);
    await hand.click(page.getByRole('navigation').getByRole('link', { name: 'Offers' }));
    await hand.type('Find a shop', 'rail');
    await page.getByText('7.50 €').waitFor();
    await page.getByText('Corner Books').waitFor({ state: 'detached' });
    assert.equal(hand.count(), TASKS["Find a shop's rate"]);
    await context.close();
  });

  test('withdraws to the last account, and cancels it', async () => {
    const person = await saver('last@example.com', { knows: true });
    const { page, context } = await open('/', { person });
    const hand = countingHand(page);
    await hand.click(page.getByRole('link', { name: 'Withdraw', exact: true }));
    await hand.click(page.getByRole('button', { name: 'Review' }));
    await hand.click(page.getByRole('button', { name: 'Withdraw 60.00 €' }));
    await page.getByText('You asked for it').waitFor();
    assert.equal(hand.count(), TASKS['Withdraw to my last account']);
    await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click();
    const second = countingHand(page);
    await second.click(page.getByRole('link', { name: 'Withdrawal' }).first());
    await second.click(page.getByRole('button', { name: 'Cancel withdrawal' }));
    await second.click(page.getByRole('dialog').getByRole('button', { name: 'Cancel withdrawal' }));
    await page.getByText('You cancelled it. The amount is available again.').waitFor();
    assert.equal(second.count(), TASKS['Cancel a withdrawal']);
    // Both were requested at the same moment, so either may be listed first.
    const statuses = (await payoutsOf(person)).map(({ status }) => status);
    assert.deepEqual(statuses.toSorted(), ['cancelled', 'requested']);
    await context.close();
  });

  test('withdraws to a new account by keyboard alone', async () => {
    const person = await saver('keyboard@example.com');
    const { page, complaints, context } = await open('/', { person });
    await page.getByText('You can withdraw').waitFor();
    await tabTo(page, 'Withdraw');
    await page.keyboard.press('Enter');
    await page.getByLabel('IBAN').waitFor();
    await tabTo(page, 'Amount');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('45,50');
    await tabTo(page, 'IBAN');
    await page.keyboard.type('de89-3704 0044 0532 0130 00');
    await page.keyboard.press('Tab');
    assert.equal(await page.getByLabel('IBAN').inputValue(), 'DE89 3704 0044 0532 0130 00');
    await page.keyboard.type('Erika Mustermann');
    await page.keyboard.press('Enter');
    await page.getByText('DE89 3704 0044 0532 0130 00').waitFor();
    await inspect(page, 'wallet/review-light-1280');
    await tabTo(page, 'Withdraw 45.50 €');
    await page.keyboard.press('Enter');
    await page.getByText('You asked for it').waitFor();
    assert.doesNotMatch(page.url(), /DE89|Erika/);
    assert.deepEqual(
      (await payoutsOf(person)).map(({ amount }) => amount),
      ['45.50'],
    );
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('needs six steps for a new account, and one request goes out however often the button is clicked', async () => {
    const person = await saver('double@example.com');
    const { page, context } = await open('/', { person });
    const hand = countingHand(page);
    let requests = 0;
    await page.route('**/users/me/payouts', async (route) => {
      if (route.request().method() === 'POST') requests += 1;
      await route.continue();
    });
    await hand.click(page.getByRole('link', { name: 'Withdraw', exact: true }));
    await hand.type('IBAN', IBAN);
    await hand.type('Account holder', ACCOUNT_HOLDER);
    await hand.click(page.getByRole('button', { name: 'Review' }));
    await page.getByRole('button', { name: 'Withdraw 60.00 €' }).dblclick();
    await page.getByText('You asked for it').waitFor();
    // One for the two clicks on the last button.
    assert.ok(hand.count() + 1 <= TASKS['Withdraw to a new one']);
    assert.equal(requests, 1);
    assert.equal((await payoutsOf(person)).length, 1);
    await context.close();
  });

  test('retries after a lost connection, and has one withdrawal', async () => {
    const person = await saver('cut@example.com', { knows: true });
    const { page, context } = await open('/withdraw', { person });
    const keys: (string | undefined)[] = [];
    await page.route('**/users/me/payouts', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.continue();
      // The platform does it, and its answer gets lost.
      await route.fetch();
      return route.abort('connectionreset');
    });
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Withdraw 60.00 €' }).click();
    await page
      .getByText("We don't know yet whether this went through. Try again: it happens only once.")
      .waitFor();
    await inspect(page, 'wallet/review-unknown-light-1280');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('You asked for it').waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.deepEqual(
      (await payoutsOf(person)).map(({ amount }) => amount),
      ['60.00', '12.00'],
    );
    await context.close();
  });

  test('reads what was wrong beside the field, with the cure', async () => {
    const { page, context } = await open('/withdraw', { person: world.dora });
    await page.getByLabel('Amount').fill('much');
    await page.getByLabel('IBAN').fill('DE00 1234');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByText('Enter an amount such as 15.00.').waitFor();
    await page.getByText('This is no IBAN.').waitFor();
    await page.getByText('Enter a value.').waitFor();
    await inspect(page, 'wallet/withdraw-wrong-light-1280');
    await page.getByLabel('Amount').fill('1.00');
    await page.getByLabel('IBAN').fill(IBAN);
    await page.getByLabel('Account holder').fill(ACCOUNT_HOLDER);
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Withdraw 1.00 €' }).click();
    await page.getByText('10.00 €').waitFor();
    await inspect(page, 'wallet/review-refused-light-1280');
    await page.getByRole('link', { name: 'Change' }).click();
    assert.equal(await page.getByLabel('IBAN').inputValue(), 'DE89 3704 0044 0532 0130 00');
    await context.close();
  });

  test('downloads the statement of a year, and ends another session', async () => {
    const { page, context } = await open('/', { person: world.rich.alice });
    const hand = countingHand(page);
    await hand.click(page.getByRole('navigation').getByRole('link', { name: 'Account' }));
    await hand.choose('Period', '2026');
    const download = page.waitForEvent('download');
    await hand.click(page.getByRole('button', { name: 'Download CSV' }));
    const file = await (await download).path();
    const [header = '', ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
    assert.match(header, /type.*amount/);
    assert.ok(rows.length >= 25);
    assert.equal(hand.count(), TASKS["Download a year's statement"]);

    const other = await open('/', { person: world.rich.alice });
    await other.page.getByText('You can withdraw').waitFor();
    await page.goto(apps.url);
    const second = countingHand(page);
    await second.click(page.getByRole('navigation').getByRole('link', { name: 'Account' }));
    await second.click(page.getByRole('button', { name: /^Log out .*Chrom/ }).first());
    await page.getByText('The device is logged out.').waitFor();
    assert.ok(second.count() <= TASKS['End another session']);
    await page.getByRole('button', { name: 'Log out all other devices' }).click();
    await page.getByText('All other devices are logged out.').waitFor();
    await other.page.reload();
    await other.page.getByRole('button', { name: 'Log in' }).waitFor();
    await other.context.close();
    await context.close();
  });

  test('registers, and stays in after a reload', async () => {
    const { page, complaints, context } = await open('/login');
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByLabel('Email address').fill('new@example.com');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('no purchase yet').waitFor();
    await page.reload();
    await page.getByText('no purchase yet').waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('keeps what was read while the connection is gone, and sees it waiting and failing', async () => {
    const { page, context } = await open('/offers', { person: world.carol });
    await page.getByText('Corner Books').first().waitFor();
    await page.route('**/api/v1/users/me/wallets', () => undefined);
    await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click();
    await page.getByText('Loading…').first().waitFor({ state: 'attached' });
    await inspect(page, 'wallet/home-loading-light-1280');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.route('**/api/v1/users/me/**', (route) =>
      route.fulfill({ status: 500, json: { error: { code: 'INTERNAL_ERROR', message: 'x', details: {} } } }),
    );
    await page.goto(`${apps.url}/activity`);
    await page.getByText('Something failed on our side').first().waitFor();
    await inspect(page, 'wallet/activity-error-light-1280');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('appear here').waitFor();
    await context.close();
  });
});

async function shown(page: Page, text: string): Promise<void> {
  await page.getByText(text).filter({ visible: true }).first().waitFor();
  await page.waitForLoadState('networkidle');
}

/** Presses Tab until the control with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const target = page
    .getByRole('link', { name, exact: true })
    .or(page.getByRole('button', { name, exact: true }))
    .or(page.getByLabel(name, { exact: true }));
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press('Tab');
    if (await target.first().evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`Tab does not reach ${name}`);
}
