import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BlockReason } from '../../../../src/modules/money/payouts/errors.ts';
import {
  type Payout,
  type PayoutMove,
  type PayoutStatus,
  TRANSITIONS,
} from '../../../../src/modules/money/payouts/model.ts';
import {
  maskBankDetails,
  moved,
  movementOf,
  requireMovable,
  requireUnblocked,
  requireWholeMove,
  requireWithinLimits,
  startOfMonth,
} from '../../../../src/modules/money/payouts/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { aPayout as samplePayout } from '../../../support/payouts-builders.ts';
import { adminActor, NOW, SHOPPER, STRANGER, userActor } from '../../../support/purchases-builders.ts';
import { refusalOf } from '../../../support/rejections.ts';

const STATUSES = Object.keys(TRANSITIONS) as PayoutStatus[];
const MOVES = ['processing', 'completed', 'failed', 'cancelled', 'returned'] as const;

const PAYOUT = '01936f2e-8c1b-7c3a-9d55-00000000000a';

const aPayout = (fields: Partial<Payout> = {}) => samplePayout({ id: PAYOUT, ...fields });

function aMove(fields: Partial<PayoutMove> = {}): PayoutMove {
  return { actor: adminActor(STRANGER), payoutId: PAYOUT, to: 'processing', ...fields };
}

describe('bank details are shown masked', () => {
  const table: readonly [iban: string, holder: string, shownIban: string, shownHolder: string][] = [
    ['DE89370400440532013000', 'Erika Mustermann', 'DE89**************3000', 'E*** M***'],
    ['NO9386011117947', 'Bo', 'NO93*******7947', 'B***'],
    ['MT84MALT011000012345MTLCAST001S', 'X', 'MT84***********************001S', 'X***'],
    ['BE68539007547034', 'Anne-Marie  van der Berg', 'BE68********7034', 'A*** v*** d*** B***'],
    ['GB29NWBK60161331926819', '李 小龍', 'GB29**************6819', '李*** 小***'],
    ['FR1420041010050500013M02606', '𝒵oë Łukasz', 'FR14*******************2606', '𝒵*** Ł***'],
  ];
  for (const [iban, accountHolder, shownIban, shownHolder] of table) {
    test(`${iban} of ${accountHolder} as ${shownIban} of ${shownHolder}`, () => {
      const masked = maskBankDetails({ iban, accountHolder });
      assertEqual(masked, { iban: shownIban, accountHolder: shownHolder });
      assert.equal(masked.iban.length, iban.length);
    });
  }
});

describe('a payout moves', () => {
  const legal = new Set([
    'requested>processing',
    'requested>completed',
    'requested>failed',
    'requested>cancelled',
    'processing>completed',
    'processing>failed',
    'completed>returned',
  ]);
  for (const status of STATUSES) {
    for (const to of MOVES) {
      const isLegal = legal.has(`${status}>${to}`);
      test(`${isLegal ? 'from' : 'never from'} ${status} to ${to}`, () => {
        const payout = aPayout({ status });
        const move = aMove({ to, externalReference: 'SEPA-1', reason: 'closed' });
        if (isLegal) {
          const after = moved(payout, move, NOW);
          assert.equal(after.status, to);
          assert.equal(after.processingAt, to === 'processing' ? NOW : null);
          assert.equal(after.settledAt, to === 'processing' || to === 'returned' ? null : NOW);
          assert.equal(after.returnedAt, to === 'returned' ? NOW : null);
          assert.equal(after.processingBy, to === 'processing' ? STRANGER : null);
          assert.equal(after.completedBy, to === 'completed' ? STRANGER : null);
          return;
        }
        const { kind, code, details } = refusalOf(() => moved(payout, move, NOW));
        assertEqual([kind, code], ['invalid', 'PAYOUT_INVALID_TRANSITION']);
        assertEqual(details, {
          payout_id: payout.id,
          status,
          allowed_transitions: TRANSITIONS[status],
        });
      });
    }
  }

  const money: Record<PayoutStatus, string[]> = {
    requested: ['payout available>paid 1000'],
    processing: [],
    completed: [],
    failed: ['payout_refund paid>available 1000'],
    cancelled: ['payout_refund paid>available 1000'],
    returned: ['payout_refund paid>available 1000'],
  };
  for (const status of STATUSES) {
    test(`to ${status} with ${money[status].length} movement of money`, () => {
      const movements = movementOf(aPayout({ status }));
      assertEqual(
        movements.map(({ type, from, to, amount }) => `${type} ${from}>${to} ${amount}`),
        money[status],
      );
      for (const { source } of movements) assertEqual(source, { type: 'payout', id: aPayout().id });
    });
  }

  test('to cancelled by its owner alone, whatever the role; others get NOT_FOUND', () => {
    const payout = aPayout();
    const cancel = (actor: PayoutMove['actor']) => requireMovable(payout, aMove({ actor, to: 'cancelled' }));
    assert.equal(cancel(userActor(SHOPPER)), payout);
    assert.equal(cancel(adminActor(SHOPPER)), payout);
    assert.equal(refusalOf(() => cancel(userActor(STRANGER))).code, 'NOT_FOUND');
    assert.equal(refusalOf(() => cancel(adminActor(STRANGER))).code, 'NOT_FOUND');
    assert.equal(refusalOf(() => requireMovable(undefined, aMove())).code, 'NOT_FOUND');
  });
});

describe('a move says what belongs to it, and nothing else', () => {
  const table: readonly [PayoutMove['to'], string | undefined, string | undefined, string[]][] = [
    ['processing', undefined, undefined, []],
    ['completed', 'SEPA-1', undefined, []],
    ['failed', undefined, 'closed', []],
    ['cancelled', undefined, undefined, []],
    ['returned', undefined, 'closed', []],
    ['returned', undefined, undefined, ['reason']],
    ['returned', 'SEPA-1', 'closed', ['external_reference']],
    ['completed', undefined, undefined, ['external_reference']],
    ['failed', undefined, undefined, ['reason']],
    ['completed', undefined, 'closed', ['external_reference', 'reason']],
    ['failed', 'SEPA-1', undefined, ['external_reference', 'reason']],
    ['processing', 'SEPA-1', 'closed', ['external_reference', 'reason']],
    ['completed', 'SEPA-1', 'closed', ['reason']],
  ];
  for (const [to, externalReference, reason, fields] of table) {
    test(`${to} with the reference ${externalReference} and the reason ${reason}`, () => {
      const check = () => requireWholeMove(aMove({ to, externalReference, reason }));
      if (fields.length === 0) return check();
      const { kind, code, details } = refusalOf(check);
      assertEqual([kind, code], ['invalid', 'VALIDATION_ERROR']);
      const violations = details.violations as { field: string }[];
      assertEqual(
        violations.map(({ field }) => field),
        fields,
      );
    });
  }
});

describe('a payout under review', () => {
  const owner = { active: true, available: 0n, blockers: [] };
  const held = (purchaseId: string) => ({ userId: SHOPPER, purchaseId, kind: 'held' as const });
  const fraud = (purchaseId: string, reversedAt: Temporal.Instant) =>
    ({ userId: SHOPPER, purchaseId, kind: 'reversed_for_fraud', reversedAt }) as const;
  const before = NOW.subtract({ milliseconds: 1 });

  const table: readonly [
    title: string,
    owner: Partial<Parameters<typeof requireUnblocked>[1]>,
    reasons: BlockReason[],
  ][] = [
    ['of an active owner without debt', {}, []],
    ['of an owner who was deactivated', { active: false }, [{ reason: 'owner_inactive' }]],
    [
      'of an owner who owes a cent',
      { available: -1n },
      [{ reason: 'negative_balance', available_balance: '-0.01', currency: 'EUR' }],
    ],
    [
      'with a held purchase',
      { blockers: [held(PAYOUT)] },
      [{ reason: 'purchase_held', purchase_ids: [PAYOUT] }],
    ],
    [
      'with a purchase that was reversed for fraud when it was requested',
      { blockers: [fraud(PAYOUT, NOW)] },
      [{ reason: 'purchase_reversed_for_fraud', purchase_ids: [PAYOUT] }],
    ],
    ['with a purchase that was reversed for fraud before', { blockers: [fraud(PAYOUT, before)] }, []],
    [
      'with everything at once',
      { active: false, available: -90_000_00n, blockers: [fraud('b', NOW), held('a'), held('c')] },
      [
        { reason: 'owner_inactive' },
        { reason: 'negative_balance', available_balance: '-90000.00', currency: 'EUR' },
        { reason: 'purchase_held', purchase_ids: ['a', 'c'] },
        { reason: 'purchase_reversed_for_fraud', purchase_ids: ['b'] },
      ],
    ],
    [
      'with many held purchases, of which it names 20',
      { blockers: Array.from({ length: 21 }, (_, index) => held(String(index))) },
      [{ reason: 'purchase_held', purchase_ids: Array.from({ length: 20 }, (_, index) => String(index)) }],
    ],
  ];
  for (const [title, fields, reasons] of table) {
    test(`${title} ${reasons.length === 0 ? 'passes' : 'is PAYOUT_BLOCKED with every reason'}`, () => {
      const check = () => requireUnblocked(aPayout(), { ...owner, ...fields });
      if (reasons.length === 0) return check();
      const { kind, code, details } = refusalOf(check);
      assertEqual([kind, code], ['conflict', 'PAYOUT_BLOCKED']);
      assertEqual(details, { payout_id: PAYOUT, reasons });
    });
  }
});

describe('the bounds of payouts', () => {
  const limits = {
    minimum: new Map([
      ['EUR', 10_00n],
      ['JPY', 1_500n],
    ]),
    monthly: new Map([
      ['EUR', 1_000_00n],
      ['JPY', 150_000n],
    ]),
  };
  const table: readonly [amount: bigint, used: bigint, rules: string[]][] = [
    [10_00n, 0n, []],
    [9_99n, 0n, ['minimum_amount']],
    [1_000_00n, 0n, []],
    [1_000_01n, 0n, ['monthly_limit']],
    [10_00n, 990_00n, []],
    [10_01n, 990_00n, ['monthly_limit']],
    [1n, 1_000_00n, ['minimum_amount', 'monthly_limit']],
  ];
  for (const [amount, used, rules] of table) {
    test(`${amount} cents after ${used} break ${rules.length === 0 ? 'no rule' : rules.join(' and ')}`, () => {
      const check = () => requireWithinLimits({ amount, currency: 'EUR' }, used, limits);
      if (rules.length === 0) return check();
      const { kind, code, details } = refusalOf(check);
      assertEqual([kind, code], ['unprocessable', 'PAYOUT_POLICY_VIOLATION']);
      const violations = details.violations as { rule: string; field: string }[];
      assertEqual(
        violations.map(({ rule }) => rule),
        rules,
      );
      assert.ok(violations.every(({ field }) => field === 'amount'));
    });
  }

  test('are those of the currency, in its decimals', () => {
    const { details } = refusalOf(() =>
      requireWithinLimits({ amount: 1_499n, currency: 'JPY' }, 149_000n, limits),
    );
    assertEqual(details, {
      currency: 'JPY',
      violations: [
        { rule: 'minimum_amount', field: 'amount', reason: 'must be at least 1500', limit: '1500' },
        {
          rule: 'monthly_limit',
          field: 'amount',
          reason: 'must keep the payouts of this month, 149000 so far, within 150000',
          limit: '150000',
          used: '149000',
        },
      ],
    });
  });

  test('a month begins at midnight in UTC', () => {
    const start = (now: string) => startOfMonth(Temporal.Instant.from(now)).toString();
    assert.equal(start('2026-03-14T09:26:53Z'), '2026-03-01T00:00:00Z');
    assert.equal(start('2026-03-01T00:00:00Z'), '2026-03-01T00:00:00Z');
    assert.equal(start('2026-02-28T23:59:59.999Z'), '2026-02-01T00:00:00Z');
    assert.equal(start('2026-03-31T23:30:00-01:00'), '2026-04-01T00:00:00Z');
  });
});
