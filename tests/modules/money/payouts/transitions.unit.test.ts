import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { UserClient } from '../../../../src/modules/identity/users/index.ts';
import type { Blocker, Payout, PayoutMove } from '../../../../src/modules/money/payouts/model.ts';
import type { PayoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { payoutTransitions } from '../../../../src/modules/money/payouts/transitions.ts';
import type { Wallet, WalletClient } from '../../../../src/modules/money/wallets/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aPayout } from '../../../support/payouts-builders.ts';
import {
  adminActor,
  aUser,
  aWallet,
  NOW,
  SHOPPER,
  STRANGER,
  userActor,
} from '../../../support/purchases-builders.ts';
import { codeOf } from '../../../support/rejections.ts';

const ADMIN = adminActor(STRANGER);
const OWNER = userActor(SHOPPER);

function openTransitions(
  payouts: readonly Payout[],
  owner: {
    readonly active?: boolean;
    readonly balances?: Partial<Wallet>;
    readonly blockers?: readonly Blocker[];
  } = {},
) {
  const { kernel, ...seen } = fakeKernel();
  const locks: string[] = [];
  const queued: [table: string, rows: readonly unknown[]][] = [];
  const lockedIds: (readonly string[])[] = [];
  const move = payoutTransitions({
    ...kernel,
    repository: fake<PayoutRepository>({
      lock: async (_trx, ids) => {
        lockedIds.push(ids);
        locks.push('payouts');
        return payouts.filter(({ id }) => ids.includes(id));
      },
      queueUpdateMoved: (_trx, rows) => void queued.push(['payouts', rows]),
    }),
    supportedCurrencies: ['EUR', 'USD'],
    fourEyesAbove: new Map([['EUR', 50_00n]]),
    users: fake<UserClient>({
      lockUsersForShare: async (_trx, ids) => {
        locks.push('users');
        const isActive = (id: string) => id !== SHOPPER || (owner.active ?? true);
        return new Map(ids.map((id) => [id, aUser({ id, active: isActive(id) })]));
      },
    }),
    findBlockers: async (_trx, users) => {
      locks.push(...users.map(({ userId, since }) => `purchases of ${userId} since ${since}`));
      return owner.blockers ?? [];
    },
    wallets: fake<WalletClient>({
      lockWallets: async (_trx, owners) => {
        locks.push(`wallets in ${owners.map(({ currency }) => currency).join(' ')}`);
        return [aWallet({ paid: 100_00n, ...owner.balances })];
      },
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
  return { answers, queued, rows, lockedIds, locks, ...seen };
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
    [
      'is processed',
      {},
      { actor: ADMIN, to: 'processing' },
      { processingAt: NOW, processingBy: STRANGER },
      false,
    ],
    [
      'is completed',
      {},
      { actor: ADMIN, ...COMPLETED },
      { settledAt: NOW, externalReference: 'SEPA-1', completedBy: STRANGER },
      false,
    ],
    [
      'is completed after it was processed',
      { status: 'processing', processingAt: NOW.subtract({ hours: 1 }) },
      { actor: ADMIN, ...COMPLETED },
      { settledAt: NOW, externalReference: 'SEPA-1', completedBy: STRANGER },
      false,
    ],
    ['fails', {}, { actor: ADMIN, ...FAILED }, { settledAt: NOW, failureReason: FAILED.reason }, true],
    [
      'is sent back by the bank',
      { status: 'completed', settledAt: NOW, externalReference: 'SEPA-1', completedBy: STRANGER },
      { actor: ADMIN, to: 'returned', reason: 'The account is closed.' },
      { returnedAt: NOW, returnReason: 'The account is closed.' },
      true,
    ],
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
    [
      'of the administrator',
      { payoutId: payout.id, actor: adminActor(SHOPPER), to: 'processing' },
      'FORBIDDEN',
    ],
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

describe('a payout under review', () => {
  const payout = aPayout();
  const processing = aPayout({ status: 'processing', processingAt: NOW, processingBy: STRANGER });
  const blocked: [title: string, owner: Parameters<typeof openTransitions>[1]][] = [
    ['was deactivated', { active: false }],
    ['owes money', { balances: { available: -1n } }],
    ['has a held purchase', { blockers: [{ userId: SHOPPER, purchaseId: newId(), kind: 'held' }] }],
    [
      'has a purchase that was reversed for fraud',
      { blockers: [{ userId: SHOPPER, purchaseId: newId(), kind: 'reversed_for_fraud', reversedAt: NOW }] },
    ],
  ];
  for (const [title, owner] of blocked) {
    test(`is neither processed nor completed if its owner ${title}; it may fail`, async () => {
      const { answers, rows } = openTransitions([payout, processing], owner);
      const answered = await answers(
        { payoutId: payout.id, actor: ADMIN, to: 'processing' },
        { payoutId: payout.id, actor: ADMIN, ...COMPLETED },
        { payoutId: processing.id, actor: ADMIN, ...COMPLETED },
        { payoutId: processing.id, actor: ADMIN, ...FAILED },
      );
      assertEqual(answered, ['PAYOUT_BLOCKED', 'PAYOUT_BLOCKED', 'PAYOUT_BLOCKED', 'failed']);
      assertEqual(rows('payouts').length, 1);
    });
  }

  test('locks payouts, then the wallets of every currency, then the owner', async () => {
    const { answers, locks } = openTransitions([payout]);
    await answers({ payoutId: payout.id, actor: ADMIN, to: 'processing' });
    assertEqual(locks, [
      'payouts',
      'wallets in EUR EUR USD',
      'users',
      `purchases of ${SHOPPER} since ${payout.requestedAt}`,
    ]);
  });

  test('asks for purchases since the earliest request of the owner', async () => {
    const earlier = aPayout({ requestedAt: NOW.subtract({ hours: 1 }) });
    const { answers, locks } = openTransitions([payout, earlier]);
    await answers(
      ...[payout, earlier].map(({ id }) => ({ payoutId: id, actor: ADMIN, to: 'processing' }) as const),
    );
    assertEqual(locks.at(-1), `purchases of ${SHOPPER} since ${earlier.requestedAt}`);
  });

  test('is not asked about when money goes back: only the sender is', async () => {
    const { answers, locks } = openTransitions([payout]);
    await answers({ payoutId: payout.id, actor: ADMIN, ...FAILED });
    assertEqual(locks, ['payouts', 'wallets in EUR', 'users']);
  });

  test('is decided after the moves before it, which may have repaid the debt', async () => {
    const failing = aPayout({ amount: 5_00n });
    const { answers } = openTransitions([payout, failing], { balances: { available: -5_00n } });
    const answered = await answers(
      { payoutId: payout.id, actor: ADMIN, to: 'processing' },
      { payoutId: failing.id, actor: ADMIN, ...FAILED },
      { payoutId: payout.id, actor: ADMIN, to: 'processing' },
    );
    assertEqual(answered, ['PAYOUT_BLOCKED', 'failed', 'processing']);
  });
});

describe('above the limit of four eyes', () => {
  const OTHER = adminActor(newId());
  const large = aPayout({ amount: 50_01n });
  const complete = (actor: PayoutMove['actor'], payoutId = large.id) => ({ payoutId, actor, ...COMPLETED });

  test('one administrator processes a payout and another one completes it', async () => {
    const { answers, rows } = openTransitions([large]);
    const answered = await answers(
      { payoutId: large.id, actor: ADMIN, to: 'processing' },
      complete(ADMIN),
      complete(OTHER),
    );
    assertEqual(answered, ['processing', 'FORBIDDEN', 'completed']);
    const [row] = rows('payouts') as Payout[];
    assertEqual([row?.processingBy, row?.completedBy, row?.needsFourEyes], [STRANGER, OTHER.id, true]);
  });

  test('a payout is never completed straight away', async () => {
    const { answers } = openTransitions([large]);
    assertEqual(await answers(complete(ADMIN)), ['FORBIDDEN']);
  });

  test('a payout that an older version processed without a name is not completed', async () => {
    const { answers } = openTransitions([{ ...large, status: 'processing', processingAt: NOW }]);
    assertEqual(await answers(complete(ADMIN)), ['FORBIDDEN']);
  });

  test('a payout of exactly the limit takes one', async () => {
    const exact = aPayout({ amount: 50_00n });
    const { answers } = openTransitions([exact]);
    assertEqual(await answers(complete(ADMIN, exact.id)), ['completed']);
  });

  test('the verdict stays, although the limit was raised meanwhile', async () => {
    const judged = aPayout({ status: 'processing', processingBy: STRANGER, needsFourEyes: true });
    const { answers } = openTransitions([judged]);
    assertEqual(await answers(complete(ADMIN, judged.id)), ['FORBIDDEN']);
  });

  test('a currency that is not supported any more always takes two', async () => {
    const old = aPayout({ currency: 'GBP', amount: 1n });
    const { answers } = openTransitions([old]);
    assertEqual(await answers(complete(ADMIN, old.id)), ['FORBIDDEN']);
  });
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
      {
        ...payout,
        status: 'completed',
        processingAt: NOW,
        processingBy: STRANGER,
        settledAt: NOW,
        externalReference: 'SEPA-1',
        completedBy: STRANGER,
      },
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
