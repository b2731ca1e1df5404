import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf, type Shop, startWorkers } from '../../../support/purchases-shop.ts';

/* Room under a cap that is freed tops up purchases that the cap has cut. The offer decides. */

const platform = await startTestPlatform();
const { api, admin, database } = platform;
const actor = { type: 'admin', id: admin.id, requestId: null } as const;

const PROCESSES = 8;

async function assertBooksAreRight(): Promise<void> {
  const { verdict, faults } = await verifyLedger(database);
  assert.deepEqual([verdict, faults], ['right', []]);
}

const show = async (id: string) => (await api('GET', `/purchases/${id}`, { token: admin.token })).body;

const rewardsOf = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await show(id)).cashback_amount));

async function usedOf(shop: Shop): Promise<unknown> {
  const [usage] = await rowsOf(
    platform,
    `select used from cashback_cap_usage where user_id = '${shop.shopper.id}' and offer_id = '${shop.offerId}'`,
  );
  return usage?.used;
}

/** Purchases of 80.00, 20.00 and 40.00 at 5 % under a cap of 3.00: 3.00, and nothing for the two others. */
async function openCutShop(offer: Record<string, unknown> = { cap_refill: true }) {
  const shop = await openShop(platform, { monthly_cap: 3, ...offer });
  const ids: string[] = [];
  for (const amount of ['80.00', '20.00', '40.00']) ids.push((await shop.buy({ amount })).id);
  const [first, second, third] = ids as [string, string, string];
  assert.deepEqual(await rewardsOf(ids), ['3.00', '0.00', '0.00']);
  return { shop, ids, first, second, third };
}

describe('an offer that refills', () => {
  test('tops up by a smaller amount and by a reversal, in the order of the recording', async () => {
    const { shop, ids, first } = await openCutShop();

    await shop.amend(first, { amount: '50.00' });
    assert.deepEqual(await rewardsOf(ids), ['2.50', '0.50', '0.00']);
    assert.equal(await usedOf(shop), '3.0000');
    assert.equal(await shop.balances(), '3.0000 / 0.0000 / 0.0000');

    await shop.reverse(first);
    assert.deepEqual((await rewardsOf(ids)).slice(1), ['1.00', '2.00']);
    assert.equal(await usedOf(shop), '3.0000');
    assert.equal(await shop.balances(), '3.0000 / 0.0000 / 0.0000');
    await assertBooksAreRight();
  });

  test('tops up a confirmed purchase in what is available', async () => {
    const { shop, ids, first, second } = await openCutShop();
    await shop.confirm(second);

    await shop.reverse(first);

    assert.deepEqual((await rewardsOf(ids)).slice(1), ['1.00', '2.00']);
    assert.equal(await shop.balances(), '2.0000 / 1.0000 / 0.0000');
    assert.deepEqual(await shop.journal(), [
      '1 cashback_credit platform>pending 3.0000',
      '2 cashback_reversal pending>platform 3.0000',
      '3 cashback_credit platform>pending 1.0000',
      '4 cashback_confirmation pending>available 1.0000',
      '5 cashback_credit platform>pending 2.0000',
    ]);
    await assertBooksAreRight();
  });

  test('records an event for each, of the platform and with the request that freed the room', async () => {
    const { shop, first, second } = await openCutShop();
    const answer = await shop.amend(first, { amount: '50.00' });

    const { body } = await api('GET', `/audit-logs?resource_id=${second}&action=purchase.refilled`, {
      token: admin.token,
    });

    assert.equal(body.data.length, 1);
    const [record] = body.data;
    assert.deepEqual(
      [record.actor_type, record.request_id, record.details],
      [
        'system',
        answer.headers['x-request-id'],
        {
          revision: 1,
          amount_before: '20.00',
          freed_by: first,
          user_id: shop.shopper.id,
          amount: '20.00',
          cashback_amount_before: '0.00',
          cashback_amount: '0.50',
          cashback_status: 'pending',
          currency: 'EUR',
        },
      ],
    );
    const [revision] = await rowsOf(
      platform,
      `select cause, version, (select id from purchase_revisions where purchase_id = '${first}') as freed_by
       from purchase_revisions where purchase_id = '${second}'`,
    );
    assert.deepEqual([revision?.cause, revision?.version], ['refilled', revision?.freed_by]);
  });

  test('tops up within the month and the shopper of the cap alone', async () => {
    const { shop, ids, first } = await openCutShop();
    const other = await platform.registerUser();
    const buy = async (fields: Record<string, unknown>) => (await shop.buy(fields)).id;
    const elsewhere = [
      await buy({ user_id: other.id, amount: '80.00' }),
      await buy({ user_id: other.id, amount: '80.00' }),
      await buy({ amount: '80.00', purchased_at: '2025-12-31T23:59:59Z' }),
      await buy({ amount: '80.00', purchased_at: '2025-12-01T00:00:00Z' }),
    ];

    await shop.reverse(first);

    assert.deepEqual((await rewardsOf(ids)).slice(1), ['1.00', '2.00']);
    assert.deepEqual(await rewardsOf(elsewhere), ['3.00', '0.00', '3.00', '0.00']);
  });

  test('tops up across the offers that continue it', async () => {
    const { shop, first, ids } = await openCutShop();
    const { token } = admin;
    await api('PATCH', `/offers/${shop.offerId}/status`, { token, body: { status: 'inactive' } });
    await platform.createOffer(shop.merchantId, { monthly_cap: 3, continues: shop.offerId });
    const later = (await shop.buy({ amount: '80.00' })).id;

    await shop.reverse(first);
    assert.deepEqual((await rewardsOf([...ids, later])).slice(1), ['1.00', '2.00', '0.00']);
    await shop.reverse(ids[2] ?? '');
    assert.equal((await show(later)).cashback_amount, '2.00');
    await assertBooksAreRight();
  });

  test('tops up after an offer was voided', async () => {
    const { shop, first, ids } = await openCutShop();
    await api('PATCH', `/offers/${shop.offerId}/status`, {
      token: admin.token,
      body: { status: 'inactive', effective_from: '2025-01-01T00:00:00Z' },
    });
    await shop.reverse(first);
    assert.deepEqual((await rewardsOf(ids)).slice(1), ['1.00', '2.00']);
  });
});

describe('an offer that does not refill', () => {
  test('leaves freed room to later purchases', async () => {
    const { shop, ids, first } = await openCutShop({});
    await shop.amend(first, { amount: '50.00' });
    await shop.reverse(first);
    assert.deepEqual((await rewardsOf(ids)).slice(1), ['0.00', '0.00']);
    assert.equal((await shop.buy({ amount: '80.00' })).cashback_amount, '3.00');
  });
});

describe('at the same time', () => {
  test('a settlement waits for a sibling that another one has locked, and gives its wallet up for that', async () => {
    const { shop, ids, first, second } = await openCutShop();
    const worker = startWorkers(platform, { maxConnections: 4 });
    let reversal: Promise<unknown> = Promise.resolve();
    await worker.database.transaction(async (trx) => {
      await worker.lock(trx, [second]);
      const before = worker.attempts();
      reversal = worker.settle([{ actor, purchaseId: first, to: 'reversed', reason: 'returned' }]);
      // Its second attempt waits for the sibling, so the wallet is free again.
      while (worker.attempts() < before + 2) await new Promise((resolve) => setTimeout(resolve, 5));
      const [wallet] = await worker.lockWallets(trx, [{ userId: shop.shopper.id, currency: 'EUR' }]);
      assert.equal(wallet?.pending, 300n);
    });
    await reversal;

    assert.deepEqual((await rewardsOf(ids)).slice(1), ['1.00', '2.00']);
    await assertBooksAreRight();
  });

  test('purchases, amendments and reversals in several processes leave no cut reward beside free room', async () => {
    const shop = await openShop(platform, { monthly_cap: 20, cap_refill: true });
    const worker = startWorkers(platform, { maxConnections: PROCESSES });
    const purchases = [];
    for (let tens = 6; tens < 14; tens += 1) purchases.push(await shop.buy({ amount: tens * 10 }));
    const work = purchases.flatMap(({ id: purchaseId }, index) => [
      ...Array.from({ length: 15 }, (_, version) => {
        const statement = { amount: ((version * 37 + index * 11) % 13) * 20 };
        const amendment = { statement, reason: 'amended', version: `v${version}` };
        return () => worker.settle([{ actor, purchaseId, to: 'amended', amendment }]);
      }),
      () =>
        worker.settle([
          index < 2
            ? { actor, purchaseId, to: 'reversed', reason: 'returned' }
            : { actor, purchaseId, to: 'confirmed' },
        ]),
      () => worker.ingest([shop.submission({ amount: 3_000n })]),
    ]);

    const inTurns = work.keys().map((turn) => work[(turn * 37) % work.length]);
    await Promise.all(
      Array.from({ length: PROCESSES }, async () => {
        for (const act of inTurns) await act?.();
      }),
    );

    const [sums] = await rowsOf(
      platform,
      `select sum(coalesce(latest.reward, recorded.amount))::text as rewards,
         least(20, sum(coalesce(latest.uncapped_amount, recorded.uncapped_amount)))::numeric(19, 4)::text as due
       from cashback_transactions as recorded
       left join lateral (
         select reward, uncapped_amount from purchase_revisions
         where purchase_id = recorded.purchase_id order by seq desc limit 1
       ) as latest on true
       where user_id = '${shop.shopper.id}' and status <> 'reversed'`,
    );
    assert.equal(sums?.rewards, sums?.due);
    assert.equal(await usedOf(shop), sums?.rewards);
    await assertBooksAreRight();
  });
});
