import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { Reward } from '../../../../src/modules/earning/cashback/index.ts';
import { decide } from '../../../../src/modules/earning/purchases/decisions.ts';
import {
  PLATFORM,
  type RewardedPurchase,
  type SettlementOfId,
} from '../../../../src/modules/earning/purchases/model.ts';
import { isCut, topUps } from '../../../../src/modules/earning/purchases/refill.ts';
import { assertEqual } from '../../../support/equality.ts';
import {
  aCapUsage,
  adminActor,
  aPurchase,
  aReward,
  aWallet,
  NOW,
  OFFER,
  STRANGER,
  someTerms,
} from '../../../support/purchases-builders.ts';

const ADMIN = { ...adminActor(STRANGER), requestId: 'request' };
const CAP = 300n;
const TERMS = someTerms({ monthlyCap: CAP });

/** A purchase whose reward the cap of 3.00 has cut from `uncapped`. */
function purchaseOf(uncappedAmount: bigint, amount: bigint, fields: Partial<Reward> = {}): RewardedPurchase {
  const purchase = aPurchase({
    amount: uncappedAmount * 20n,
    status: fields.status === 'available' ? 'confirmed' : (fields.status ?? 'pending'),
  });
  const reward = aReward({
    purchaseId: purchase.id,
    terms: TERMS,
    capMonth: '2026-03-01',
    uncappedAmount,
    amount,
    ...fields,
  });
  return { purchase, reward };
}

describe('freed room', () => {
  const [first, second, third] = [purchaseOf(100n, 20n), purchaseOf(50n, 50n), purchaseOf(70n, 0n)];
  const given = (room: bigint, ...purchases: RewardedPurchase[]) =>
    topUps(purchases, room).map(({ before, added }) => [before.purchase.id, added]);

  test('tops up what was cut, in the order of the recording', () => {
    assertEqual(given(50n, third, second, first), [[first.purchase.id, 50n]]);
    assertEqual(given(100n, third, second, first), [
      [first.purchase.id, 80n],
      [third.purchase.id, 20n],
    ]);
    assertEqual(given(1_000n, third, second, first), [
      [first.purchase.id, 80n],
      [third.purchase.id, 70n],
    ]);
  });

  test('of nothing tops up nothing', () => {
    assertEqual(given(0n, first, third), []);
    assertEqual(given(-1n, first, third), []);
  });

  test('gives nothing to a reversed purchase', () => {
    const reversed = purchaseOf(100n, 20n, { status: 'reversed' });
    assert.equal(isCut(reversed.reward), false);
    assertEqual(given(50n, reversed, third), [[third.purchase.id, 50n]]);
  });

  test('gives no purchase more than the cap of its own offer', () => {
    const large = purchaseOf(1_000n, 250n);
    assertEqual(given(400n, large), [[large.purchase.id, 50n]]);
    assert.equal(isCut(purchaseOf(1_000n, 300n).reward), false);
  });
});

describe('a settlement', () => {
  const freeing = purchaseOf(300n, 300n);
  const cut = purchaseOf(100n, 0n);
  const paid = purchaseOf(150n, 0n, { status: 'available' });

  function settle(settlements: readonly SettlementOfId[], refilling = new Set([OFFER])) {
    const { decisions, caps } = decide(
      settlements,
      {
        rewarded: [freeing, cut, paid],
        revisionsOf: new Map(),
        sourcesOf: new Map(),
        reasonsOf: new Map(),
        refilling,
        rooms: [],
        usages: [aCapUsage({ cap: CAP, used: CAP })],
        wallets: [aWallet({ pending: 300n })],
      },
      { now: NOW, newId: () => newId(NOW), requireMayRevise: () => undefined },
    );
    const steps = decisions.flatMap((decision) => (decision.ok ? decision.value.steps : []));
    const refills = steps.filter(({ cause }) => cause.to === 'refilled');
    return { steps, refills, used: caps[0]?.used };
  }
  const reverse = {
    actor: ADMIN,
    purchaseId: freeing.purchase.id,
    to: 'reversed',
    reason: 'returned',
  } as const;
  const amend = (amount: string) => ({
    actor: ADMIN,
    purchaseId: freeing.purchase.id,
    to: 'amended' as const,
    amendment: { statement: { amount }, reason: 'a return', version: 'v1' },
  });

  test('that reverses tops up the others, by revisions that name it', () => {
    const { refills, used } = settle([reverse]);

    assertEqual(
      refills.map(({ after }) => [after.purchase.id, after.reward.amount, after.purchase.revision]),
      [
        [cut.purchase.id, 100n, 1],
        [paid.purchase.id, 150n, 1],
      ],
    );
    assert.equal(used, 250n);
    const [step] = refills;
    assert.ok(step?.cause.to === 'refilled');
    const { revision } = step.cause;
    assertEqual(revision, {
      id: revision.id,
      purchaseId: cut.purchase.id,
      seq: 1,
      namespace: PLATFORM,
      sourceKind: 'admin',
      version: freeing.purchase.id,
      cause: 'refilled',
      amount: cut.purchase.amount,
      currency: 'EUR',
      lines: null,
      state: 'pending',
      uncappedAmount: 100n,
      before: { reward: 0n, bucket: 'pending' },
      after: { reward: 100n, bucket: 'pending' },
      reason: 'Room under the cap was freed.',
      actor: { type: 'system', id: null },
      createdAt: NOW,
    });
    assertEqual(step.actor, { type: 'system', id: null, requestId: 'request' });
  });

  test('that lowers the amount tops up by what it frees', () => {
    const { steps, refills, used } = settle([amend('40.00')]);
    const [amended] = steps;
    assert.ok(amended?.cause.to === 'amended');
    assertEqual(
      refills.map(({ after, cause }) => [
        after.purchase.id,
        after.reward.amount,
        cause.to === 'refilled' && cause.revision.version,
      ]),
      [[cut.purchase.id, 100n, amended.cause.revision.id]],
    );
    assert.equal(used, 300n);
  });

  test('decides on what the refills of the ones before it left', () => {
    const settlements = [amend('50.00'), { ...reverse, purchaseId: cut.purchase.id }];
    const { steps, used } = settle(settlements);
    assertEqual(
      steps.map(({ cause, after }) => [cause.to, after.reward.amount]),
      [
        ['amended', 250n],
        ['refilled', 50n],
        ['reversed', 50n],
        ['refilled', 50n],
      ],
    );
    assert.equal(used, 300n);
  });

  for (const [title, settlement] of [
    ['raises the amount', amend('80.00')],
    ['confirms', { actor: ADMIN, purchaseId: freeing.purchase.id, to: 'confirmed' }],
  ] as const) {
    test(`that ${title} tops up nothing`, () => {
      assertEqual(settle([settlement]).refills, []);
    });
  }

  test('tops up nothing where the offer does not refill', () => {
    assertEqual(settle([reverse], new Set()).refills, []);
  });
});
