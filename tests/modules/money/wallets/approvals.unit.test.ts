import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { AdjustmentRepository } from '../../../../src/modules/money/wallets/adjustment-repository.ts';
import { adjustmentApprovals } from '../../../../src/modules/money/wallets/approvals.ts';
import type { Adjustment, Movement } from '../../../../src/modules/money/wallets/model.ts';
import { postMovements } from '../../../../src/modules/money/wallets/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { adminActor, anAdjustment, aWallet, NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const OTHER = adminActor(newId());
const EIGHT_DAYS = { hours: 24 * 8 };

/** An adjustment of a wallet with 20.00. `isLost`: another decision commits first. */
function open(fields: Partial<Adjustment> = {}, { isLost = false } = {}) {
  const { kernel, ...seen } = fakeKernel();
  const decisions: unknown[] = [];
  const moved: Movement[] = [];
  const adjustment = anAdjustment({ needsFourEyes: true, ...fields });
  const rejected = { verdict: 'rejected', decidedBy: OTHER.id, reason: 'x', decidedAt: NOW } as const;
  let reads = 0;
  const approvals = adjustmentApprovals({
    ...kernel,
    repository: fake<AdjustmentRepository>({
      find: async (_db, id) => {
        reads += 1;
        if (id !== adjustment.id) return undefined;
        return isLost && reads > 1 ? { ...adjustment, decision: rejected } : adjustment;
      },
      findUndecided: async (_db, until, limit) => {
        assertEqual([until, limit], [NOW.subtract({ hours: 24 * 7 }), 10]);
        return [adjustment];
      },
      insertDecision: async (_trx, id, decision) => {
        if (!isLost) decisions.push([id, decision]);
        return !isLost;
      },
    }),
    requireActiveSender: async () => undefined,
    wallets: {
      applyMovements: async (_trx, movements) => {
        const { entries } = postMovements([aWallet({ available: 20_00n })], movements, NOW);
        moved.push(...movements);
        return entries.map((entry) => ({ ...entry, id: newId() }));
      },
    },
  });
  return { ...approvals, adjustment, decisions, moved, ...seen };
}

describe('an approval', () => {
  test('by another administrator moves the money, with an event in their name', async () => {
    const { approveAdjustment, adjustment, decisions, moved, events } = open();

    const statement = await approveAdjustment(adjustment.id, OTHER);

    assertEqual([statement.status, statement.decided_by], ['completed', OTHER.id]);
    assertEqual(statement.wallet?.available_balance, '32.50');
    const decision = { verdict: 'approved', decidedBy: OTHER.id, reason: null, decidedAt: NOW };
    assertEqual(decisions, [[adjustment.id, decision]]);
    assertEqual(
      moved.map(({ amount, to }) => [amount, to]),
      [[12_50n, 'available']],
    );
    assertEqual(
      events.map(({ type, actor, resourceId }) => [type, actor, resourceId]),
      [['wallet.adjusted', OTHER, SHOPPER]],
    );
  });

  const refusals: [
    title: string,
    opened: ReturnType<typeof open>,
    actor: typeof OTHER,
    code: string,
    details: Record<string, unknown>,
  ][] = [
    [
      'by the one who made it',
      open(),
      adminActor(anAdjustment().adminId ?? ''),
      'FORBIDDEN',
      { reason: 'four_eyes' },
    ],
    ['by the owner of the wallet', open(), adminActor(SHOPPER), 'FORBIDDEN', { reason: 'own' }],
    [
      'of one that needed none',
      open({ needsFourEyes: false }),
      OTHER,
      'ADJUSTMENT_NOT_AWAITING_APPROVAL',
      { adjustment_id: anAdjustment().id, status: 'completed' },
    ],
    [
      'after seven days',
      open({ createdAt: NOW.subtract(EIGHT_DAYS) }),
      OTHER,
      'ADJUSTMENT_NOT_AWAITING_APPROVAL',
      { adjustment_id: anAdjustment().id, status: 'expired' },
    ],
    [
      'that another decision precedes',
      open({}, { isLost: true }),
      OTHER,
      'ADJUSTMENT_NOT_AWAITING_APPROVAL',
      { adjustment_id: anAdjustment().id, status: 'rejected' },
    ],
  ];
  for (const [title, { approveAdjustment, adjustment, moved, events }, actor, code, details] of refusals) {
    test(`${title} is refused as ${code}, and moves nothing`, async () => {
      await rejectsWith(approveAdjustment(adjustment.id, actor), code, details);
      assertEqual([moved, events], [[], []]);
    });
  }

  for (const [title, fields, code] of [
    ['of a debit above the balance', { direction: 'debit', amount: 20_01n }, 'INSUFFICIENT_BALANCE'],
    ['of a credit without room', { amount: 10n ** 17n }, 'WALLET_FULL'],
  ] as const) {
    test(`${title} is refused as ${code}, without an event`, async () => {
      const { approveAdjustment, adjustment, events } = open(fields);
      await rejectsWith(approveAdjustment(adjustment.id, OTHER), code);
      assertEqual(events, []);
    });
  }
});

describe('a rejection', () => {
  test('by the one who made it moves nothing, and records the reason', async () => {
    const { rejectAdjustment, adjustment, decisions, events } = open();
    const actor = adminActor(adjustment.adminId ?? '');

    const statement = await rejectAdjustment(adjustment.id, 'Too much.', actor);

    assertEqual(
      [statement.status, statement.decision_reason, statement.wallet],
      ['rejected', 'Too much.', null],
    );
    const decision = { verdict: 'rejected', decidedBy: actor.id, reason: 'Too much.', decidedAt: NOW };
    assertEqual(decisions, [[adjustment.id, decision]]);
    assertEqual(
      events.map(({ type, details }) => [type, details.reason]),
      [['wallet.adjustment_rejected', 'Too much.']],
    );
  });

  test('by the owner of the wallet is refused', async () => {
    const { rejectAdjustment, adjustment } = open();
    await rejectsWith(rejectAdjustment(adjustment.id, 'x', adminActor(SHOPPER)), 'FORBIDDEN', {
      reason: 'own',
    });
  });
});

describe('what is not approved in time', () => {
  test('expires in the name of the platform', async () => {
    const { expireAdjustments, adjustment, decisions, events } = open();
    assertEqual(await expireAdjustments(10), 1);
    const decision = { verdict: 'expired', decidedBy: null, reason: null, decidedAt: NOW };
    assertEqual(decisions, [[adjustment.id, decision]]);
    assertEqual(
      events.map(({ type, actor }) => [type, actor.type]),
      [['wallet.adjustment_expired', 'system']],
    );
  });

  test('is left alone if it was decided meanwhile', async () => {
    const { expireAdjustments, events } = open({}, { isLost: true });
    assertEqual(await expireAdjustments(10), 0);
    assertEqual(events, []);
  });
});

test('an adjustment that does not exist is NOT_FOUND', async () => {
  const { approveAdjustment, rejectAdjustment, getAdjustment } = open();
  const id = newId();
  const missing = { resource_type: 'adjustment', resource_id: id };
  await rejectsWith(approveAdjustment(id, OTHER), 'NOT_FOUND', missing);
  await rejectsWith(rejectAdjustment(id, 'x', OTHER), 'NOT_FOUND', missing);
  await rejectsWith(getAdjustment(id), 'NOT_FOUND', missing);
});
