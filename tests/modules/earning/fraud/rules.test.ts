import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fraudDesk } from '../../../support/fraud-desk.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { adminActor } from '../../../support/purchases-builders.ts';
import { newOrder, rowsOf, startWorkers } from '../../../support/purchases-shop.ts';

/** Low thresholds, so that a test needs no hundreds of purchases; the floor stays at 500. */
const LOW = {
  VELOCITY_TIMES_USER_USUAL: '10',
  VELOCITY_TIMES_MERCHANT_USUAL: '20',
  VELOCITY_USERS_PER_ORDER: '4',
};
const platform = await startTestPlatform({ environment: LOW });
const desk = fraudDesk(platform);
/** Here, users buy too much on a day. On the other platform, all of a test is recorded on one. */
const strict = await startTestPlatform({ environment: { ...LOW, VELOCITY_PURCHASES_PER_USER_DAY: '3' } });
const strictDesk = fraudDesk(strict);

const ways = [
  { way: 'one by one', buy: desk.buyOneByOne, buyStrictly: strictDesk.buyOneByOne },
  { way: 'in one batch', buy: desk.buyInOneBatch, buyStrictly: strictDesk.buyInOneBatch },
];

for (const { way, buy, buyStrictly } of ways) {
  describe(`purchases that come ${way}`, () => {
    test('are held from the fourth of a user that is recorded on a day on, at any merchant, whenever it was bought', async () => {
      const [{ id: userId }, { id: otherId }] = [await strict.registerUser(), await strict.registerUser()];
      const [first, second] = [await strictDesk.openMerchant(), await strictDesk.openMerchant()];
      const at = (time: string, merchantId = first) => ({ userId, merchantId, amount: '5.00', at: time });

      const ids = await buyStrictly([
        at('2026-02-02T23:59:59.999Z'),
        at('2025-12-24T00:00:00Z', second),
        { ...at('2026-02-02T12:00:00Z'), userId: otherId },
        at('2026-03-14T00:00:00Z'),
        at('2026-02-01T12:00:00Z'),
        { ...at('2026-02-02T12:00:00Z'), userId: otherId },
        at('2025-12-24T11:00:00Z', second),
      ]);

      const day = strict.clock().toString().slice(0, 10);
      const reasons = [{ rule: 'purchases_per_user_day', evidence: { day, more_than: 3 } }];
      assert.deepEqual(await strictDesk.reasonsOf(ids), [null, null, null, null, reasons, null, reasons]);
      assert.deepEqual(await strictDesk.heldAmong(ids), [ids[4], ids[6]]);
    });

    test('are held when far above what the user usually spends', async () => {
      const { id: userId } = await platform.registerUser();
      const merchantId = await desk.openMerchant();
      const usual = (amount: string, day: number) => ({
        userId,
        merchantId,
        amount,
        at: `2026-01-0${day}T10:00:00Z`,
      });

      const ids = await buy([
        // Too little is known of the user to call anything usual.
        { userId, merchantId, amount: '900.00', at: '2026-01-09T10:00:00Z' },
        ...[usual('50.00', 1), usual('60.00', 2), usual('40.00', 3), usual('70.00', 4)],
        // Exactly ten times the median of 40, 50, 60, 70 and 900.
        { userId, merchantId, amount: '600.00', at: '2026-01-10T10:00:00Z' },
        // The median of six is the lower of the two in the middle, again 60.
        { userId, merchantId, amount: '600.01', at: '2026-01-11T10:00:00Z' },
      ]);

      assert.deepEqual(await desk.reasonsOf(ids), [
        ...Array(6).fill(null),
        [
          {
            rule: 'amount_above_user_usual',
            evidence: {
              amount: '600.01',
              usual_amount: '60.00',
              currency: 'EUR',
              more_than_times: 10,
              purchases: 6,
            },
          },
        ],
      ]);
    });

    test('are held from the fourth user who buys for one amount at one merchant on one day on', async () => {
      const users = await Promise.all(Array.from({ length: 5 }, () => platform.registerUser()));
      const [merchantId, otherMerchant] = [await desk.openMerchant(), await desk.openMerchant()];
      const order = (user: number, fields = {}) => ({
        userId: users[user]?.id ?? '',
        merchantId,
        amount: '777.00',
        at: '2026-02-20T08:00:00Z',
        ...fields,
      });

      const ids = await buy([
        order(0),
        order(0),
        order(1),
        order(2, { amount: '777.01' }),
        order(2, { merchantId: otherMerchant }),
        order(2, { at: '2026-02-21T08:00:00Z' }),
        order(2),
        order(0),
        order(3, { at: '2026-02-20T23:00:00Z' }),
        order(1, { at: '2026-02-20T00:00:00Z' }),
      ]);

      const reasons = [
        {
          rule: 'repeated_order',
          evidence: { amount: '777.00', currency: 'EUR', day: '2026-02-20', users_at_least: 4 },
        },
      ];
      assert.deepEqual(await desk.reasonsOf(ids), [...Array(8).fill(null), reasons, reasons]);
    });

    test('are not held for their amount below the floor', async () => {
      const { id: userId } = await platform.registerUser();
      const merchantId = await desk.openMerchant();

      const ids = await buy([
        ...desk.tenSmallOnes(userId, merchantId),
        { userId, merchantId, amount: '499.99', at: '2026-02-01T10:00:00Z' },
        { userId, merchantId, amount: '500.00', at: '2026-02-02T10:00:00Z' },
      ]);

      assert.deepEqual(await desk.heldAmong(ids), ids.slice(-1));
    });

    test('carry every reason that they met', async () => {
      const { id: userId } = await strict.registerUser();
      const merchantId = await strictDesk.openMerchant();
      const today = (amount: string) => ({ userId, merchantId, amount, at: '2026-03-01T10:00:00Z' });

      const ids = await buyStrictly([...strictDesk.tenSmallOnes(userId, merchantId), today('5000.00')]);

      const [reasons] = (await strictDesk.reasonsOf(ids.slice(-1))) as { rule: string }[][];
      assert.deepEqual(
        reasons?.map(({ rule }) => rule),
        ['purchases_per_user_day', 'amount_above_user_usual'],
      );
    });
  });
}

test('the purchases of a user are counted from nothing on the next day', async () => {
  const { id: userId } = await strict.registerUser();
  const order = { userId, merchantId: await strictDesk.openMerchant(), amount: '5.00' };
  const four = [order, order, order, order];
  const before = await strictDesk.buyOneByOne(four);
  await strict.passTime({ hours: 24 });
  const after = await strictDesk.buyInOneBatch(four);
  assert.deepEqual(await strictDesk.heldAmong([...before, ...after]), [before[3], after[3]]);
});

describe('what the rules know of the past', () => {
  const many = (count: number, order: { userId: string; merchantId: string; amount: string }) =>
    Array.from({ length: count }, (_, index) => {
      const day = Temporal.PlainDate.from('2025-06-01').add({ days: index });
      return { ...order, at: `${day}T10:00:00Z` };
    });

  test('is the latest 20 purchases of a user', async () => {
    const { id: userId } = await platform.registerUser();
    const merchantId = await desk.openMerchant();
    await desk.buyInOneBatch(many(20, { userId, merchantId, amount: '200.00' }));
    await desk.buyInOneBatch(many(20, { userId, merchantId, amount: '10.00' }));

    const [id = ''] = await desk.buyOneByOne([{ userId, merchantId, amount: '600.00' }]);

    assert.match(JSON.stringify(await desk.reasonsOf([id])), /"usual_amount":"10.00"/);
  });

  test('is the latest 100 purchases at a merchant', async () => {
    const [{ id: userId }, { id: other }] = [await platform.registerUser(), await platform.registerUser()];
    const merchantId = await desk.openMerchant();
    await desk.buyInOneBatch(many(100, { userId, merchantId, amount: '200.00' }));
    await desk.buyInOneBatch(many(100, { userId, merchantId, amount: '30.00' }));

    const [id = ''] = await desk.buyOneByOne([{ userId: other, merchantId, amount: '600.01' }]);

    assert.match(
      JSON.stringify(await desk.reasonsOf([id])),
      /amount_above_merchant_usual.+"purchases":100.+"usual_amount":"30.00"/,
    );
  });

  test('holds purchases that have been confirmed or reversed', async () => {
    const { id: userId } = await strict.registerUser();
    const merchantId = await strictDesk.openMerchant();
    const before = await strictDesk.buyInOneBatch(strictDesk.tenSmallOnes(userId, merchantId).slice(0, 6));
    for (const [index, id] of before.entries())
      await (index % 2 === 0 ? strictDesk.confirm(id) : strictDesk.reverse(id));

    const [id = ''] = await strictDesk.buyOneByOne([{ userId, merchantId, amount: '600.00' }]);

    const [reasons] = (await strictDesk.reasonsOf([id])) as { rule: string }[][];
    assert.deepEqual(
      reasons?.map(({ rule }) => rule),
      ['purchases_per_user_day', 'amount_above_user_usual'],
    );
  });
});

describe('what is usual at a merchant', () => {
  test('is known from 20 purchases on, and is read again after five minutes', async () => {
    const merchantId = await desk.openMerchant();
    const buyAs = async (amount: string) => {
      const { id: userId } = await platform.registerUser();
      const [id = ''] = await desk.buyOneByOne([{ userId, merchantId, amount }]);
      return id;
    };
    for (let count = 0; count < 19; count += 1) await buyAs('30.00');
    const unknown = await buyAs('5000.00');
    const stillUnknown = await buyAs('5000.00');
    platform.clock.advance({ minutes: 5 });
    const notAbove = await buyAs('600.00');
    const above = await buyAs('600.01');

    const evidence = {
      amount: '600.01',
      usual_amount: '30.00',
      currency: 'EUR',
      more_than_times: 20,
      purchases: 21,
    };
    assert.deepEqual(await desk.reasonsOf([unknown, stillUnknown, notAbove, above]), [
      null,
      null,
      null,
      [{ rule: 'amount_above_merchant_usual', evidence }],
    ]);
  });
});

describe('a purchase that a rule holds', () => {
  test('is answered and shown to its buyer like any other, and is pending in the wallet', async () => {
    const merchantId = await desk.openMerchant();
    const shopper = await platform.registerUser();
    await desk.buyInOneBatch(desk.tenSmallOnes(shopper.id, merchantId));
    const body = {
      external_id: 'told-to-nobody',
      user_id: shopper.id,
      merchant_id: merchantId,
      amount: '600.00',
      currency: 'EUR',
    };

    const { body: accepted, status } = await platform.api('POST', '/purchases', {
      token: shopper.token,
      body,
    });

    assert.equal(status, 201);
    assert.deepEqual(accepted, {
      id: accepted.id,
      status: 'pending',
      cashback_amount: '30.00',
      matched: false,
    });
    assert.deepEqual(await desk.heldAmong([accepted.id]), [accepted.id]);
    for (const path of [
      '/users/me/purchases',
      `/purchases/${accepted.id}`,
      '/users/me/wallet/transactions',
    ]) {
      const answer = await platform.api('GET', path, { token: shopper.token });
      assert.equal(answer.status, 200);
      assert.doesNotMatch(JSON.stringify(answer.body), /held|hold|review/, path);
    }
    const wallet = await platform.api('GET', '/users/me/wallet', { token: shopper.token });
    assert.equal(wallet.body.pending_balance, '35.00');
    const again = await platform.api('POST', '/purchases', { token: shopper.token, body });
    assert.equal(again.status, 409);
    assert.doesNotMatch(JSON.stringify(again.body), /held|hold|review/);
  });

  test('is audited as an act of the platform, within the request that brought it, and counted by rule', async () => {
    const before = await heldCount('amount_above_user_usual');
    const { id } = await desk.buyHeld();

    const { body } = await platform.api('GET', `/audit-logs?resource_id=${id}`, {
      token: platform.admin.token,
    });
    const [held, recorded] = body.data;
    assert.deepEqual([held.action, held.actor_type, held.actor_id], ['purchase.held', 'system', null]);
    assert.deepEqual(held.details, { rules: 'amount_above_user_usual' });
    assert.equal(recorded.action, 'purchase.recorded');
    assert.equal(held.request_id, recorded.request_id);
    assert.equal(await heldCount('amount_above_user_usual'), before + 1);
  });

  test('is held once: its repeat is a duplicate and leaves one hold', async () => {
    const { id, shopper } = await desk.buyHeld();
    const [row] = await rowsOf(platform, `select external_id, merchant_id from purchases where id = '${id}'`);
    const body = { ...row, user_id: shopper.id, amount: '600.00', currency: 'EUR' };

    const answer = await platform.api('POST', '/purchases', { token: platform.admin.token, body });

    assert.equal(answer.status, 409);
    assert.equal(answer.body.error.code, 'DUPLICATE_PURCHASE');
    const holds = await desk.listHolds(`?user_id=${shopper.id}`);
    assert.deepEqual(
      holds.map(({ purchase_id }) => purchase_id),
      [id],
    );
  });

  async function heldCount(rule: string): Promise<number> {
    const metrics = await platform.platform.server.inject({ method: 'GET', url: '/metrics' });
    const [, count] =
      new RegExp(`clicknback_purchases_held_total\\{rule="${rule}"\\} (\\d+)`).exec(metrics.body) ?? [];
    return Number(count);
  }
});

describe('a process that has seen little of a user’s day', () => {
  test('asks for all of it once it has seen a tenth of the limit itself', async () => {
    const limited = await startTestPlatform({ environment: { VELOCITY_PURCHASES_PER_USER_DAY: '20' } });
    const { buyInOneBatch, openMerchant, heldAmong } = fraudDesk(limited);
    const { ingest } = startWorkers(limited, { maxConnections: 2 });
    const { id: userId } = await limited.registerUser();
    const merchantId = await openMerchant();
    const order = { userId, merchantId, amount: '5.00' };
    await buyInOneBatch(Array.from({ length: 20 }, () => order));

    const elsewhere: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const [outcome] = await ingest([
        {
          actor: adminActor(limited.admin.id),
          externalId: newOrder(),
          userId,
          merchantId,
          amount: 500n,
          currency: 'EUR',
          purchasedAt: undefined,
        },
      ]);
      assert.ok(outcome?.ok);
      elsewhere.push(outcome.value.purchase.id);
    }

    assert.deepEqual(await heldAmong(elsewhere), elsewhere.slice(1));
    const [atOnce = ''] = await buyInOneBatch([order]);
    assert.deepEqual(await heldAmong([atOnce]), [atOnce]);
  });
});
