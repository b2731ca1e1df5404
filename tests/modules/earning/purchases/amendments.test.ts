import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { runSql } from '../../../support/database.ts';
import { openPartner } from '../../../support/partners.ts';
import { payoutBody } from '../../../support/payouts-builders.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf, startWorkers } from '../../../support/purchases-shop.ts';

/*
 * Amendments end to end. The numbers of the worked examples are those of the specification.
 */

const platform = await startTestPlatform();
const { api, admin, database } = platform;

async function assertBooksAreRight(): Promise<void> {
  const { verdict, faults } = await verifyLedger(database);
  assert.deepEqual([verdict, faults], ['right', []]);
}

describe('a partial refund', () => {
  test('lowers a pending reward, and the amount that lists show', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy({ amount: '80.00' });

    const answer = await shop.amend(id, { amount: '78.50', reason: 'a voucher', version: 'v1' });

    assert.deepEqual(
      [answer.status, answer.body],
      [
        200,
        {
          id,
          amount: '78.50',
          original_amount: '80.00',
          cashback_amount: '3.92',
          cashback_status: 'pending',
          revision: 1,
        },
      ],
    );
    assert.deepEqual(await shop.journal(), [
      '1 cashback_credit platform>pending 4.0000',
      '2 cashback_reversal pending>platform 0.0800',
    ]);
    const own = await api('GET', '/users/me/purchases', { token: shop.shopper.token });
    const [listed] = (await api('GET', `/purchases?user_id=${shop.shopper.id}`, { token: admin.token })).body
      .data;
    const shown = (await api('GET', `/purchases/${id}`, { token: admin.token })).body;
    for (const seen of [own.body.data[0], listed, shown])
      assert.deepEqual([seen.amount, seen.original_amount, seen.revision], ['78.50', '80.00', 1]);
    assert.equal(shown.cashback_amount, '3.92');

    const confirmed = await shop.confirm(id);
    assert.deepEqual([confirmed.body.amount, confirmed.body.cashback_amount], ['78.50', '3.92']);
    assert.equal(await shop.balances(), '0.0000 / 3.9200 / 0.0000');
    await assertBooksAreRight();
  });

  test('of a reward that was paid out leaves a debt, which the next reward pays', async () => {
    const shop = await openShop(platform, { cashback_value: 10 });
    const { id } = await shop.buy();
    await shop.confirm(id);
    const { token } = shop.shopper;
    const payout = await api('POST', '/users/me/payouts', {
      token,
      body: payoutBody(),
    });
    assert.equal(payout.status, 201, JSON.stringify(payout.body));

    const refunded = await shop.amend(id, { amount: '60.00' });
    assert.equal(refunded.body.cashback_amount, '6.00');
    assert.equal(await shop.balances(), '0.0000 / -4.0000 / 10.0000');

    const next = await shop.buy({ amount: '50.00' });
    await shop.confirm(next.id);
    assert.equal(await shop.balances(), '0.0000 / 1.0000 / 10.0000');
    await assertBooksAreRight();
  });

  test('frees the room of a cap, and takes back only what is left of it', async () => {
    const shop = await openShop(platform, { monthly_cap: 3 });
    const { id } = await shop.buy({ amount: '80.00' });
    const rewards = [
      (await shop.amend(id, { amount: '50.00' })).body.cashback_amount,
      (await shop.buy({ amount: '20.00' })).cashback_amount,
      (await shop.amend(id, { amount: '70.00' })).body.cashback_amount,
    ];

    assert.deepEqual(rewards, ['2.50', '0.50', '2.50']);
    const [usage] = await rowsOf(
      platform,
      `select used from cashback_cap_usage where offer_id = '${shop.offerId}'`,
    );
    assert.equal(usage?.used, '3.0000');
    await assertBooksAreRight();
  });

  test('by lines rounds their sum once', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    const line = (line_id: string, status = 'approved') => ({ line_id, amount: '0.33', status });
    const lines = [line('a'), line('b'), line('c', 'pending'), line('d', 'rejected')];

    const answer = await shop.amend(id, { lines });

    assert.deepEqual([answer.body.amount, answer.body.cashback_amount], ['0.99', '0.05']);
    await assertBooksAreRight();
  });

  test('of everything leaves a purchase of zero, which may still be confirmed and raised', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();

    assert.equal((await shop.amend(id, { amount: 0 })).body.cashback_amount, '0.00');
    await shop.confirm(id);
    const raised = await shop.amend(id, { amount: '40.00' });

    assert.deepEqual([raised.body.cashback_amount, raised.body.cashback_status], ['2.00', 'available']);
    assert.deepEqual((await shop.journal()).slice(2), [
      '3 cashback_credit platform>pending 2.0000',
      '4 cashback_confirmation pending>available 2.0000',
    ]);
    await shop.reverse(id);
    assert.equal(await shop.balances(), '0.0000 / 0.0000 / 0.0000');
    await assertBooksAreRight();
  });
});

describe('the entries of an amendment', () => {
  test('name the purchase in the transactions of the wallet', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    await shop.amend(id, { amount: '60.00' });

    const { body } = await api('GET', '/users/me/wallet/transactions', { token: shop.shopper.token });

    assert.deepEqual(
      body.data.map((entry: Record<string, unknown>) => [
        entry.type,
        entry.amount,
        entry.related_purchase_id,
        entry.status,
      ]),
      [
        ['cashback_reversal', '2.00', id, 'pending'],
        ['cashback_credit', '5.00', id, 'pending'],
      ],
    );
  });

  test('have an event with both amounts', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    const answer = await shop.amend(id, { amount: '60.00', reason: 'one of two books', version: 'r-1' });

    const { body } = await api('GET', `/audit-logs?resource_id=${id}&action=purchase.amended`, {
      token: admin.token,
    });

    assert.equal(body.data.length, 1);
    assert.deepEqual(body.data[0].details, {
      revision: 1,
      version: 'r-1',
      reason: 'one of two books',
      user_id: shop.shopper.id,
      amount_before: '100.00',
      amount: '60.00',
      cashback_amount_before: '5.00',
      cashback_amount: '3.00',
      cashback_status: 'pending',
      currency: 'EUR',
    });
    assert.equal(body.data[0].request_id, answer.headers['x-request-id']);
  });
});

describe('a repeated version', () => {
  test('gets the first answer, however often and whatever came after it', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    const statement = { amount: '60.00', version: 'r-1' };
    const first = await shop.amend(id, statement);
    await shop.amend(id, { amount: '40.00', version: 'r-2' });
    await shop.confirm(id);
    await shop.reverse(id);

    const repeats = await Promise.all(Array.from({ length: 5 }, () => shop.amend(id, statement)));

    for (const repeat of repeats) assert.deepEqual([repeat.status, repeat.body], [200, first.body]);
    const [count] = await rowsOf(
      platform,
      `select count(*)::int as n from purchase_revisions where purchase_id = '${id}'`,
    );
    assert.equal(count?.n, 2);
  });

  for (const [title, fields] of [
    ['amount', { amount: '60.01' }],
    ['reason', { amount: '60.00', reason: 'something else' }],
    ['form', { lines: [{ line_id: 'a', amount: '60.00', status: 'approved' }] }],
  ] as const) {
    test(`with another ${title} is AMENDMENT_CONFLICT`, async () => {
      const shop = await openShop(platform);
      const { id } = await shop.buy();
      await shop.amend(id, { amount: '60.00', version: 'r-1' });

      const answer = await shop.amend(id, { version: 'r-1', ...fields });

      assertRefused(answer, 409, 'AMENDMENT_CONFLICT');
      assert.deepEqual(answer.body.error.details, {
        purchase_id: id,
        version: 'r-1',
        amount: '60.00',
        reason: 'partly returned',
      });
      assert.equal(await shop.balances(), '3.0000 / 0.0000 / 0.0000');
    });
  }

  test('of a partner is no version of the platform', async () => {
    const shop = await openShop(platform);
    const partner = await openPartner(platform);
    const { id } = (await shop.report({}, partner.token)).body;
    await shop.amend(id, { amount: '60.00', version: '1' });
    const answer = await shop.amend(id, { amount: '50.00', version: '1' }, partner.token);
    assert.deepEqual([answer.status, answer.body.revision], [200, 2]);
  });
});

describe('who may amend', () => {
  test('a partner amends its own purchases, and does not see those of others', async () => {
    const shop = await openShop(platform);
    const [own, other] = [await openPartner(platform), await openPartner(platform)];
    const { id } = (await shop.report({}, own.token)).body;

    assert.equal((await shop.amend(id, { amount: '60.00' }, own.token)).status, 200);
    assertRefused(await shop.amend(id, { amount: '60.00' }, other.token), 404, 'NOT_FOUND');
    assertRefused(await shop.amend(newId(), { amount: '60.00' }), 404, 'NOT_FOUND');
  });

  test('a batch amends, confirms and reverses in its order, and refuses what it must alone', async () => {
    const shop = await openShop(platform);
    const [first, second] = [await shop.buy(), await shop.buy()];
    await shop.reverse(second.id);
    const amendment = { action: 'amend', amount: '60.00', reason: 'returned', version: '1' };

    const { body } = await api('POST', '/purchases/settlements', {
      token: admin.token,
      body: [
        { purchase_id: first.id, ...amendment },
        { purchase_id: first.id, action: 'confirm' },
        { purchase_id: first.id, ...amendment, version: '2', amount: '80.00' },
        { purchase_id: second.id, ...amendment },
        { purchase_id: first.id, ...amendment, amount: '0.001', version: '3' },
      ],
    });

    assert.deepEqual(
      body.results.map((result: { status: number; cashback_amount?: string; error?: { code: string } }) => [
        result.status,
        result.cashback_amount ?? result.error?.code,
      ]),
      [
        [200, '3.00'],
        [200, '3.00'],
        [200, '4.00'],
        [400, 'PURCHASE_ALREADY_REVERSED'],
        [422, 'VALIDATION_ERROR'],
      ],
    );
    assert.equal(await shop.balances(), '0.0000 / 4.0000 / 0.0000');
    await assertBooksAreRight();
  });
});

describe('automatic confirmation', () => {
  test('waits until the source has decided on every line', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    const line = (status: string) => ({ lines: [{ line_id: 'a', amount: '100.00', status }] });
    await shop.amend(id, line('pending'));
    await platform.passTime({ hours: 24 * 31 });

    await platform.runJob('auto-confirmation');
    assert.equal((await api('GET', `/purchases/${id}`, { token: admin.token })).body.status, 'pending');

    await shop.amend(id, line('approved'));
    await platform.runJob('auto-confirmation');
    assert.equal((await api('GET', `/purchases/${id}`, { token: admin.token })).body.status, 'confirmed');
  });
});

describe('at the same time', () => {
  test('amendments, a confirmation and a reversal in several processes leave right books', async () => {
    const shop = await openShop(platform, { monthly_cap: 20 });
    const worker = startWorkers(platform, { maxConnections: 8 });
    const actor = { type: 'admin', id: admin.id, requestId: null } as const;
    const purchases = [await shop.buy(), await shop.buy({ amount: '300.00' })];
    const orders = purchases.flatMap(({ id: purchaseId }, index) => [
      ...Array.from({ length: 6 }, (_, version) => ({
        actor,
        purchaseId,
        to: 'amended' as const,
        amendment: { statement: { amount: 50 * version }, reason: 'amended', version: `v${version}` },
      })),
      { actor, purchaseId, to: 'confirmed' as const },
      ...(index === 0 ? [{ actor, purchaseId, to: 'reversed' as const, reason: 'returned' as const }] : []),
    ]);

    const outcomes = await Promise.all([...orders, ...orders].map((order) => worker.settle([order])));

    assert.equal(outcomes.length, orders.length * 2);
    const revisions = await rowsOf(
      platform,
      `select count(*)::int as n from purchase_revisions where purchase_id = '${purchases[1]?.id}'`,
    );
    assert.equal(revisions[0]?.n, 6);
    await assertBooksAreRight();
  });
});

describe('an amended purchase in a process of the version before', () => {
  /** As that version does it: by the reward as it was recorded, from where the status says it is. */
  const settle = (id: string, to: 'confirmed' | 'reversed', moved: number) =>
    runSql(
      database.url,
      `begin;
       with settled as (
         update purchases set status = '${to}', ${to}_at = now(),
           reversal_reason = ${to === 'reversed' ? "'returned'" : 'null'}::reversal_reason
         where id = '${id}' returning user_id
       ),
       rewarded as (
         update cashback_transactions set status = '${to === 'confirmed' ? 'available' : 'reversed'}'
         where purchase_id = '${id}'
       ),
       entry as (
         insert into wallet_entries (
           id, wallet_id, sequence, type, from_bucket, to_bucket, amount, source_type, source_id,
           pending_after, available_after, paid_after, created_at
         )
         select gen_random_uuid(), wallets.id, last_sequence + 1, ${
           to === 'confirmed'
             ? `'cashback_confirmation', 'pending', 'available', ${moved}, 'purchase', '${id}', pending - ${moved}, available + ${moved}`
             : `'cashback_reversal', 'available', 'platform', ${moved}, 'purchase', '${id}', pending, available - ${moved}`
         }, paid, now()
         from wallets join settled using (user_id)
         returning wallet_id, sequence, pending_after, available_after
       )
       select * into temporary entry_of_settlement from entry;
       update wallets set pending = pending_after, available = available_after, last_sequence = sequence
       from entry_of_settlement where wallet_id = id;
       drop table entry_of_settlement;
       commit`,
    );

  test('is not settled by the reward as it was recorded, and the client may repeat', async () => {
    const shop = await openShop(platform);
    await shop.buy();
    const { id } = await shop.buy({ amount: '80.00' });
    await shop.amend(id, { amount: '40.00' });

    await assert.rejects(settle(id, 'confirmed', 4), { code: '55P03' });
    assert.equal(await shop.balances(), '7.0000 / 0.0000 / 0.0000');
    await settle(id, 'confirmed', 2);

    await assert.rejects(settle(id, 'reversed', 4), { code: '55P03' });
    await settle(id, 'reversed', 2);
    assert.equal(await shop.balances(), '5.0000 / 0.0000 / 0.0000');
  });

  test('does not give more room back to a cap than it used', async () => {
    const shop = await openShop(platform, { monthly_cap: 30 });
    const { id } = await shop.buy({ amount: '80.00' });
    await shop.amend(id, { amount: '40.00' });

    const release = `update cashback_cap_usage set used = used - 4 where user_id = '${shop.shopper.id}'`;
    await assert.rejects(runSql(database.url, release), { code: '55P03' });
  });
});
