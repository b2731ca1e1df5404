import assert from 'node:assert/strict';
import { testClock } from '../../support/clock.ts';
import { fundWallet } from '../../support/payouts.ts';
import { payoutBody } from '../../support/payouts-builders.ts';
import type { Person, startTestPlatform } from '../../support/platform.ts';
import { newOrder } from '../../support/purchases-shop.ts';

type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>;

const OFFERS = {
  'Corner Books': { cashback_value: 5, monthly_cap: 30 },
  'Fresh Basket': { cashback_value: 2.5, monthly_cap: 20 },
  'Northwind Outdoor': { cashback_value: 6 },
  'Blue Kettle Coffee': { cashback_value: 8, monthly_cap: 5 },
  'Rail & Road Travel': { cashback_type: 'fixed', cashback_value: 7.5 },
  'Loft Furniture': { cashback_value: 3 },
} as const;

type ShopName = keyof typeof OFFERS;

/** The clock that `openShops` begins with. */
export const shoppersClock = () => testClock('2026-02-01T09:26:53Z');

/** Shops with offers, one of which the platform does not confirm automatically: Loft Furniture. */
async function openShops(platform: TestPlatform) {
  const { api, admin } = platform;
  const ids = new Map<string, string>();
  for (const [name, offer] of Object.entries(OFFERS)) {
    const id = await platform.createMerchant({ name });
    await platform.createOffer(id, offer);
    ids.set(name, id);
  }
  const change = async (
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body?: object,
    token = admin.token,
  ) => {
    const answer = await api(method, path, { token, ...(body && { body }) });
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    return answer.body;
  };
  await change('PUT', '/feature-flags/purchase_auto_confirm', {
    scope_type: 'merchant',
    scope_id: ids.get('Loft Furniture'),
    enabled: false,
  });

  const buy = async (person: Person, shop: ShopName, amount: string, currency = 'EUR'): Promise<string> => {
    const { id } = await change('POST', '/purchases', {
      external_id: newOrder(),
      user_id: person.id,
      merchant_id: ids.get(shop),
      amount,
      currency,
    });
    return id;
  };
  const confirm = (id: string) => change('POST', `/purchases/${id}/confirmation`);
  const reverse = (id: string, reason: string) => change('POST', `/purchases/${id}/reverse`, { reason });
  const process = (id: string, body: object) => change('PATCH', `/payouts/${id}/process`, body);
  const withdraw = async (person: Person, amount: string): Promise<string> => {
    const login = await api('POST', '/auth/login', {
      body: { email: person.email, password: 'Str0ng!Pass' },
    });
    return (await change('POST', '/users/me/payouts', payoutBody({ amount }), login.body.access_token)).id;
  };

  /** Somebody whose cashback was taken back after it was withdrawn. */
  const debtor = async (email: string): Promise<Person> => {
    const person = await platform.registerUser(email);
    const id = await buy(person, 'Northwind Outdoor', '200.00');
    await confirm(id);
    await process(await withdraw(person, '12.00'), { status: 'processing' });
    await reverse(id, 'returned');
    return person;
  };

  /** Somebody with money in three currencies, who never withdrew. */
  const traveller = async (email: string): Promise<Person> => {
    const person = await platform.registerUser(email);
    await confirm(await buy(person, 'Northwind Outdoor', '460.00'));
    await confirm(await buy(person, 'Northwind Outdoor', '94700', 'JPY'));
    await buy(person, 'Northwind Outdoor', '94.701', 'KWD');
    return person;
  };

  return { buy, confirm, reverse, process, withdraw, debtor, traveller };
}

/** A shopper with a purchase in every state, six weeks of history, and withdrawals in every state. */
async function richShopper(platform: TestPlatform, shops: Awaited<ReturnType<typeof openShops>>) {
  const alice = await platform.registerUser('alice@example.com');
  const { buy, confirm, reverse, process, withdraw } = shops;
  const late = await buy(alice, 'Loft Furniture', '166.67');
  const firstPaid = await buy(alice, 'Northwind Outdoor', '250.50');
  await confirm(firstPaid);
  for (const amount of ['900.00', '1000.00', '640.00'])
    await confirm(await buy(alice, 'Northwind Outdoor', amount));
  const basket = await buy(alice, 'Fresh Basket', '94.70');
  await confirm(basket);
  await platform.passTime({ hours: 24 * 12 });
  const paid = await withdraw(alice, '20.00');
  await process(paid, { status: 'processing' });
  await platform.passTime({ hours: 24 });
  await process(paid, { status: 'completed', external_reference: 'SEPA-2026-000123' });
  const failed = await withdraw(alice, '12.00');
  await process(failed, { status: 'failed', reason: 'The bank refused the account.' });
  await platform.passTime({ hours: 24 * 9 });
  const dated = await buy(alice, 'Corner Books', '60.00');
  await buy(alice, 'Rail & Road Travel', '38.00');
  await platform.passTime({ hours: 24 * 10 });
  await buy(alice, 'Northwind Outdoor', '88.20');
  const tie = await buy(alice, 'Fresh Basket', '94.60');
  const capped = await buy(alice, 'Blue Kettle Coffee', '120.00');
  await platform.passTime({ hours: 24 * 4 });
  await fundWallet(platform, alice.id, 10_00n);
  await platform.passTime({ hours: 24 * 3 });
  const byShop = await buy(alice, 'Loft Furniture', '499.00');
  const takenBack = await buy(alice, 'Northwind Outdoor', '27.60');
  await reverse(takenBack, 'cancelled');
  await process(await withdraw(alice, '15.00'), { status: 'processing' });
  await platform.passTime({ hours: 2 });
  const requested = await withdraw(alice, '11.00');
  return { alice, late, basket, dated, tie, capped, byShop, takenBack, firstPaid, paid, failed, requested };
}

/** The shoppers that the tests of the wallet know. */
export async function shoppersWorld(platform: TestPlatform) {
  const shops = await openShops(platform);
  const rich = await richShopper(platform, shops);
  return {
    shops,
    rich,
    bob: await shops.debtor('bob@example.com'),
    carol: await platform.registerUser('carol@example.com'),
    dora: await shops.traveller('dora@example.com'),
  };
}
