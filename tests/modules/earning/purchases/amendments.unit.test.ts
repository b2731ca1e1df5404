import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import {
  findRepeated,
  present,
  revise,
  revised,
} from '../../../../src/modules/earning/purchases/amendments.ts';
import {
  type Amendment,
  PLATFORM,
  type RewardedPurchase,
} from '../../../../src/modules/earning/purchases/model.ts';
import { assertEqual } from '../../../support/equality.ts';
import {
  adminActor,
  aPurchase,
  aReward,
  NOW,
  ONE_PERCENT,
  partnerActor,
  SHOPPER,
  someTerms,
} from '../../../support/purchases-builders.ts';
import { refusalOf } from '../../../support/rejections.ts';

const ADMIN = adminActor(SHOPPER);

/** 80.00 at 5 %: 4.00, of which a cap may have left less. */
function purchaseOf(fields: { reward?: bigint; isCapped?: boolean; status?: 'pending' | 'available' } = {}) {
  const { reward = 400n, isCapped = false, status = 'pending' } = fields;
  const purchase = aPurchase({ amount: 8_000n, status: status === 'available' ? 'confirmed' : 'pending' });
  return {
    purchase,
    reward: aReward({
      purchaseId: purchase.id,
      terms: someTerms({ value: 5n * ONE_PERCENT, monthlyCap: isCapped ? 1_000n : null }),
      capMonth: isCapped ? '2026-03-01' : null,
      uncappedAmount: 400n,
      amount: reward,
      status,
    }),
  };
}

function amendmentOf(amount: string | number, fields: Partial<Amendment> = {}): Amendment {
  return { statement: { amount }, reason: 'a return', version: 'v1', ...fields };
}

function reviseBy(before: RewardedPurchase, amendment: Amendment, room?: bigint, actor = ADMIN) {
  return revise(before, { actor, amendment }, { id: newId(), now: NOW, room });
}

describe('a revision', () => {
  test('has the amount, the positions of the reward before and after it, and who said so', () => {
    const before = purchaseOf({ status: 'available' });
    const revision = reviseBy(before, amendmentOf('50.00'));

    assertEqual(revision, {
      id: revision.id,
      purchaseId: before.purchase.id,
      seq: 1,
      namespace: PLATFORM,
      sourceKind: 'admin',
      version: 'v1',
      cause: 'amended',
      amount: 5_000n,
      currency: 'EUR',
      lines: null,
      state: 'confirmed',
      uncappedAmount: 250n,
      before: { reward: 400n, bucket: 'available' },
      after: { reward: 250n, bucket: 'available' },
      reason: 'a return',
      actor: { type: 'admin', id: SHOPPER },
      createdAt: NOW,
    });
  });

  test('of a partner is in the namespace of the partner', () => {
    const { namespace, sourceKind } = reviseBy(
      purchaseOf(),
      amendmentOf(1),
      undefined,
      partnerActor(SHOPPER),
    );
    assertEqual([namespace, sourceKind], [SHOPPER, 'partner']);
  });

  const caps: [title: string, reward: bigint, amount: string, room: bigint, after: bigint][] = [
    ['a lower amount keeps what its reward may still have', 300n, '50.00', 0n, 250n],
    ['a lower amount takes nothing more, however much is free', 300n, '70.00', 900n, 300n],
    ['the same amount takes nothing more', 300n, '80.00', 900n, 300n],
    ['a higher amount takes what the cap has left', 300n, '100.00', 150n, 450n],
    ['a higher amount takes no more than it earns', 300n, '100.00', 900n, 500n],
    ['a higher amount gets nothing from a cap without room', 300n, '100.00', 0n, 300n],
  ];
  for (const [title, reward, amount, room, after] of caps) {
    test(`under a cap: ${title}`, () => {
      const revision = reviseBy(purchaseOf({ reward, isCapped: true }), amendmentOf(amount), room);
      assert.equal(revision.after.reward, after);
    });
  }

  test('adds up the lines that are not rejected', () => {
    const line = { category: null, amount: '0.33', status: 'approved' as const };
    const lines = [
      { ...line, lineId: 'a' },
      { ...line, lineId: 'b', status: 'pending' as const },
      { ...line, lineId: 'c', amount: 0.33 },
      { ...line, lineId: 'd', status: 'rejected' as const },
    ];
    const revision = reviseBy(purchaseOf(), amendmentOf(0, { statement: { lines } }));
    assertEqual([revision.amount, revision.after.reward, revision.lines?.length], [99n, 5n, 4]);
  });

  const wrong: [title: string, statement: Amendment['statement'], fields: string[]][] = [
    ['too many decimals', { amount: '1.001' }, ['amount']],
    ['text', { amount: 'much' }, ['amount']],
    [
      'a line with too many decimals',
      { lines: [{ lineId: 'a', amount: 0.001, category: null, status: 'approved' }] },
      ['lines.0.amount'],
    ],
    [
      'two lines of one id',
      { lines: ['1', '2'].map((amount) => ({ lineId: 'a', amount, category: null, status: 'approved' })) },
      ['lines'],
    ],
    [
      'lines beyond ten digits',
      {
        lines: ['a', 'b'].map((lineId) => ({
          lineId,
          amount: '9999999999',
          category: null,
          status: 'approved',
        })),
      },
      ['lines'],
    ],
  ];
  for (const [title, statement, fields] of wrong) {
    test(`is refused with ${title}`, () => {
      const refusal = refusalOf(() => reviseBy(purchaseOf(), amendmentOf(0, { statement })));
      assert.equal(refusal.code, 'VALIDATION_ERROR');
      const { violations } = refusal.details as { violations: { field: string }[] };
      assertEqual(
        violations.map(({ field }) => field),
        fields,
      );
    });
  }

  test('is refused for a reversed purchase', () => {
    const { purchase, reward } = purchaseOf();
    const reversed = { purchase: { ...purchase, status: 'reversed' as const }, reward };
    assert.equal(refusalOf(() => reviseBy(reversed, amendmentOf(1))).code, 'PURCHASE_ALREADY_REVERSED');
  });
});

describe('a repeated version', () => {
  const before = purchaseOf();
  const revision = reviseBy(before, amendmentOf('50.00'));
  const repeat = (amendment: Amendment, actor = ADMIN) =>
    findRepeated([revision], { actor, amendment }, before.purchase);

  test('is the same revision, in any spelling of the amount', () => {
    assert.equal(repeat(amendmentOf('50.00')), revision);
    assert.equal(repeat(amendmentOf(50)), revision);
  });

  test('of another source or version is none', () => {
    assert.equal(repeat(amendmentOf('50.00'), partnerActor(SHOPPER)), undefined);
    assert.equal(repeat(amendmentOf('50.00', { version: 'v2' })), undefined);
  });

  test('with other content is AMENDMENT_CONFLICT and says what was received first', () => {
    for (const amendment of [amendmentOf('50.01'), amendmentOf('50.00', { reason: 'another' })]) {
      const refusal = refusalOf(() => repeat(amendment));
      assert.equal(refusal.code, 'AMENDMENT_CONFLICT');
      assertEqual(refusal.details, {
        purchase_id: before.purchase.id,
        version: 'v1',
        amount: '50.00',
        reason: 'a return',
      });
    }
  });
});

describe('a purchase after a revision', () => {
  test('has its amount and reward; what was recorded stays beside them', () => {
    const before = purchaseOf();
    const revision = reviseBy(before, amendmentOf('50.00'));

    const after = revised(before, revision);

    assertEqual(after, {
      purchase: { ...before.purchase, amount: 5_000n, revision: 1 },
      reward: { ...before.reward, uncappedAmount: 250n, amount: 250n },
    });
    assert.equal(after.purchase.originalAmount, 8_000n);
    const recorded = { ...before, purchase: { ...before.purchase, revision: 1 } };
    assertEqual(present(recorded, revision), after);
    assert.equal(present(before, undefined), before);
  });
});
