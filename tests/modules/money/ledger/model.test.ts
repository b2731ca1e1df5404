import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../../../../src/core/errors.ts';
import type { Outcome } from '../../../../src/core/outcome.ts';
import type { RewardedPurchase } from '../../../../src/modules/earning/purchases/model.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { adminActor } from '../../../support/purchases-builders.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';

/*
 * Random sequences of purchases, repeats, confirmations and reversals through the queues that requests go through,
 * on the real database, beside a model that keeps a few numbers. Within a step commands run in one list, in order.
 */

const platform = await startTestPlatform();

/** In cents. What each shop's offer gives, worked out by hand for whole euros: 5 % of a euro is 5 cents. */
const SHOPS = [
  { offer: { cashback_value: 5 }, cap: Number.POSITIVE_INFINITY, rewardOf: (euros: number) => euros * 5 },
  { offer: { cashback_value: 10, monthly_cap: 20 }, cap: 2000, rewardOf: (euros: number) => euros * 10 },
  {
    offer: { cashback_type: 'fixed', cashback_value: 3, monthly_cap: 12 },
    cap: 1200,
    rewardOf: (euros: number) => Math.min(300, euros * 100),
  },
];

type Modelled = { id: string; shop: number; reward: number; status: 'pending' | 'confirmed' | 'reversed' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('buy' as const),
        purchases: fc.array(
          fc.record({
            shop: fc.nat({ max: SHOPS.length - 1 }),
            euros: fc.integer({ min: 1, max: 60 }),
            order: fc.nat({ max: 60 }),
          }),
          { minLength: 1, maxLength: 8 },
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('settle' as const),
        settlements: fc.array(
          fc.record({ order: fc.nat({ max: 60 }), to: fc.constantFrom('confirmed', 'reversed') }),
          { minLength: 8, maxLength: 24 },
        ),
      }),
    },
  ),
  { minLength: 30, maxLength: 40 },
);

test('random purchases and settlements leave what the model says, and books without a fault', async () => {
  let run = 0;
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      run += 1;
      const shops = await Promise.all(SHOPS.map(({ offer }) => openShop(platform, offer)));
      const { reportPurchases, settlePurchases } = platform.platform.modules.purchases.client;
      const purchases = new Map<string, Modelled>();
      const used = SHOPS.map(() => 0);

      for (const step of sequence) {
        if (step.kind === 'buy') {
          const outcomes = await reportPurchases(
            step.purchases.map(({ shop, euros, order }) => ({
              ...shopAt(shops, shop).submission(),
              externalId: `run-${run}-${order}`,
              amount: BigInt(euros) * 100n,
            })),
          );
          for (const [index, { shop, euros, order }] of step.purchases.entries()) {
            const outcome = outcomes[index];
            const known = purchases.get(`run-${run}-${order}`);
            const { cap, rewardOf } = shopAt(SHOPS, shop);
            const reward = Math.min(rewardOf(euros), cap - (used[shop] ?? 0));
            expectOutcome(outcome, known === undefined ? 'ok' : 'DUPLICATE_PURCHASE');
            if (!outcome?.ok) continue;
            assert.equal(outcome.value.reward.amount, BigInt(reward));
            used[shop] = (used[shop] ?? 0) + reward;
            const { id } = outcome.value.purchase;
            purchases.set(`run-${run}-${order}`, { id, shop, reward, status: 'pending' });
          }
        } else {
          const targets = step.settlements.flatMap(({ order, to }) => {
            const purchase = purchases.get(`run-${run}-${order}`);
            return purchase === undefined ? [] : [{ purchase, to }];
          });
          const outcomes = await settlePurchases(
            targets.map(({ purchase: { id: purchaseId }, to }) => {
              const actor = adminActor(platform.admin.id);
              return to === 'confirmed'
                ? { actor, purchaseId, to }
                : { actor, purchaseId, to: 'reversed', reason: 'returned' };
            }),
          );
          for (const [index, { purchase, to }] of targets.entries()) {
            if (to === 'confirmed') {
              expectOutcome(outcomes[index], purchase.status === 'pending' ? 'ok' : 'PURCHASE_NOT_PENDING');
              if (purchase.status === 'pending') purchase.status = 'confirmed';
            } else {
              const isLegal = purchase.status !== 'reversed';
              expectOutcome(outcomes[index], isLegal ? 'ok' : 'PURCHASE_ALREADY_REVERSED');
              if (isLegal) used[purchase.shop] = (used[purchase.shop] ?? 0) - purchase.reward;
              purchase.status = 'reversed';
            }
          }
        }
      }

      for (const [index, shop] of shops.entries()) {
        const own = [...purchases.values()].filter((purchase) => purchase.shop === index);
        const sum = (status: string) =>
          own
            .filter((purchase) => purchase.status === status)
            .reduce((total, { reward }) => total + reward, 0);
        assert.equal(
          await shop.balances(),
          `${inEuro(sum('pending'))} / ${inEuro(sum('confirmed'))} / 0.0000`,
        );
        const rows = await rowsOf(
          platform,
          `select id, status from purchases where user_id = '${shop.shopper.id}' order by id`,
        );
        const expected = own.map(({ id, status }) => ({ id, status }));
        assert.deepEqual(
          rows,
          expected.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
        );
        const [usage] = await rowsOf(
          platform,
          `select used from cashback_cap_usage where user_id = '${shop.shopper.id}'`,
        );
        if (usage !== undefined) assert.equal(usage.used, inEuro(used[index] ?? 0));
      }
    }),
    { numRuns: 4, endOnFailure: true },
  );

  const report = await verifyLedger(platform.database);
  assert.deepEqual(report.faults, []);
  assert.equal(report.faultCount, 0);
  // The run is worth something only if it came to every kind of answer.
  for (const word of ['ok', 'DUPLICATE_PURCHASE', 'PURCHASE_NOT_PENDING', 'PURCHASE_ALREADY_REVERSED']) {
    assert.ok((seen.get(word) ?? 0) > 5, `${word} was seen ${seen.get(word) ?? 0} times`);
  }

  function expectOutcome(outcome: Outcome<RewardedPurchase> | undefined, expected: string): void {
    const word = outcome?.ok ? 'ok' : outcome?.error instanceof DomainError ? outcome.error.code : outcome;
    assert.equal(word, expected);
    seen.set(expected, (seen.get(expected) ?? 0) + 1);
  }
});

function shopAt<Shop>(shops: readonly Shop[], index: number): Shop {
  const shop = shops[index];
  assert.ok(shop);
  return shop;
}

function inEuro(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}00`;
}
