import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner } from '../../../support/partners.ts';
import { payoutBody } from '../../../support/payouts-builders.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';

/* The timeline of purchases over HTTP, with a real database. */

const platform = await startTestPlatform();
const { api, admin } = platform;
const network = await openPartner(platform);

async function timelineOf(id: string) {
  const { status, body } = await api('GET', `/purchases/${id}/timeline`, { token: admin.token });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const act = async (method: 'POST' | 'PATCH', path: string, token: string, body?: object) => {
  const answer = await api(method, path, { token, ...(body !== undefined && { body }) });
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
};

/** `kind label entry`, as `recorded Partner 1 #1 platform>pending 4.00`. */
function lines(body: {
  events: { kind: string; actor: { label: string }; entry: Record<string, string> | null }[];
}): string[] {
  return body.events.map(
    ({ kind, actor, entry }) =>
      `${kind} ${actor.label}${entry === null ? '' : ` #${entry.sequence} ${entry.from}>${entry.to} ${entry.amount}`}`,
  );
}

test('a purchase of two sources, amended, confirmed and paid, is shown from the first report to the payout', async () => {
  const shop = await openShop(platform, { cashback_value: 5, monthly_cap: 4.5 });
  const order = { amount: '80.00', order_reference: '#7', currency: 'EUR' };
  const { id } = (await shop.report({ ...order, external_id: 'mine' }, shop.shopper.token)).body;
  await shop.report({ ...order, amount: '100.00', external_id: 'n-7' }, network.token);
  await act('POST', `/purchases/${id}/amendments`, network.token, {
    amount: '50.00',
    reason: 'one of two',
    version: '1',
  });
  await act('POST', `/purchases/${id}/confirmation`, network.token);
  const credit = { amount: '20.00', direction: 'credit', reason: 'Goodwill.' };
  await act('POST', `/users/${shop.shopper.id}/wallet/adjustments`, admin.token, credit);
  const { id: payoutId } = await act(
    'POST',
    '/users/me/payouts',
    shop.shopper.token,
    payoutBody({ amount: '10.00' }),
  );

  const body = await timelineOf(id);
  const partner = (await api('GET', `/partners/${network.id}`, { token: admin.token })).body.name;
  assert.deepEqual(lines(body), [
    `recorded ${shop.shopper.email} #1 platform>pending 4.00`,
    'held ClickNBack',
    `matched ${partner} #2 platform>pending 0.50`,
    `amended ${partner} #3 pending>platform 2.00`,
    `confirmed ${partner} #4 pending>available 2.50`,
  ]);
  assert.deepEqual(
    body.sources.map(({ external_id, partner_id }: Record<string, string>) => [external_id, partner_id]),
    [['n-7', network.id]],
  );
  const { amount, original_amount, revision, user_email } = body.purchase;
  assert.deepEqual(
    [amount, original_amount, revision, user_email],
    ['50.00', '80.00', 2, shop.shopper.email],
  );
  assert.deepEqual(
    [
      body.reward.exact,
      body.reward.uncapped_amount,
      body.reward.amount,
      body.reward.limited_by,
      body.reward.reproduced,
    ],
    ['2.50', '2.50', '2.50', null, true],
  );
  assert.deepEqual(body.payouts, [
    { id: payoutId, covered_amount: '2.50', status: 'requested', settled_at: null },
  ]);
  assert.deepEqual(body.allowed, [{ action: 'reverse', pending_after: '0.00', available_after: '10.00' }]);
  assert.equal(body.events[1].evidence[0].rule, 'self_report');
});

describe('every entry of the journal is under its event', () => {
  test('whatever happens to the purchases of a cap', async () => {
    const shop = await openShop(platform, { cashback_value: 10, monthly_cap: 12, cap_refill: true });
    const buy = async (amount: string) => (await shop.report({ amount })).body.id as string;
    const [first, second, third] = [await buy('100.00'), await buy('60.00'), await buy('33.35')];
    await act('POST', `/purchases/${second}/confirmation`, admin.token);
    await act('POST', `/purchases/${first}/amendments`, admin.token, {
      amount: '20.05',
      reason: 'part',
      version: '1',
    });
    await act('POST', `/purchases/${second}/reverse`, admin.token, { reason: 'returned' });

    const bodies = [await timelineOf(first), await timelineOf(second), await timelineOf(third)];

    const shown = bodies.flatMap(({ events }) =>
      events.flatMap(({ entry }: { entry: { sequence: number } | null }) => entry ?? []),
    );
    const journal = await rowsOf(
      platform,
      `select sequence::int, from_bucket as from, to_bucket as to, round(amount, 2)::text as amount,
         round(pending_after, 2)::text as pending_after, round(available_after, 2)::text as available_after,
         round(paid_after, 2)::text as paid_after
       from wallet_entries where wallet_id = (select id from wallets where user_id = '${shop.shopper.id}') order by sequence`,
    );
    assert.deepEqual(
      shown.toSorted((one, other) => one.sequence - other.sequence),
      journal,
    );
    for (const { reward } of bodies) assert.equal(reward.reproduced, true, reward.explanation);
    assert.equal(bodies[0].reward.amount, '2.00');
    assert.equal(bodies[1].purchase.reversal_reason, 'returned');
    assert.match(bodies[1].reward.explanation, /It was taken back on \d{4}-\d\d-\d\d \(returned\)\.$/);
  });
});

describe('a pending purchase', () => {
  test('has a day of its confirmation, and what may be done', async () => {
    const shop = await openShop(platform);
    const { id } = (await shop.report({ amount: '94.70' })).body;
    const body = await timelineOf(id);
    const day = platform
      .now()
      .add({ hours: 24 * 30 })
      .toString()
      .slice(0, 10);
    assert.deepEqual(body.next, { confirms_on: day, blocked_by: [], is_late: false });
    assert.deepEqual(body.allowed, [
      { action: 'confirm', pending_after: '0.00', available_after: '4.74' },
      { action: 'reverse', pending_after: '0.00', available_after: '0.00' },
    ]);
  });

  test('is explained to its shopper without staff and reviews, and to no other', async () => {
    const shop = await openShop(platform);
    const { id } = (await shop.report({ amount: '10.00' }, shop.shopper.token)).body;
    const { body } = await api('GET', `/users/me/purchases/${id}`, { token: shop.shopper.token });
    assert.deepEqual(
      body.events.map(({ kind }: { kind: string }) => kind),
      ['recorded'],
    );
    assert.deepEqual(body.next, { confirms_on: null, is_late: false });
    assert.deepEqual(Object.keys(body), ['purchase', 'reward', 'next', 'events', 'payouts']);
    assert.ok(!JSON.stringify(body).includes('@') && !JSON.stringify(body).includes('self_report'));
    const stranger = await platform.registerUser();
    assert.equal((await api('GET', `/users/me/purchases/${id}`, { token: stranger.token })).status, 404);
    assert.equal((await api('GET', `/users/me/purchases/${id}`, { token: admin.token })).status, 404);
  });
});
