import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { UserClient } from '../../../../src/modules/identity/users/index.ts';
import type { DetailsCipher } from '../../../../src/modules/money/payouts/details.ts';
import type { Payout } from '../../../../src/modules/money/payouts/model.ts';
import type { PayoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { payoutService } from '../../../../src/modules/money/payouts/service.ts';
import type { WalletClient } from '../../../../src/modules/money/wallets/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { everyRequestIsNew, fake, fakeKernel } from '../../../support/fakes.ts';
import { aPayout, aPayoutOrder } from '../../../support/payouts-builders.ts';
import {
  adminActor,
  aUser,
  aWallet,
  SHOPPER,
  STRANGER,
  userActor,
} from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const MAX_QUEUED = 2;

function openService({
  payouts = [],
  ...replaced
}: { payouts?: readonly Payout[] } & Partial<PayoutRepository> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const service = payoutService({
    ...kernel,
    repository: fake<PayoutRepository>({
      sumSince: async () => new Map(),
      queueInsert: () => undefined,
      lock: async (_trx, ids) => payouts.filter(({ id }) => ids.includes(id)),
      queueUpdateMoved: () => undefined,
      ...replaced,
    }),
    accounts: { findReviewFacts: async () => new Map() },
    cipher: fake<DetailsCipher>({ encrypt: () => 'sealed', fingerprintOf: () => 'print' }),
    needsEmailProof: false,
    idempotency: everyRequestIsNew,
    wallets: fake<WalletClient>({
      lockWallets: async () => [aWallet({ available: 100_00n, paid: 100_00n })],
      applyMovements: async () => [],
    }),
    users: fake<UserClient>({
      lockUsersForShare: async (_trx, ids) => new Map(ids.map((id) => [id, aUser({ id })])),
      findUsers: async (_db, ids) => new Map(ids.map((id) => [id, aUser({ id })])),
    }),
    findBlockers: async () => [],
    fourEyesAbove: undefined,
    supportedCurrencies: ['EUR'],
    limits: { minimum: new Map([['EUR', 10_00n]]), monthly: new Map([['EUR', 1_000_00n]]) },
    maxQueuedPayouts: MAX_QUEUED,
  });
  return { service, metrics: () => kernel.metrics.registry.metrics(), ...seen };
}

describe('a single request', () => {
  test('returns the payout, or its refusal as an outcome, which an idempotency key may repeat', async () => {
    const { service, metrics } = openService();
    const accepted = await service.requestPayout(aPayoutOrder());
    const refused = await service.requestPayout(aPayoutOrder({ amount: 1n }));
    assertEqual([accepted.ok && accepted.value.answer.amount, refused.ok], ['10.00', false]);
    const text = await metrics();
    assert.match(text, /^clicknback_outcomes_total\{operation="payout",outcome="ok"\} 1$/m);
    assert.match(
      text,
      /^clicknback_outcomes_total\{operation="payout",outcome="PAYOUT_POLICY_VIOLATION"\} 1$/m,
    );
  });
});

describe('concurrent requests', () => {
  test('share no fault: one that the database refuses fails alone', async () => {
    const { service, events } = openService({
      queueInsert: (_trx, list) => {
        if (list.some(({ payout }) => payout.amount === 13_00n)) throw new Error('a constraint');
      },
    });
    const outcomes = await service.requestPayouts(
      [10_00n, 13_00n, 12_00n].map((amount) => aPayoutOrder({ amount })),
    );
    assertEqual(
      outcomes.map(({ ok }) => ok),
      [true, false, true],
    );
    assert.equal(events.length, 2);
  });

  test('that wait for a batch are written together; beyond the queue they are OVERLOADED', async () => {
    const { service, transactions } = openService();
    // Two batches may be written at once.
    const running = [service.requestPayout(aPayoutOrder()), service.requestPayout(aPayoutOrder())];
    const queued = [service.requestPayout(aPayoutOrder()), service.requestPayout(aPayoutOrder())];
    await rejectsWith(service.requestPayout(aPayoutOrder()), 'OVERLOADED');
    await Promise.all([...running, ...queued]);
    assert.equal(transactions(), 3);
  });
});

describe('a single move', () => {
  const payout = aPayout();

  test('by its owner cancels a payout', async () => {
    const { service, events } = openService({ payouts: [payout] });
    const cancelled = await service.cancelPayout(payout.id, userActor(SHOPPER));
    assertEqual([cancelled.status, events[0]?.type], ['cancelled', 'payout.cancelled']);
  });

  test('by an administrator processes a payout, and is counted', async () => {
    const { service, metrics } = openService({ payouts: [payout] });
    const move = { actor: adminActor(STRANGER), payoutId: payout.id, to: 'processing' } as const;
    assertEqual((await service.movePayout(move)).status, 'processing');
    assert.match(
      await metrics(),
      /^clicknback_outcomes_total\{operation="payout_transition",outcome="ok"\} 1$/m,
    );
  });

  test('throws its refusal', async () => {
    const { service } = openService();
    await rejectsWith(service.cancelPayout(newId(), userActor(SHOPPER)), 'NOT_FOUND');
  });

  test('beyond the queue is OVERLOADED', async () => {
    const { service } = openService({ payouts: [payout] });
    const move = { actor: adminActor(STRANGER), payoutId: payout.id, to: 'processing' } as const;
    const running = [service.movePayouts([move]), service.movePayouts([move])];
    const queued = service.movePayouts(Array(MAX_QUEUED).fill(move));
    await rejectsWith(service.movePayout(move), 'OVERLOADED');
    await Promise.all([...running, queued]);
  });
});
