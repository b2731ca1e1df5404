import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner } from '../../../support/partners.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform();
const { api, admin } = platform;
const { token } = admin;

// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape, and assert what they read
type Body = any;

const get = async (path: string, reader = token): Promise<Body> => {
  if (path.startsWith('/events')) await platform.untilFeedIsComplete();
  const { status, body } = await api('GET', path, { token: reader });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const eventsOf = async (id: string, query = ''): Promise<Body[]> =>
  (await get(`/events?resource_id=${id}${query}`)).data;

/** Records what the API shows of an object after each step, to compare it with the events afterwards. */
function witness(read: () => Promise<Body>) {
  const shown: Body[] = [];
  return {
    shown,
    async after(step: Promise<unknown>): Promise<void> {
      await step;
      shown.push(await read());
    },
  };
}

/** Each event shows the object as the API showed it then, whatever became of it later. */
async function assertShown(id: string, types: string[], shown: readonly Body[]): Promise<Body[]> {
  const events = await eventsOf(id);
  assert.deepEqual(
    events.map(({ type }) => type),
    types,
  );
  assert.deepEqual(
    events.map(({ data: { sequence: _, ...data } }) => data),
    shown.map(withoutContext),
  );
  assert.deepEqual(
    events.map(({ data }) => data.sequence),
    events.map((_, index) => index + 1),
  );
  return events;
}

/** What staff see beside an object, about others or about now. Events have none of it, nor the email of a person. */
const CONTEXT = [
  'user_email',
  'merchant_name',
  'partner_name',
  'confirmed_at',
  'reversed_at',
  'reversal_reason',
  'overdue_since',
  'account',
  'taken_by',
  'wallet_available',
  'active_offer',
  'keys',
  'last_used_at',
  'refused_share',
];

function withoutContext(shown: Body): Body {
  return Object.fromEntries(Object.entries(shown).filter(([field]) => !CONTEXT.includes(field)));
}

/** Sorted like the fields of an event, with what two routes show. */
async function purchaseAsShown(id: string): Promise<Body> {
  const { user_id } = (await eventsOf(id))[0].data;
  const { data } = await get(`/purchases?user_id=${user_id}&limit=100`);
  const purchase = data.find((one: Body) => one.id === id);
  const { cashback_amount, cashback_status } = await get(`/purchases/${id}`);
  return { ...purchase, cashback_amount, cashback_status };
}

const setCeiling = (limits: object) =>
  api('PUT', '/ceilings', { token, body: { scope: 'platform', currency: 'EUR', ...limits } });

describe('events about a purchase', () => {
  test('show it as it was after each of them: confirmed, amended while it waits, released, reversed', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    const { shown, after } = witness(() => purchaseAsShown(id));
    await after(Promise.resolve());
    await after(shop.amend(id, { amount: '90.00' }));
    await setCeiling({ daily_released: 0 });
    await after(shop.confirm(id));
    await after(shop.amend(id, { amount: '80.00' }));
    await setCeiling({});
    await after(platform.runJob('release-due'));
    await after(shop.amend(id, { amount: '70.00' }));
    await after(shop.reverse(id, 'returned'));

    const events = await assertShown(
      id,
      [
        'purchase.recorded',
        'purchase.amended',
        'purchase.confirmed',
        'purchase.amended',
        'purchase.reward_released',
        'purchase.amended',
        'purchase.reversed',
      ],
      shown,
    );
    assert.deepEqual(
      events.map(({ previous }) => previous),
      [
        null,
        { amount: '100.00', revision: 0, cashback_amount: '5.00' },
        { status: 'pending', awaiting_release: false },
        { amount: '90.00', revision: 1, cashback_amount: '4.50' },
        { awaiting_release: true, cashback_status: 'pending' },
        { amount: '80.00', revision: 2, cashback_amount: '4.00' },
        { status: 'confirmed', cashback_status: 'available' },
      ],
    );
  });

  test('show a hold from the start, its release, and a match that ends another one', async () => {
    const shop = await openShop(platform);
    const held = await shop.report({}, shop.shopper.token);
    const released = witness(() => purchaseAsShown(held.body.id));
    await released.after(Promise.resolve());
    released.shown.push(released.shown[0]);
    await released.after(api('POST', `/purchases/${held.body.id}/release`, { token }));
    await released.after(shop.confirm(held.body.id));
    const types = ['purchase.recorded', 'purchase.held', 'purchase.released', 'purchase.confirmed'];
    await assertShown(held.body.id, types, released.shown);

    const partner = await openPartner(platform);
    const order = { external_id: 'one', order_reference: '#7', amount: '60.00' };
    const { body: first } = await shop.report(order, shop.shopper.token);
    const matched = witness(() => purchaseAsShown(first.id));
    await matched.after(Promise.resolve());
    matched.shown.push(matched.shown[0]);
    await matched.after(shop.report({ ...order, amount: '50.00' }, partner.token));
    await assertShown(first.id, ['purchase.recorded', 'purchase.held', 'purchase.matched'], matched.shown);
  });

  test('show the reward that a freed cap tops up', async () => {
    const shop = await openShop(platform, { monthly_cap: 6, cap_refill: true });
    const [first, cut] = [await shop.buy(), await shop.buy()];
    const { shown, after } = witness(() => purchaseAsShown(cut.id));
    await after(Promise.resolve());
    await after(shop.reverse(first.id));
    const [, refilled] = await assertShown(cut.id, ['purchase.recorded', 'purchase.refilled'], shown);
    assert.deepEqual(refilled.previous, { revision: 0, cashback_amount: '1.00' });
  });
});

describe('events about payouts', () => {
  for (const [moves, types] of [
    [
      [
        { status: 'processing' },
        { status: 'completed', external_reference: 'TRANSFER-1' },
        { status: 'returned', reason: 'Sent back.' },
      ],
      ['payout.requested', 'payout.processing', 'payout.completed', 'payout.returned'],
    ],
    [[{ status: 'failed', reason: 'Refused.' }], ['payout.requested', 'payout.failed']],
  ] as const) {
    test(`show each step to ${types.at(-1)}, and no bank details`, async () => {
      const desk = await openPayoutDesk(platform);
      const id = await desk.requested();
      const { shown, after } = witness(async () => {
        const payout = await get(`/payouts/${id}`);
        for (const hidden of ['details', 'owner_active', 'processing_by', 'completed_by', 'needs_four_eyes'])
          delete payout[hidden];
        return payout;
      });
      await after(Promise.resolve());
      for (const move of moves) await after(desk.process(id, move));
      const events = await assertShown(id, [...types], shown);
      assert.ok(!/iban|holder/i.test(JSON.stringify(events)));
      assert.equal(events.at(-1).previous.status, types.at(-2)?.replace('payout.', ''));
    });
  }
});

describe('events about a wallet', () => {
  test('show the balances after each adjustment, with the sequence of the journal', async () => {
    const user = await platform.registerUser();
    for (const [direction, amount] of [
      ['credit', '12.00'],
      ['debit', '5.00'],
    ]) {
      const body = { amount, currency: 'EUR', direction, reason: 'Goodwill.' };
      await api('POST', `/users/${user.id}/wallet/adjustments`, { token, body });
    }
    const events = await eventsOf(user.id, '&type=wallet.*');
    assert.deepEqual(
      events.map(({ type, data, previous }) => [type, data.available_balance, data.sequence, previous]),
      [
        ['wallet.adjusted', '12.00', 1, { available_balance: '0.00' }],
        ['wallet.adjusted', '7.00', 2, { available_balance: '12.00' }],
      ],
    );
    const { adjustment, user_id } = events[1].data;
    assert.equal(user_id, user.id);
    assert.deepEqual(
      [adjustment.direction, adjustment.amount, adjustment.reason],
      ['debit', '5.00', 'Goodwill.'],
    );
  });
});

describe('events about merchants, offers, partners and users', () => {
  test('show a merchant after each change', async () => {
    const id = await platform.createMerchant({ name: 'Corner Books' });
    const { shown, after } = witness(() => get(`/merchants/${id}`));
    const patch = (path: string, body: object) => api('PATCH', `/merchants/${id}${path}`, { token, body });
    await after(Promise.resolve());
    await after(patch('', { name: 'Corner Books 2', confirmation_days: 14 }));
    await after(patch('/status', { status: 'inactive' }));
    const events = await assertShown(id, ['merchant.created', 'merchant.changed', 'merchant.changed'], shown);
    assert.deepEqual(events[1].previous, { name: 'Corner Books', confirmation_days: null });
    assert.deepEqual(events[2].previous, { active: true });
  });

  test('show an offer after each change', async () => {
    const id = await platform.createOffer(await platform.createMerchant(), { monthly_cap: 30 });
    const { shown, after } = witness(async () => {
      const { merchant_name: _, monthly_cap, ...offer } = await get(`/offers/${id}`);
      return { ...offer, monthly_cap_per_user: monthly_cap };
    });
    const patch = (path: string, body: object) => api('PATCH', `/offers/${id}${path}`, { token, body });
    await after(Promise.resolve());
    await after(patch('', { end_date: '2027-12-31' }));
    await after(patch('/status', { status: 'inactive' }));
    await after(patch('/status', { status: 'active' }));
    const events = await assertShown(
      id,
      ['offer.created', 'offer.extended', 'offer.deactivated', 'offer.activated'],
      shown,
    );
    assert.deepEqual(
      events.map(({ previous }) => previous),
      [null, { end_date: '2026-12-31' }, { status: 'active' }, { status: 'inactive' }],
    );
  });

  test('show a partner after each change, and no secret', async () => {
    const { id, secret } = await openPartner(platform);
    const merchantId = await platform.createMerchant();
    const { shown, after } = witness(() => get(`/partners/${id}`));
    const send = (method: 'POST' | 'PUT' | 'PATCH', path: string, body?: object) =>
      api(method, `/partners/${id}${path}`, { token, ...(body && { body }) });
    await after(Promise.resolve());
    await after(send('PUT', '/merchants', { merchant_ids: [merchantId] }));
    await after(send('POST', '/signing-secret', {}));
    await after(send('PATCH', '', { name: `Renamed ${id}`, signature_required: true }));
    await after(send('PUT', '/merchants', { merchant_ids: null }));
    await after(send('PATCH', '/status', { status: 'inactive' }));
    const events = await assertShown(
      id,
      [
        'partner.created',
        'partner.merchants_changed',
        'partner.signing_secret_rotated',
        'partner.changed',
        'partner.merchants_changed',
        'partner.changed',
      ],
      shown,
    );
    assert.deepEqual(events[4].previous, { merchant_ids: [merchantId] });
    assert.ok(!/whsec_|secret"/.test(JSON.stringify(events)) && secret === '');
  });

  test('show a user without the address, which an erasure would not reach', async () => {
    const { id, email } = await platform.registerUser();
    const { shown, after } = witness(async () => {
      const { active, created_at, email_verified } = await get(`/users/${id}`);
      return { id, active, created_at, email_verified };
    });
    const patch = (status: string) => api('PATCH', `/users/${id}/status`, { token, body: { status } });
    await after(Promise.resolve());
    await after(patch('inactive'));
    await after(patch('active'));
    const events = await assertShown(id, ['user.registered', 'user.deactivated', 'user.activated'], shown);
    assert.deepEqual(events[2].previous, { active: false });
    assert.ok(!JSON.stringify(events).includes(email));
  });
});

describe('a partner', () => {
  test('sees the events about its own purchases, with its own ids of them, and no others', async () => {
    const shop = await openShop(platform);
    const [first, second, stranger] = [
      await openPartner(platform),
      await openPartner(platform),
      await openPartner(platform),
    ];
    const order = { order_reference: '#1', amount: '40.00' };
    const { body: own } = await shop.report({ ...order, external_id: 'first-1' }, first.token);
    await shop.report({ ...order, external_id: 'second-1' }, second.token);
    const { body: other } = await shop.report({ external_id: 'third-1' }, stranger.token);
    const read = async (partner: { token: string }, query = '') =>
      (await get(`/events?${query}`, partner.token)).data as Body[];

    for (const [partner, external_id] of [
      [first, 'first-1'],
      [second, 'second-1'],
    ] as const) {
      const events = await read(partner);
      assert.deepEqual(
        events.map(({ type, data }) => [type, data.id, data.external_id, data.partner_id]),
        ['purchase.recorded', 'purchase.matched'].map((type) => [type, own.id, external_id, partner.id]),
      );
      assert.deepEqual(await read(partner, `resource_id=${other.id}`), []);
      assert.deepEqual(await read(partner, 'type=merchant.*'), []);
    }
    assert.deepEqual(
      (await read(stranger)).map(({ data }) => data.id),
      [other.id],
    );
  });
});
