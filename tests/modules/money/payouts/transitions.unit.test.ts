import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { Payout, PayoutMove } from '../../../../src/modules/money/payouts/model.ts';
import type { PayoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { payoutTransitions } from '../../../../src/modules/money/payouts/transitions.ts';
import type { WalletClient } from '../../../../src/modules/money/wallets/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aPayout } from '../../../support/payouts-builders.ts';
import { adminActor, NOW, SHOPPER, STRANGER, userActor } from '../../../support/purchases-builders.ts';
import { codeOf } from '../../../support/rejections.ts';

const ADMIN = adminActor(STRANGER);
const OWNER = userActor(SHOPPER);

function openTransitions(payouts: readonly Payout[]) {
  const { kernel, ...seen } = fakeKernel();
  const queued: [table: string, rows: readonly unknown[]][] = [];
  const lockedIds: (readonly string[])[] = [];
  const move = payoutTransitions({
    ...kernel,
    repository: fake<PayoutRepository>({
      lock: async (_trx, ids) => {
        lockedIds.push(ids);
        return payouts.filter(({ id }) => ids.includes(id));
      },
      queueUpdateMoved: (_trx, rows) => void queued.push(['payouts', rows]),
    }),
    wallets: fake<WalletClient>({
      applyMovements: async (_trx, rows) => {
        queued.push(['movements', rows]);
        return [];
      },
    }),
  });

  /** Each answer as the new status, or the code of the refusal. */
  async function answers(...moves: PayoutMove[]): Promise<string[]> {
    return (await move(moves)).map((outcome) => {
      if (outcome.ok) return outcome.value.status;
      return codeOf(outcome.error);
    });
  }
  const rows = (table: string) => queued.flatMap(([name, list]) => (name === table ? list : []));
  return { answers, queued, rows, lockedIds, ...seen };
}

const COMPLETED = { to: 'completed', externalReference: 'SEPA-1' } as const;
const FAILED = { to: 'failed', reason: 'The account is closed.' } as const;

describe('a payout', () => {
  const moves: [
    title: string,
    before: Partial<Payout>,
    move: Omit<PayoutMove, 'payoutId'>,
    after: Partial<Payout>,
    isRefunded: boolean,
  ][] = [
    ['is processed', {}, { actor: ADMIN, to: 'processing' }, { processingAt: NOW }, false],
    [
      'is completed',
      {},
      { actor: ADMIN, ...COMPLETED },
      { settledAt: NOW, externalReference: 'SEPA-1' },
      false,
    ],
    [
      'is completed after it was processed',
      { status: 'processing', processingAt: NOW.subtract({ hours: 1 }) },
      { actor: ADMIN, ...COMPLETED },
      { settledAt: NOW, externalReference: 'SEPA-1' },
      false,
    ],
    ['fails', {}, { actor: ADMIN, ...FAILED }, { settledAt: NOW, failureReason: FAILED.reason }, true],
    ['is cancelled by its owner', {}, { actor: OWNER, to: 'cancelled' }, { settledAt: NOW }, true],
  ];
  for (const [title, before, move, after, isRefunded] of moves) {
    test(`${title}; its amount ${isRefunded ? 'returns to the available balance' : 'stays paid'}`, async () => {
      const payout = aPayout(before);
      const { answers, rows, events } = openTransitions([payout]);

      assertEqual(await answers({ payoutId: payout.id, ...move }), [move.to]);

      assertEqual(rows('payouts'), [{ ...payout, status: move.to, ...after }]);
      const refund = {
        userId: SHOPPER,
        currency: 'EUR',
        amount: 10_00n,
        source: { type: 'payout', id: payout.id },
        type: 'payout_refund',
        from: 'paid',
        to: 'available',
      };
      assertEqual(rows('movements'), isRefunded ? [refund] : []);
      assertEqual(events, [
        {
          type: `payout.${move.to}`,
          actor: move.actor,
          resourceType: 'payout',
          resourceId: payout.id,
          outcome: 'success',
          details: { from: payout.status, user_id: SHOPPER, amount: '10.00', currency: 'EUR' },
        },
      ]);
    });
  }

  const payout = aPayout();
  const completed = aPayout({ status: 'completed' });
  const refusals: [title: string, move: PayoutMove, code: string][] = [
    ['that does not exist', { payoutId: newId(), actor: ADMIN, to: 'processing' }, 'NOT_FOUND'],
    ['of another user', { payoutId: payout.id, actor: userActor(STRANGER), to: 'cancelled' }, 'NOT_FOUND'],
    ['that an administrator cancels', { payoutId: payout.id, actor: ADMIN, to: 'cancelled' }, 'NOT_FOUND'],
    ['without a reference', { payoutId: payout.id, actor: ADMIN, to: 'completed' }, 'VALIDATION_ERROR'],
    ['that is completed', { payoutId: completed.id, actor: ADMIN, ...FAILED }, 'PAYOUT_INVALID_TRANSITION'],
  ];
  for (const [title, move, code] of refusals) {
    test(`${title} is refused as ${code}, and nothing is written`, async () => {
      const { answers, queued, events } = openTransitions([payout, completed]);
      assertEqual(await answers(move), [code]);
      assertEqual([queued, events], [[], []]);
    });
  }
});

describe('a list of moves', () => {
  test('may process and complete one payout: two events, one row', async () => {
    const payout = aPayout();
    const { answers, rows, events, lockedIds } = openTransitions([payout]);

    const answered = await answers(
      { payoutId: payout.id, actor: ADMIN, to: 'processing' },
      { payoutId: payout.id, actor: ADMIN, ...COMPLETED },
      { payoutId: payout.id, actor: ADMIN, ...FAILED },
    );

    assertEqual(answered, ['processing', 'completed', 'PAYOUT_INVALID_TRANSITION']);
    assertEqual(rows('payouts'), [
      { ...payout, status: 'completed', processingAt: NOW, settledAt: NOW, externalReference: 'SEPA-1' },
    ]);
    assertEqual(
      events.map(({ type, details }) => `${type} from ${details.from}`),
      ['payout.processing from requested', 'payout.completed from processing'],
    );
    assertEqual(lockedIds, [[payout.id]]);
  });

  test('is answered in its order, and a refusal affects no other', async () => {
    const [first, second] = [aPayout(), aPayout({ status: 'cancelled' })];
    const { answers, events } = openTransitions([first, second]);
    const answered = await answers(
      { payoutId: second.id, actor: OWNER, to: 'cancelled' },
      { payoutId: first.id, actor: OWNER, to: 'cancelled' },
    );
    assertEqual(answered, ['PAYOUT_INVALID_TRANSITION', 'cancelled']);
    assert.equal(events.length, 1);
  });

  test('that is empty writes nothing', async () => {
    const { answers, queued } = openTransitions([]);
    assertEqual([await answers(), queued], [[], []]);
  });
});

test('outcomes are logged one line each', async () => {
  const payout = aPayout();
  const { answers, logged } = openTransitions([payout]);

  await answers(
    { payoutId: payout.id, actor: OWNER, to: 'cancelled' },
    { payoutId: payout.id, actor: ADMIN, to: 'processing' },
  );

  const fields = { level: 30, request_id: 'test', payout_id: payout.id };
  assertEqual(logged, [
    { ...fields, user_id: SHOPPER, amount: '10.00', currency: 'EUR', msg: 'payout cancelled' },
    { ...fields, refusal: 'PAYOUT_INVALID_TRANSITION', msg: 'payout not processing' },
  ]);
});
