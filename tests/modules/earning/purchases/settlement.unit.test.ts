import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import type { CapUsage, CashbackClient, Reward } from '../../../../src/modules/earning/cashback/index.ts';
import type { FraudClient, ReleaseQueue } from '../../../../src/modules/earning/fraud/index.ts';
import {
  PLATFORM,
  type Purchase,
  type Revision,
  type Settlement,
  type SettlementOfId,
} from '../../../../src/modules/earning/purchases/model.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import type { RevisionRepository } from '../../../../src/modules/earning/purchases/revision-repository.ts';
import { purchaseSettlement } from '../../../../src/modules/earning/purchases/settlement.ts';
import type { WitnessRepository } from '../../../../src/modules/earning/purchases/witness-repository.ts';
import type { SenderClient } from '../../../../src/modules/identity/partners/index.ts';
import type { User } from '../../../../src/modules/identity/users/index.ts';
import type { Wallet, WalletClient } from '../../../../src/modules/money/wallets/index.ts';
import { type Actor, SYSTEM } from '../../../../src/modules/platform/events/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import {
  aCapUsage,
  adminActor,
  aPurchase,
  aReward,
  aWallet,
  fakeSenders,
  NOW,
  ONE_PERCENT,
  partnerActor,
  SHOPPER,
  someTerms,
} from '../../../support/purchases-builders.ts';
import { codeOf } from '../../../support/rejections.ts';
import { fakeWitnesses, noDoubts } from '../../../support/witnesses.ts';

const ADMIN = adminActor(newId());
const PARTNER = partnerActor(newId());
const WALLET = aWallet({ pending: 10_000n, available: 10_000n });
/** Has room for some ten more. */
const FULL = aWallet({ pending: 10n ** 17n - 1_000n });

/** Purchases that exist, each with a reward of 250 unless the test gives it another one. */
function openSettlement(
  purchases: readonly Purchase[],
  rewards: readonly Reward[] = [],
  {
    caps = [],
    wallet = WALLET,
    witnesses = {},
    fraud = {},
    partners = {},
    users = new Map(),
    waited = () => [],
  }: {
    caps?: readonly CapUsage[];
    wallet?: Wallet;
    witnesses?: Partial<WitnessRepository>;
    fraud?: Partial<FraudClient>;
    partners?: Partial<SenderClient>;
    users?: ReadonlyMap<string, User>;
    /** The queues in which purchases wait. */
    waited?: (queues: readonly ReleaseQueue[]) => readonly ReleaseQueue[];
  } = {},
) {
  const { kernel, ...seen } = fakeKernel();
  const queued: [table: string, rows: readonly unknown[]][] = [];
  const queue = (table: string, rows: readonly unknown[]) => void queued.push([table, rows]);
  const lockedIds: string[][] = [];
  const rewardOf = (purchase: Purchase) =>
    rewards.find(({ purchaseId }) => purchaseId === purchase.id) ??
    aReward({ purchaseId: purchase.id, status: purchase.status === 'confirmed' ? 'available' : 'pending' });

  const { settleBatch, settleLocked } = purchaseSettlement({
    ...kernel,
    repository: fake<PurchaseRepository>({
      findByExternalKeys: async (_trx, keys) => {
        assert.ok(keys.length > 0);
        return purchases.filter(({ namespace, externalId }) =>
          keys.some((key) => key.namespace === namespace && key.externalId === externalId),
        );
      },
      lock: async (_trx, ids) => {
        lockedIds.push([...ids]);
        return purchases.filter(({ id }) => ids.includes(id));
      },
      queueUpdateSettled: (_trx, rows) => queue('purchases', rows),
      queueUpdateRevision: (_trx, rows) => queue('numbers', rows),
      queueHold: (_trx, rows) => queue('held', rows),
    }),
    witnesses: fakeWitnesses({ queueInsert: (_trx, rows) => queue('witnesses', rows), ...witnesses }),
    queues: { findWaitedQueues: async (_trx, queues) => [...waited(queues)] },
    doubts: noDoubts,
    partners: { ...fakeSenders, ...partners },
    users: { lockUsersForShare: async () => users },
    offers: { findRefilling: async () => new Set() },
    revisions: fake<RevisionRepository>({
      findOf: async () => new Map(),
      queueInsert: (_trx, rows) => queue('revisions', rows),
    }),
    fraud: fake<FraudClient>({
      findCeilings: async () => new Map(),
      isAboveCeiling: ({ partnerId }, { amount }) => partnerId !== null && amount > 10_000_00n,
      findHolds: async () => new Map(),
      announceHolds: () => undefined,
      queueResolveHolds: (_trx, rows) => queue('holds', rows),
      lockReleaseRooms: async () => [],
      queueReleases: (_trx, rows) => queue('releases', rows),
      ...fraud,
    }),
    cashback: fake<CashbackClient>({
      findRewards: async (_trx, ids) =>
        new Map(
          purchases.filter(({ id }) => ids.includes(id)).map((purchase) => [purchase.id, rewardOf(purchase)]),
        ),
      lockCapsOf: async () => caps,
      queueSettle: (_trx, rows, usages) => {
        queue('rewards', rows);
        queue('caps', usages);
      },
    }),
    wallets: fake<WalletClient>({
      lockWallets: async () => [wallet],
      applyMovements: async (_trx, movements, locked) => {
        assertEqual(locked, [wallet]);
        queue('movements', movements);
        return [];
      },
    }),
  });

  /** Each answer as `confirmed available`, or the code of the refusal. */
  async function settle(...list: Settlement[]): Promise<string[]> {
    return (await settleBatch(list)).map((outcome) => {
      if (!outcome.ok) return codeOf(outcome.error);
      return `${outcome.value.purchase.status} ${outcome.value.reward.status}`;
    });
  }

  const rows = (table: string) => queued.flatMap(([name, list]) => (name === table ? list : []));
  return { settle, settleBatch, settleLocked, rows, queued, lockedIds, ...seen };
}

const confirm = (purchase: Purchase, actor: Actor = ADMIN): SettlementOfId<'confirmed'> => ({
  actor,
  purchaseId: purchase.id,
  to: 'confirmed',
});
const reverse = (purchase: Purchase, actor: Actor = ADMIN): Settlement => ({
  actor,
  purchaseId: purchase.id,
  to: 'reversed',
  reason: 'returned',
});

describe('a confirmation', () => {
  test('makes the reward available, and records who did it', async () => {
    const purchase = aPurchase();
    const reward = aReward({ purchaseId: purchase.id });
    const { settleBatch, rows, events } = openSettlement([purchase], [reward]);

    const [outcome] = await settleBatch([confirm(purchase)]);

    const confirmed = { ...purchase, status: 'confirmed', confirmedAt: NOW };
    assertEqual(outcome, {
      ok: true,
      value: { purchase: confirmed, reward: { ...reward, status: 'available' } },
    });
    assertEqual(rows('purchases'), [confirmed]);
    assertEqual(rows('rewards'), [{ ...reward, status: 'available' }]);
    assertEqual(rows('movements'), [
      {
        userId: SHOPPER,
        currency: 'EUR',
        amount: 250n,
        source: { type: 'purchase', id: purchase.id },
        type: 'cashback_confirmation',
        from: 'pending',
        to: 'available',
      },
    ]);
    assertEqual(rows('holds'), []);
    assertEqual(events, [
      {
        type: 'purchase.confirmed',
        actor: ADMIN,
        resourceType: 'purchase',
        resourceId: purchase.id,
        outcome: 'success',
        details: { from: 'pending', user_id: SHOPPER, cashback_amount: '2.50', currency: 'EUR' },
      },
    ]);
  });

  test('of a held purchase resolves its hold, where an administrator confirms it', async () => {
    const purchase = aPurchase({ held: true });
    const { settle, rows, events } = openSettlement([purchase]);

    assertEqual(await settle(confirm(purchase)), ['confirmed available']);

    assertEqual(rows('holds'), [{ purchaseId: purchase.id, resolution: 'confirmed', actor: ADMIN }]);
    assertEqual(rows('purchases'), [{ ...purchase, status: 'confirmed', held: false, confirmedAt: NOW }]);
    assert.equal(events[0]?.details.was_held, true);
  });
});

describe('a reversal', () => {
  for (const [status, from] of [
    ['pending', 'pending'],
    ['confirmed', 'available'],
  ] as const) {
    test(`of a ${status} purchase takes the reward from the ${from} balance`, async () => {
      const confirmedAt = status === 'confirmed' ? NOW.subtract({ hours: 1 }) : null;
      const purchase = aPurchase({ status, confirmedAt });
      const { settle, rows, events } = openSettlement([purchase]);

      assertEqual(await settle(reverse(purchase)), ['reversed reversed']);

      const reversed = { status: 'reversed', reversedAt: NOW, reversalReason: 'returned' };
      assertEqual(rows('purchases'), [{ ...purchase, ...reversed }]);
      assertEqual(rows('movements'), [
        {
          userId: SHOPPER,
          currency: 'EUR',
          amount: 250n,
          source: { type: 'purchase', id: purchase.id },
          type: 'cashback_reversal',
          from,
          to: 'platform',
        },
      ]);
      assertEqual(
        events.map(({ type, details }) => [type, details]),
        [
          [
            'purchase.reversed',
            { from: status, user_id: SHOPPER, cashback_amount: '2.50', currency: 'EUR', reason: 'returned' },
          ],
        ],
      );
    });
  }

  test('of a held purchase resolves its hold, also where its partner reverses it', async () => {
    const purchase = aPurchase({ held: true, partnerId: PARTNER.id });
    const { settle, rows } = openSettlement([purchase]);
    assertEqual(await settle(reverse(purchase, PARTNER)), ['reversed reversed']);
    assertEqual(rows('holds'), [{ purchaseId: purchase.id, resolution: 'reversed', actor: PARTNER }]);
    const reversed = { status: 'reversed', held: false, reversedAt: NOW, reversalReason: 'returned' };
    assertEqual(rows('purchases'), [{ ...purchase, ...reversed }]);
  });
});

describe('a settlement is refused', () => {
  const [pending, confirmed, reversed] = [
    aPurchase(),
    aPurchase({ status: 'confirmed' }),
    aPurchase({ status: 'reversed' }),
  ];
  const held = aPurchase({ held: true, partnerId: PARTNER.id });
  const refusals: [title: string, settlement: Settlement, code: string][] = [
    ['of an unknown purchase', confirm(aPurchase()), 'NOT_FOUND'],
    ['of a purchase that another partner reported', confirm(pending, PARTNER), 'NOT_FOUND'],
    ['that confirms a confirmed purchase', confirm(confirmed), 'PURCHASE_NOT_PENDING'],
    ['that confirms a reversed purchase', confirm(reversed), 'PURCHASE_NOT_PENDING'],
    ['that reverses a reversed purchase', reverse(reversed), 'PURCHASE_ALREADY_REVERSED'],
    ['of a held purchase that its partner confirms', confirm(held, PARTNER), 'PURCHASE_ON_HOLD'],
    ['of a held purchase that the platform confirms', confirm(held, SYSTEM), 'PURCHASE_ON_HOLD'],
  ];
  for (const [title, settlement, code] of refusals) {
    test(`${title}, as ${code}, and writes nothing`, async () => {
      const { settle, queued, events } = openSettlement([pending, confirmed, reversed, held]);
      assertEqual(await settle(settlement), [code]);
      assertEqual([queued, events], [[], []]);
    });
  }

  test('with the reference that the request named', async () => {
    const { settleBatch } = openSettlement([]);
    const purchaseId = newId();
    const outcomes = await settleBatch([
      { actor: ADMIN, purchaseId, to: 'confirmed' },
      { actor: ADMIN, externalId: 'order-9', to: 'confirmed' },
    ]);
    assertEqual(
      outcomes.map((outcome) => !outcome.ok && outcome.error instanceof DomainError && outcome.error.details),
      [purchaseId, 'order-9'].map((resource_id) => ({ resource_type: 'purchase', resource_id })),
    );
  });
});

describe('a list of settlements', () => {
  test('is answered in its order, and a refusal affects no other', async () => {
    const [first, second] = [aPurchase(), aPurchase({ status: 'reversed' })];
    const { settle, events } = openSettlement([first, second]);
    const answers = await settle(reverse(second), confirm(first), confirm(aPurchase()));
    assertEqual(answers, ['PURCHASE_ALREADY_REVERSED', 'confirmed available', 'NOT_FOUND']);
    assert.equal(events.length, 1);
  });

  test('may confirm and reverse one purchase: two movements and events, each row written once', async () => {
    const purchase = aPurchase({ partnerId: PARTNER.id });
    const { settle, rows, events } = openSettlement([purchase]);

    const answers = await settle(
      { actor: PARTNER, externalId: purchase.externalId, to: 'confirmed' },
      reverse(purchase, PARTNER),
      reverse(purchase, PARTNER),
    );

    assertEqual(answers, ['confirmed available', 'reversed reversed', 'PURCHASE_ALREADY_REVERSED']);
    assertEqual(rows('purchases'), [
      { ...purchase, status: 'reversed', confirmedAt: NOW, reversedAt: NOW, reversalReason: 'returned' },
    ]);
    assert.equal(rows('rewards').length, 1);
    assert.equal(rows('movements').length, 2);
    assertEqual(
      events.map(({ type, details }) => `${type} from ${details.from}`),
      ['purchase.confirmed from pending', 'purchase.reversed from confirmed'],
    );
  });

  test('finds by an external id the purchase of its sender alone', async () => {
    const [theirs, ours] = [aPurchase({ partnerId: newId() }), aPurchase({ partnerId: PARTNER.id })];
    const { settleBatch, lockedIds } = openSettlement([theirs, ours]);

    const [outcome] = await settleBatch([{ actor: PARTNER, externalId: 'order-1', to: 'confirmed' }]);

    assert.ok(outcome?.ok);
    assert.equal(outcome.value.purchase.id, ours.id);
    assertEqual(lockedIds, [[ours.id]]);
  });

  test('locks each purchase once', async () => {
    const purchase = aPurchase();
    const { settle, lockedIds } = openSettlement([purchase]);
    await settle({ actor: ADMIN, externalId: 'order-1', to: 'confirmed' }, reverse(purchase));
    assertEqual(lockedIds, [[purchase.id]]);
  });

  test('moves nothing for a reward of zero, which changes its status nevertheless', async () => {
    const purchase = aPurchase();
    const reward = aReward({ purchaseId: purchase.id, amount: 0n });
    const { settle, rows, events } = openSettlement([purchase], [reward]);
    assertEqual(await settle(confirm(purchase)), ['confirmed available']);
    assertEqual(rows('movements'), []);
    assertEqual(rows('rewards'), [{ ...reward, status: 'available' }]);
    assert.equal(events[0]?.details.cashback_amount, '0.00');
  });

  test('that is empty writes nothing', async () => {
    const { settle, queued } = openSettlement([]);
    assertEqual(await settle(), []);
    assertEqual(queued, []);
  });
});

test('a purchase without a reward is a fault, which fails the whole list', async () => {
  const [whole, broken] = [aPurchase(), aPurchase()];
  const { settleLocked, queued } = openSettlement([whole]);
  await assert.rejects(
    settleLocked(fakeTransaction(), [confirm(whole), confirm(broken)], [whole, broken], new Map()),
    /has no cashback transaction/,
  );
  assertEqual(queued, []);
});

test('outcomes are logged one line each, once the transaction is committed', async () => {
  const purchase = aPurchase();
  const { settle, logged } = openSettlement([purchase]);

  await settle(confirm(purchase), { actor: ADMIN, externalId: 'order-9', to: 'reversed', reason: 'fraud' });

  assertEqual(logged, [
    {
      level: 30,
      request_id: 'test',
      purchase_id: purchase.id,
      user_id: SHOPPER,
      cashback_amount: '2.50',
      currency: 'EUR',
      msg: 'purchase confirmed',
    },
    {
      level: 30,
      request_id: 'test',
      purchase: 'order-9',
      refusal: 'NOT_FOUND',
      msg: 'purchase not reversed',
    },
  ]);
});

describe('an amendment', () => {
  const amend = (purchase: Purchase, amount: string, version = 'v1'): Settlement => ({
    actor: ADMIN,
    purchaseId: purchase.id,
    to: 'amended',
    amendment: { statement: { amount }, reason: 'a return', version },
  });

  test('writes a revision, moves the difference, and changes neither status nor hold', async () => {
    const purchase = aPurchase({ amount: 5_000n, held: true });
    const { settle, rows, events } = openSettlement([purchase]);

    assertEqual(await settle(amend(purchase, '40.00')), ['pending pending']);

    const [revision] = rows('revisions') as Revision[];
    assertEqual(
      [revision?.seq, revision?.before.reward, revision?.after.reward, revision?.amount],
      [1, 250n, 200n, 4_000n],
    );
    assertEqual(rows('numbers'), [{ ...purchase, amount: 4_000n, revision: 1 }]);
    assertEqual([rows('purchases'), rows('rewards'), rows('holds')], [[], [], []]);
    assertEqual(rows('movements'), [
      {
        type: 'cashback_reversal',
        from: 'pending',
        to: 'platform',
        amount: 50n,
        userId: SHOPPER,
        currency: 'EUR',
        source: { type: 'revision', id: revision?.id },
      },
    ]);
    assertEqual(
      events.map(({ type, details }) => [type, details.amount, details.cashback_amount, details.revision]),
      [['purchase.amended', '40.00', '2.00', 1]],
    );
  });

  test('of a list follows the previous one, and a repeat takes no step', async () => {
    const purchase = aPurchase({ amount: 5_000n });
    const { settle, rows, events } = openSettlement([purchase]);

    const answers = await settle(
      amend(purchase, '40.00'),
      confirm(purchase),
      amend(purchase, '60.00', 'v2'),
      amend(purchase, '40.00'),
      amend(purchase, '41.00'),
      reverse(purchase),
    );

    assertEqual(answers, [
      'pending pending',
      'confirmed available',
      'confirmed available',
      'pending pending',
      'AMENDMENT_CONFLICT',
      'reversed reversed',
    ]);
    const moved = (rows('movements') as { type: string; amount: bigint }[]).map(({ type, amount }) => [
      type,
      amount,
    ]);
    assertEqual(moved, [
      ['cashback_reversal', 50n],
      ['cashback_confirmation', 200n],
      ['cashback_credit', 100n],
      ['cashback_confirmation', 100n],
      ['cashback_reversal', 300n],
    ]);
    assertEqual(
      (rows('revisions') as Revision[]).map(({ seq }) => seq),
      [1, 2],
    );
    assertEqual(events.length, 4);
  });

  test('by a partner does not raise a purchase above a ceiling; an administrator may', async () => {
    const purchase = aPurchase({ amount: 5_000n, partnerId: PARTNER.id });
    const { settle } = openSettlement([purchase]);
    const byPartner = (amount: string) => ({ ...amend(purchase, amount, amount), actor: PARTNER });

    assertEqual(
      await settle(
        byPartner('10000.00'),
        byPartner('10000.01'),
        amend(purchase, '20000.00'),
        byPartner('15000.00'),
      ),
      ['pending pending', 'FORBIDDEN', 'pending pending', 'pending pending'],
    );
  });

  test('uses the room of its cap, and gives it back', async () => {
    const purchase = aPurchase({ amount: 5_000n });
    const terms = someTerms({ monthlyCap: 300n });
    const reward = aReward({ purchaseId: purchase.id, terms, capMonth: '2026-03-01' });
    const caps = [aCapUsage({ cap: 300n, used: 290n })];

    const raised = openSettlement([purchase], [reward], { caps });
    await raised.settle(amend(purchase, '80.00'));
    const lowered = openSettlement([purchase], [reward], { caps });
    await lowered.settle(amend(purchase, '10.00'));

    assertEqual(raised.rows('caps'), [aCapUsage({ cap: 300n, used: 300n })]);
    assertEqual(lowered.rows('caps'), [aCapUsage({ cap: 300n, used: 90n })]);
  });

  test('that its wallet cannot hold is refused alone', async () => {
    const [purchase, other] = [aPurchase({ amount: 5_000n }), aPurchase({ amount: 5_000n })];
    const huge = someTerms({ value: 100n * ONE_PERCENT });
    const reward = aReward({ purchaseId: purchase.id, terms: huge });
    const { settle, rows } = openSettlement([purchase, other], [reward], { wallet: FULL });

    assertEqual(await settle(amend(purchase, '9999999999.99'), amend(other, '40.00')), [
      'WALLET_FULL',
      'pending pending',
    ]);
    assertEqual(rows('revisions').length, 1);
  });
});

describe('the rooms of the day', () => {
  const released = (releaseQueue: string | null = null) => aPurchase({ partnerId: PARTNER.id, releaseQueue });

  /** Which queues a settlement of the purchases locks, and whether it reads who waits there. */
  async function lockedBy(
    purchases: readonly Purchase[],
    settlements: readonly Settlement[],
    limit?: bigint,
  ) {
    const seen: string[] = [];
    const { settle } = openSettlement(purchases, [], {
      fraud: {
        lockReleaseRooms: async (_trx, queues, { day }) => {
          seen.push(...queues.map(({ namespace, currency }) => `${namespace} ${currency} ${day}`));
          return limit === undefined ? [] : queues.map((queue) => ({ ...queue, day, limit, released: 0n }));
        },
      },
      waited: (queues) => {
        seen.push('who waits');
        return queues;
      },
    });
    return { results: await settle(...settlements), seen };
  }

  test('are those of every source of the purchases, and of the queue that one joined', async () => {
    const [own, moved] = [released(), released(PLATFORM)];
    const witness = { namespace: 'n', externalId: 'x', kind: 'partner', partnerId: 'other' } as const;
    const matched = {
      actor: partnerActor('other'),
      purchaseId: own.id,
      to: 'matched',
      witness: { ...witness, amount: own.amount, currency: 'EUR', reportedAt: NOW },
      reason: 'the same order',
    } as const;
    const { seen } = await lockedBy([own, moved], [confirm(own), matched, confirm(moved)]);
    const day = 'EUR 2026-03-14';
    assertEqual(new Set(seen), new Set([`${PARTNER.id} ${day}`, `other ${day}`, `${PLATFORM} ${day}`]));
  });

  test('without a limit ask for nothing else', async () => {
    const purchase = released();
    const { results, seen } = await lockedBy([purchase], [confirm(purchase)]);
    assertEqual([results, seen.length], [['confirmed available'], 1]);
  });

  test('are not given to a purchase while others wait', async () => {
    const purchase = released();
    const { results, seen } = await lockedBy([purchase], [confirm(purchase)], 1_000n);
    assertEqual([results, seen.at(-1)], [['confirmed pending'], 'who waits']);
  });

  test('are given to the queue itself', async () => {
    const purchase = aPurchase({
      partnerId: PARTNER.id,
      status: 'confirmed',
      confirmedAt: NOW,
      releaseQueue: PARTNER.id,
    });
    const reward = aReward({ purchaseId: purchase.id });
    const { settle, rows } = openSettlement([purchase], [reward], {
      fraud: {
        lockReleaseRooms: async (_trx, [queue], { day }) =>
          queue === undefined ? [] : [{ ...queue, day, limit: 250n, released: 0n }],
      },
    });
    assertEqual(await settle({ actor: SYSTEM, purchaseId: purchase.id, to: 'available' }), [
      'confirmed available',
    ]);
    const after = { ...purchase, releasedAt: NOW };
    assertEqual([rows('purchases'), rows('rewards')], [[after], [{ ...reward, status: 'available' }]]);
    assertEqual(rows('releases'), [
      {
        namespace: PARTNER.id,
        currency: 'EUR',
        day: '2026-03-14',
        sourceId: purchase.id,
        purchaseId: purchase.id,
        amount: 250n,
      },
    ]);
  });

  test('that are full leave the reward as it is, and nothing moves', async () => {
    const purchase = released();
    const { settle, rows, events } = openSettlement([purchase], [], {
      fraud: {
        lockReleaseRooms: async (_trx, [queue], { day }) =>
          queue === undefined ? [] : [{ ...queue, day, limit: 0n, released: 0n }],
      },
      waited: () => [],
    });
    assertEqual(await settle(confirm(purchase)), ['confirmed pending']);
    assertEqual([rows('rewards'), rows('movements'), rows('releases')], [[], [], []]);
    assertEqual(events[0]?.details.awaiting_release, true);
  });
});
