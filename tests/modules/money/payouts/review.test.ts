import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { beginTransaction, runSql } from '../../../support/database.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { type Answer, assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';
import { until } from '../../../support/until.ts';

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,JPY' } });
const { api, admin } = platform;

const COMPLETED = { status: 'completed', external_reference: 'SEPA-1' };
const FAILED = { status: 'failed', reason: 'account closed' };
const RETURNED = { status: 'returned', reason: 'The bank does not know the account.' };

const reasonsOf = ({ body }: Answer) =>
  body.error.details.reasons.map(({ reason }: { reason: string }) => reason);

const setStatus = (userId: string, status: string) =>
  api('PATCH', `/users/${userId}/status`, { token: admin.token, body: { status } });

/** A user with 100.00, a payout of 10.00 of it, and a shop where they buy. */
async function open(available?: bigint) {
  const [desk, shop] = [await openPayoutDesk(platform, available), await openShop(platform)];
  const buy = async (fields: Record<string, unknown> = {}) =>
    (await shop.buy({ user_id: desk.user.id, ...fields })).id;
  const reverse = (id: string, reason: string) =>
    api('POST', `/purchases/${id}/reverse`, { token: admin.token, body: { reason } });
  return { ...desk, shop, buy, reverse, id: await desk.requested() };
}

describe('a payout under review', () => {
  test('of a deactivated user is not paid in any step, is marked, and may fail', async () => {
    const { user, id, process, balances } = await open();
    const show = async () => (await api('GET', `/payouts/${id}`, { token: admin.token })).body.owner_active;
    assert.equal(await show(), true);
    await setStatus(user.id, 'inactive');

    for (const body of [{ status: 'processing' }, COMPLETED]) {
      const answer = await process(id, body);
      assertRefused(answer, 409, 'PAYOUT_BLOCKED');
      assert.deepEqual(answer.body.error.details, { payout_id: id, reasons: [{ reason: 'owner_inactive' }] });
    }
    const { body: list } = await api('GET', `/payouts?user_id=${user.id}`, { token: admin.token });
    assert.deepEqual([await show(), list.data[0].owner_active], [false, false]);
    await setStatus(user.id, 'active');
    await process(id, { status: 'processing' });
    await setStatus(user.id, 'inactive');
    assertRefused(await process(id, COMPLETED), 409, 'PAYOUT_BLOCKED');
    assert.equal((await process(id, FAILED)).status, 200);
    assert.equal(await balances(), '0.0000 / 100.0000 / 0.0000');
  });

  test('after fraud: deactivated, reversed and in debt, it is refused with every reason', async () => {
    const { user, id, process, shop, buy, reverse, request } = await open(10_00n);
    await process(id, { status: 'processing' });
    const purchase = await buy({ amount: '400.00' });
    await shop.confirm(purchase);
    assert.equal((await request({ amount: '20.00' })).status, 201);
    const held = (await shop.report({ user_id: user.id, amount: '33.00' }, user.token)).body.id;
    await reverse(purchase, 'fraud');
    await setStatus(user.id, 'inactive');

    const answer = await process(id, COMPLETED);

    assertRefused(answer, 409, 'PAYOUT_BLOCKED');
    assert.deepEqual(answer.body.error.details.reasons, [
      { reason: 'owner_inactive' },
      { reason: 'negative_balance', available_balance: '-20.00', currency: 'EUR' },
      { reason: 'purchase_held', purchase_ids: [held] },
      { reason: 'purchase_reversed_for_fraud', purchase_ids: [purchase] },
    ]);
  });

  test('waits for the review of a held purchase', async () => {
    const { id, user, process, shop } = await open();
    const held = (await shop.report({ user_id: user.id }, user.token)).body.id;

    const answer = await process(id, { status: 'processing' });
    assert.deepEqual(answer.body.error.details.reasons, [{ reason: 'purchase_held', purchase_ids: [held] }]);

    await api('POST', `/purchases/${held}/release`, { token: admin.token });
    assert.equal((await process(id, { status: 'processing' })).status, 200);
  });

  test('counts fraud since the request alone, and no other reversal', async () => {
    const { id, user, process, buy, reverse, requested } = await open();
    await reverse(await buy(), 'returned');
    assert.equal((await process(id, { status: 'processing' })).status, 200);
    await reverse(await buy(), 'fraud');
    assert.deepEqual(reasonsOf(await process(id, COMPLETED)), ['purchase_reversed_for_fraud']);

    platform.clock.advance({ seconds: 1 });
    const later = await requested();
    assert.equal((await process(later, { status: 'processing' })).status, 200);
    assert.ok(user.id);
  });

  test('of another user is not affected', async () => {
    const [bad, good] = [await open(), await open()];
    await bad.reverse(await bad.buy(), 'fraud');
    await setStatus(bad.user.id, 'inactive');
    assert.equal((await good.process(good.id, { status: 'processing' })).status, 200);
  });

  test('sees a deactivation that is under way', async () => {
    const { user, id, process } = await open();
    const other = await beginTransaction(platform.database.url);
    await other.run(`update users set active = false where id = '${user.id}'`);

    const answer = process(id, { status: 'processing' });
    await untilLockIsAwaited();
    await other.commit();

    assert.deepEqual(reasonsOf(await answer), ['owner_inactive']);
  });

  test('sees a reversal for fraud that is under way, in another currency', async () => {
    const { user, id, process, buy } = await open();
    await api('POST', `/users/${user.id}/wallet/adjustments`, {
      token: admin.token,
      body: { amount: '10', currency: 'JPY', direction: 'credit', reason: 'Goodwill.' },
    });
    const purchase = await buy();
    const other = await beginTransaction(platform.database.url);
    // As a settlement does it: purchase first, then the wallet of its currency.
    await other.run(`select from purchases where id = '${purchase}' for no key update`);
    await other.run(
      `select from wallets where user_id = '${user.id}' and currency = 'JPY' for no key update`,
    );
    await other.run('set constraints all deferred; set local session_replication_role = replica');
    await other.run(`update purchases set status = 'reversed', reversed_at = '2027-01-01', reversal_reason = 'fraud'
      where id = '${purchase}'`);

    const answer = process(id, { status: 'processing' });
    await untilLockIsAwaited();
    await other.commit();

    assert.deepEqual(reasonsOf(await answer), ['purchase_reversed_for_fraud']);
    // The books are those of the other tests again.
    await runSql(
      platform.database.url,
      `set session_replication_role = replica;
       update purchases set status = 'pending', reversed_at = null, reversal_reason = null where id = '${purchase}'`,
    );
  });
});

describe('bank details', () => {
  const reveal = (id: string, token = admin.token) => api('GET', `/payouts/${id}/bank-details`, { token });

  test('are not revealed while the user can cancel, nor after the payment', async () => {
    const { id, process, cancel, requested } = await open();
    const cancelled = await requested();
    await cancel(cancelled);
    for (const early of [id, cancelled]) {
      const answer = await reveal(early);
      assertRefused(answer, 403, 'FORBIDDEN');
      assert.match(answer.body.error.details.reason, /processing/);
    }
    await process(id, { status: 'processing' });
    assert.equal((await reveal(id)).status, 200);
    assertRefused(await cancel(id), 400, 'PAYOUT_INVALID_TRANSITION');
    await process(id, COMPLETED);
    assertRefused(await reveal(id), 403, 'FORBIDDEN');
  });

  test('are revealed to the admin alone who took the payout to processing', async () => {
    const { id, process } = await open();
    const other = await platform.registerStaff('finance');
    await process(id, { status: 'processing' }, other.token);

    assertRefused(await reveal(id), 403, 'FORBIDDEN');
    assert.equal((await reveal(id, other.token)).status, 200);
    const { body } = await api('GET', `/payouts/${id}`, { token: admin.token });
    assert.deepEqual([body.processing_by, body.completed_by], [other.id, null]);
  });
});

describe('a payout that the bank sent back', () => {
  test('is available again, with its reason, and counts towards no limit', async () => {
    const { id, process, balances, journal, audited, user } = await open();
    await process(id, { status: 'processing' });
    await process(id, COMPLETED);

    const answer = await process(id, RETURNED);

    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const { status, external_reference, return_reason, failure_reason } = answer.body;
    assert.deepEqual(
      [status, external_reference, return_reason, failure_reason],
      ['returned', 'SEPA-1', RETURNED.reason, null],
    );
    assert.equal(await balances(), '0.0000 / 100.0000 / 0.0000');
    assert.deepEqual(await journal(), [
      'payout available>paid 10.0000',
      'payout_refund paid>available 10.0000',
    ]);
    assert.equal((await audited()).at(-1), 'payout.returned admin 10.00 EUR');
    const { body } = await api('GET', '/users/me/wallet/transactions', { token: user.token });
    assert.deepEqual(
      body.data.slice(0, 2).map(({ type, status: of }: Record<string, string>) => `${type} ${of}`),
      ['payout_refund returned', 'payout returned'],
    );
  });

  test('comes from a completed one alone, and needs a reason', async () => {
    const { id, process } = await open();
    assertRefused(await process(id, RETURNED), 400, 'PAYOUT_INVALID_TRANSITION');
    await process(id, COMPLETED);
    assertRefused(await process(id, { status: 'returned' }), 400, 'VALIDATION_ERROR');
    assert.equal((await process(id, RETURNED)).status, 200);
  });

  test('of a user who owes money reduces the debt, although its review would block it', async () => {
    const { id, user, process, balances, buy, shop, reverse, request } = await open(10_00n);
    await process(id, COMPLETED);
    const purchase = await buy({ amount: '300.00' });
    await shop.confirm(purchase);
    await request({ amount: '15.00' });
    await reverse(purchase, 'fraud');
    await setStatus(user.id, 'inactive');
    assert.equal((await process(id, RETURNED)).status, 200);
    assert.equal(await balances(), '0.0000 / -5.0000 / 15.0000');
  });

  test('puts the money back exactly once, however many record it at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, process, balances } = await open();
      await process(id, COMPLETED);
      const answers = await Promise.all(Array.from({ length: 20 }, () => process(id, RETURNED)));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      assert.equal(await balances(), '0.0000 / 100.0000 / 0.0000');
    }
  });
});

test('reviews, requests, settlements and deactivations at once do not deadlock, and the books are right', async () => {
  const users = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const opened = await open();
      return { ...opened, bought: [await opened.buy(), await opened.buy()] as const };
    }),
  );
  const [before] = await runSql(platform.database.url, DEADLOCKS);
  await Promise.all(
    users.flatMap(({ user, id, process, bought: [fraud, returned], reverse, request, shop }) => [
      process(id, { status: 'processing' }).then(() => process(id, COMPLETED)),
      shop.confirm(fraud).then(() => reverse(fraud, 'fraud')),
      reverse(returned, 'returned'),
      ...Array.from({ length: 5 }, () => request()),
      setStatus(user.id, 'inactive').then(() => setStatus(user.id, 'active')),
    ]),
  );

  const [after] = await runSql(platform.database.url, DEADLOCKS);
  assert.deepEqual(after, before);
  assert.deepEqual((await verifyLedger(platform.database)).faults, []);
});

const DEADLOCKS = 'select deadlocks::int from pg_stat_database where datname = current_database()';

function untilLockIsAwaited(): Promise<boolean> {
  return until(async () => {
    const rows = await runSql(
      platform.database.url,
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
}
