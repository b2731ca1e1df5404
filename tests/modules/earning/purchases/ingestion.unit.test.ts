import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../../../src/core/errors.ts';
import { firstIdAt, newId } from '../../../../src/core/id.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import type { MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import type { OfferClient } from '../../../../src/modules/catalogue/offers/index.ts';
import type { CashbackClient } from '../../../../src/modules/earning/cashback/index.ts';
import type { CapUsage } from '../../../../src/modules/earning/cashback/model.ts';
import type { FraudClient } from '../../../../src/modules/earning/fraud/index.ts';
import type { DetailsRepository } from '../../../../src/modules/earning/purchases/details-repository.ts';
import { purchaseIngestion } from '../../../../src/modules/earning/purchases/ingestion.ts';
import type { PurchaseSubmission } from '../../../../src/modules/earning/purchases/model.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import type { PurchaseSettlement } from '../../../../src/modules/earning/purchases/settlement.ts';
import type { WitnessRepository } from '../../../../src/modules/earning/purchases/witness-repository.ts';
import type { SenderClient } from '../../../../src/modules/identity/partners/index.ts';
import type { UserClient } from '../../../../src/modules/identity/users/index.ts';
import { type Wallet, type WalletClient, walletKey } from '../../../../src/modules/money/wallets/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import {
  ADMIN,
  aCapUsage,
  adminActor,
  aLine,
  aMerchant,
  anOffer,
  aPurchase,
  aReward,
  aSubmission,
  aUser,
  aWallet,
  fakeSenders,
  MARCH,
  MERCHANT,
  NOW,
  OFFER,
  partnerActor,
  SHOPPER,
  STRANGER,
  someTerms,
  userActor,
} from '../../../support/purchases-builders.ts';
import { codeOf } from '../../../support/rejections.ts';
import { fakeWitnesses } from '../../../support/witnesses.ts';

const LAST_DAY_OF_MARCH = Temporal.Instant.from('2026-03-31T23:59:59Z');
const IN_APRIL = Temporal.Instant.from('2026-04-01T00:00:00Z');
const PARTNER = partnerActor(newId());
const LOST_RACE = new Error('another transaction was first');
const REASON = { rule: 'repeated_order', evidence: { users_at_least: 3 } } as const;

type World = {
  readonly repository?: Partial<PurchaseRepository>;
  readonly witnesses?: Partial<WitnessRepository>;
  readonly settleBatch?: PurchaseSettlement['settleBatch'];
  readonly details?: Partial<DetailsRepository>;
  readonly users?: UserClient['lockUsersForShare'];
  readonly merchants?: Partial<MerchantClient>;
  readonly offers?: Partial<OfferClient>;
  readonly fraud?: Partial<FraudClient>;
  /** The usage of the cap, if the offer has one. */
  readonly usage?: () => CapUsage;
  readonly partners?: Partial<SenderClient>;
  readonly cashback?: Partial<CashbackClient>;
  readonly wallet?: Wallet;
  readonly wallets?: Partial<WalletClient>;
};

/** One shopper, one merchant with one offer of 5 %, empty wallets, and no purchase yet. */
function openIngestion(world: World = {}) {
  const { kernel, ...seen } = fakeKernel();
  /** What was queued, by table, in the order in which it was queued. */
  const queued: [table: string, rows: readonly unknown[]][] = [];
  const queue = (table: string) => (_trx: unknown, rows: readonly unknown[]) =>
    void queued.push([table, rows]);
  const announced: unknown[] = [];
  /** The wallets that were handed on as locked. */
  const locks: Wallet[] = [];

  const { ingestPurchases, logOutcomes } = purchaseIngestion({
    ...kernel,
    repository: fake<PurchaseRepository>({
      findByExternalKeys: async () => [],
      findAll: async () => (await world.repository?.findByExternalKeys?.(fakeTransaction(), [])) ?? [],
      queueInsert: queue('purchases'),
      isLostRace: () => false,
      ...world.repository,
    }),
    witnesses: fakeWitnesses(world.witnesses),
    settlement: { settleBatch: world.settleBatch ?? (async () => []) },
    details: fake<DetailsRepository>({
      queueInsert: queue('details'),
      findLines: async () => new Map(),
      ...world.details,
    }),
    partners: { ...fakeSenders, ...world.partners },
    users: fake<UserClient>({
      lockUsersForShare: world.users ?? (async () => new Map([[SHOPPER, aUser()]])),
    }),
    merchants: fake<MerchantClient>({
      findMerchants: async () => new Map([[MERCHANT, aMerchant()]]),
      lockForShare: async (_trx, ids) => new Map(ids.map((id) => [id, aMerchant()])),
      ...world.merchants,
    }),
    offers: fake<OfferClient>({
      findOffers: async () => new Map([[MERCHANT, [anOffer()]]]),
      lockForShare: async (_trx, ids) => new Map(ids.map((id) => [id, MARCH])),
      ...world.offers,
    }),
    fraud: fake<FraudClient>({
      findCeilings: async () => new Map(),
      screenPurchases: async () => new Map(),
      queueHolds: queue('holds'),
      announceHolds: (holds) => void announced.push(...holds),
      ...world.fraud,
    }),
    cashback: fake<CashbackClient>({
      lockCaps: async (_trx, claims) =>
        claims.flatMap(({ terms }) =>
          world.usage === undefined || terms.monthlyCap === null ? [] : world.usage(),
        ),
      queueGrant: (_trx, { rewards, usages }) => void queued.push(['rewards', rewards], ['caps', usages]),
      isLostRace: () => false,
      findRewards: async () => new Map(),
      ...world.cashback,
    }),
    wallets: fake<WalletClient>({
      lockWallets: async (_trx, owners) =>
        [world.wallet ?? aWallet()].filter((wallet) =>
          owners.some((owner) => walletKey(owner) === walletKey(wallet)),
        ),
      applyMovements: async (trx, movements, locked = []) => {
        queue('movements')(trx, movements);
        locks.push(...locked);
        return [];
      },
      ...world.wallets,
    }),
    events: {
      record: (trx, list) => {
        kernel.events.record(trx, list);
        queue('events')(trx, list);
      },
    },
    supportedCurrencies: ['EUR', 'JPY'],
    selfReports: 'hold',
    maxEventAgeDays: 0,
  });

  /** Each answer as `order-1 pending 250`, `order-1 held 250` or the code of the refusal. */
  async function answers(...list: PurchaseSubmission[]): Promise<string[]> {
    return (await ingestPurchases(list)).map((outcome) => {
      if (!outcome.ok) return codeOf(outcome.error);
      const { purchase, reward } = outcome.value;
      return `${purchase.externalId} ${purchase.held ? 'held' : purchase.status} ${reward.amount}`;
    });
  }

  /** All rows that were queued for a table. */
  const rows = (table: string) => queued.flatMap(([name, list]) => (name === table ? list : []));
  return { ingestPurchases, logOutcomes, answers, queued, rows, announced, locks, ...seen };
}

describe('a purchase that keeps every rule', () => {
  test('is recorded as pending, and its reward moves from the platform to the pending balance', async () => {
    const { ingestPurchases, rows, locks, events, clock } = openIngestion();
    const submission = aSubmission({ actor: PARTNER, externalId: 'order-7', amount: 4_990n });

    const [outcome] = await ingestPurchases([submission]);

    assert.ok(outcome?.ok);
    const { purchase, reward } = outcome.value;
    assertEqual(
      purchase,
      aPurchase({
        id: purchase.id,
        partnerId: PARTNER.id,
        externalId: 'order-7',
        amount: 4_990n,
        purchasedAt: clock(),
        createdAt: clock(),
      }),
    );
    assertEqual(reward, aReward({ id: reward.id, purchaseId: purchase.id, amount: 250n }));
    assertEqual(rows('purchases'), [purchase]);
    assertEqual(rows('rewards'), [reward]);
    assertEqual(locks, [aWallet()]);
    assertEqual(rows('movements'), [
      {
        userId: SHOPPER,
        currency: 'EUR',
        amount: 250n,
        source: { type: 'purchase', id: purchase.id },
        type: 'cashback_credit',
        from: 'platform',
        to: 'pending',
      },
    ]);
    assertEqual(events, [
      {
        type: 'purchase.recorded',
        actor: PARTNER,
        resourceType: 'purchase',
        resourceId: purchase.id,
        outcome: 'success',
        details: {
          external_id: 'order-7',
          user_id: SHOPPER,
          amount: '49.90',
          cashback_amount: '2.50',
          currency: 'EUR',
        },
      },
    ]);
  });

  test('is queued in the order of its references: purchase, details, reward, cap, movement, event, hold', async () => {
    const { answers, queued } = openIngestion();

    await answers(aSubmission());

    assertEqual(
      queued.map(([table]) => table),
      ['purchases', 'details', 'rewards', 'caps', 'movements', 'events', 'holds'],
    );
  });

  test('has its lines in the details; one without lines has none', async () => {
    const { ingestPurchases, rows } = openIngestion();
    const [outcome] = await ingestPurchases([
      aSubmission({ externalId: 'a', lines: [aLine()] }),
      aSubmission({ externalId: 'b' }),
    ]);
    assert.ok(outcome?.ok);
    assertEqual(rows('details'), [
      { purchaseId: outcome.value.purchase.id, lines: [aLine()], currency: 'EUR' },
    ]);
  });

  test('keeps the time of the purchase and the time of the report apart; its id carries the latter', async () => {
    const { ingestPurchases } = openIngestion();
    const purchasedAt = NOW.subtract({ hours: 300 });

    const [outcome] = await ingestPurchases([aSubmission({ purchasedAt })]);

    assert.ok(outcome?.ok);
    assertEqual([outcome.value.purchase.purchasedAt, outcome.value.purchase.createdAt], [purchasedAt, NOW]);
    const { id } = outcome.value.purchase;
    assert.ok(id >= firstIdAt(NOW) && id < firstIdAt(NOW.add({ milliseconds: 1 })), id);
  });

  test('moves nothing for a reward of zero, which is recorded nevertheless', async () => {
    const { answers, rows, events } = openIngestion();

    assertEqual(await answers(aSubmission({ amount: 9n })), ['order-1 pending 0']);

    assertEqual(rows('movements'), []);
    assert.equal(rows('rewards').length, 1);
    assert.equal(events[0]?.details.cashback_amount, '0.00');
  });
});

describe('a list of purchases', () => {
  test('is answered in its order, and a refused purchase affects no other', async () => {
    const { answers, rows, events } = openIngestion();

    const answered = await answers(
      aSubmission({ externalId: 'a', amount: 10_000n }),
      aSubmission({ externalId: 'b', userId: STRANGER }),
      aSubmission({ externalId: 'c', amount: 3_000n }),
    );

    assertEqual(answered, ['a pending 500', 'USER_NOT_ELIGIBLE', 'c pending 150']);
    assertEqual([rows('purchases').length, rows('movements').length, events.length], [2, 2, 2]);
  });

  test('shares a monthly cap in its order, down to nothing', async () => {
    const terms = someTerms({ monthlyCap: 700n });
    const { answers, rows } = openIngestion({
      offers: { findOffers: async () => new Map([[MERCHANT, [anOffer({ terms })]]]) },
      usage: () => aCapUsage({ cap: 700n }),
    });

    const answered = await answers(
      aSubmission({ externalId: 'a', amount: 10_000n }),
      aSubmission({ externalId: 'b', amount: 10_000n }),
      aSubmission({ externalId: 'c', amount: 10_000n }),
    );

    assertEqual(answered, ['a pending 500', 'b pending 200', 'c pending 0']);
    assertEqual(rows('caps'), [aCapUsage({ cap: 700n, used: 700n })]);
  });

  test('shares the room of a wallet in its order', async () => {
    const { answers } = openIngestion({ wallet: aWallet({ available: 10n ** 17n - 150n }) });

    const answered = await answers(
      aSubmission({ externalId: 'a', amount: 100n }),
      aSubmission({ externalId: 'b', amount: 100n }),
      aSubmission({ externalId: 'c', amount: 40n }),
    );

    assertEqual(answered, ['a pending 5', 'WALLET_FULL', 'c pending 2']);
  });

  test('reads and locks each user, also the administrator, and each merchant and offer once', async () => {
    const asked: (readonly string[])[] = [];
    const ask =
      <Locked>(locked: Locked) =>
      async (_db: unknown, ids: readonly string[]) => {
        asked.push(ids);
        return new Map(ids.map((id) => [id, locked]));
      };
    const { answers } = openIngestion({
      merchants: { lockForShare: ask(aMerchant()) },
      offers: { lockForShare: ask(MARCH) },
      users: async (_trx, ids) => {
        asked.push(ids);
        return new Map([[SHOPPER, aUser()]]);
      },
    });

    await answers(aSubmission({ externalId: 'a' }), aSubmission({ externalId: 'b' }));

    assertEqual(asked, [[SHOPPER, ADMIN], [MERCHANT], [OFFER]]);
  });

  test('that is empty records nothing', async () => {
    const { answers, queued, events } = openIngestion();
    assertEqual(await answers(), []);
    assert.ok(queued.every(([, rows]) => rows.length === 0));
    assertEqual(events, []);
  });
});

describe('a purchase that breaks a rule is refused', () => {
  const refusals: [title: string, code: string, submission: Partial<PurchaseSubmission>, world?: World][] = [
    ['of another user than the one who reports it', 'FORBIDDEN', { actor: userActor(STRANGER) }],
    ['in a currency that the platform does not have', 'UNSUPPORTED_CURRENCY', { currency: 'USD' }],
    ['of the future', 'VALIDATION_ERROR', { purchasedAt: NOW.add({ seconds: 61 }) }],
    ['of an unknown user', 'USER_NOT_ELIGIBLE', { userId: STRANGER }],
    [
      'of an inactive user',
      'USER_NOT_ELIGIBLE',
      {},
      { users: async () => new Map([[SHOPPER, aUser({ active: false })]]) },
    ],
    ['at an unknown merchant', 'MERCHANT_NOT_ELIGIBLE', { merchantId: STRANGER }],
    [
      'at an inactive merchant',
      'MERCHANT_NOT_ELIGIBLE',
      {},
      { merchants: { findMerchants: async () => new Map([[MERCHANT, aMerchant({ active: false })]]) } },
    ],
    [
      'at a merchant without an offer',
      'OFFER_NOT_AVAILABLE',
      {},
      { offers: { findOffers: async () => new Map() } },
    ],
    [
      'on a day before the offer',
      'OFFER_NOT_AVAILABLE',
      { purchasedAt: Temporal.Instant.from('2026-02-28T23:59:59Z') },
    ],
    ['that its wallet has no room for', 'WALLET_FULL', {}, { wallet: aWallet({ paid: 10n ** 17n - 1n }) }],
  ];
  for (const [title, code, submission, world] of refusals) {
    test(`${title}, as ${code}, and leaves nothing`, async () => {
      const { answers, queued, events } = openIngestion(world);

      assertEqual(await answers(aSubmission(submission)), [code]);

      assert.ok(queued.every(([, rows]) => rows.length === 0));
      assertEqual(events, []);
    });
  }

  test('also by the offer of its own day, and not of today', async () => {
    const { answers, clock } = openIngestion();
    clock.advance({ hours: 24 * 30 });

    const answered = await answers(
      aSubmission({ externalId: 'a', purchasedAt: LAST_DAY_OF_MARCH, amount: 1_000n }),
      aSubmission({ externalId: 'b', purchasedAt: IN_APRIL }),
      aSubmission({ externalId: 'c' }),
    );

    assertEqual(answered, ['a pending 50', 'OFFER_NOT_AVAILABLE', 'OFFER_NOT_AVAILABLE']);
  });
});

describe('a repeat', () => {
  test('of a recorded purchase is a duplicate that shows the original, its reward and the differences', async () => {
    const original = aPurchase({ amount: 1_540n });
    const { ingestPurchases, queued } = openIngestion({
      repository: { findByExternalKeys: async () => [original] },
      cashback: { findRewards: async () => new Map([[original.id, aReward({ amount: 77n })]]) },
    });

    const [outcome] = await ingestPurchases([aSubmission({ amount: 4_990n })]);

    assert.ok(outcome && !outcome.ok && outcome.error instanceof DomainError);
    const { code, details } = outcome.error;
    assert.equal(code, 'DUPLICATE_PURCHASE');
    assertEqual(details, {
      external_id: 'order-1',
      purchase: {
        id: original.id,
        status: 'pending',
        user_id: SHOPPER,
        merchant_id: MERCHANT,
        amount: '15.40',
        currency: 'EUR',
        purchased_at: '2026-03-14T09:26:53Z',
        cashback_amount: '0.77',
        created_at: '2026-03-14T09:26:53Z',
      },
      differences: ['amount'],
    });
    assert.ok(queued.every(([, rows]) => rows.length === 0));
  });

  test('names the lines among the differences where they are not those of the original', async () => {
    const original = aPurchase();
    const { ingestPurchases } = openIngestion({
      repository: { findByExternalKeys: async () => [original] },
      details: { findLines: async (_db, ids) => new Map(ids.map((id) => [id, [aLine()]])) },
      cashback: { findRewards: async () => new Map([[original.id, aReward()]]) },
    });
    const repeats = await ingestPurchases([
      aSubmission({ lines: [aLine()] }),
      aSubmission({ lines: [aLine({ category: 'books' })] }),
      aSubmission(),
    ]);
    assertEqual(
      repeats.map((outcome) => !outcome.ok && (outcome.error as DomainError).details.differences),
      [[], ['lines'], ['lines']],
    );
  });

  test('is a duplicate even when the user and the offer are gone since', async () => {
    const original = aPurchase();
    const { answers } = openIngestion({
      repository: { findByExternalKeys: async () => [original] },
      users: async () => new Map(),
      offers: { findOffers: async () => new Map() },
      cashback: { findRewards: async () => new Map([[original.id, aReward()]]) },
    });
    assertEqual(await answers(aSubmission()), ['DUPLICATE_PURCHASE']);
  });

  test('by another user than the owner is FORBIDDEN: that the purchase exists stays a secret', async () => {
    const { answers } = openIngestion({ repository: { findByExternalKeys: async () => [aPurchase()] } });
    assertEqual(await answers(aSubmission({ actor: userActor(STRANGER) })), ['FORBIDDEN']);
  });

  test('within a list is a duplicate of the first, which alone is rewarded', async () => {
    const { answers, rows } = openIngestion();
    const answered = await answers(aSubmission({ amount: 1_000n }), aSubmission({ amount: 99_900n }));
    assertEqual(answered, ['order-1 pending 50', 'DUPLICATE_PURCHASE']);
    assert.equal(rows('purchases').length, 1);
  });

  test('within a list is rewarded where the first was refused', async () => {
    const { answers } = openIngestion();
    const answered = await answers(aSubmission({ userId: STRANGER }), aSubmission({ amount: 1_000n }));
    assertEqual(answered, ['USER_NOT_ELIGIBLE', 'order-1 pending 50']);
  });

  test('is none where two partners and an administrator use one external id', async () => {
    const { answers } = openIngestion();
    const senders = [PARTNER, partnerActor(newId()), adminActor(STRANGER)];
    const answered = await answers(...senders.map((actor) => aSubmission({ actor, amount: 1_000n })));
    assertEqual(answered, Array(3).fill('order-1 pending 50'));
  });
});

describe('a suspicious purchase', () => {
  test('is recorded as held, with its reward, its reasons and its request', async () => {
    const { answers, rows, announced } = openIngestion({
      fraud: { screenPurchases: async (_trx, [first]) => new Map(first && [[first.id, [REASON]]]) },
    });

    const answered = await answers(
      aSubmission({ externalId: 'a', amount: 1_000n }),
      aSubmission({ externalId: 'b', amount: 1_000n }),
    );

    assertEqual(answered, ['a held 50', 'b pending 50']);
    const [purchase] = await idsOf(rows('purchases'));
    const holds = [{ purchaseId: purchase, reasons: [REASON], requestId: 'test' }];
    assertEqual(rows('holds'), holds);
    assertEqual(announced, holds);
    assert.equal(rows('movements').length, 2);
  });

  test('is not announced where its transaction failed', async () => {
    const { answers, announced } = openIngestion({
      fraud: { screenPurchases: async (_trx, [first]) => new Map(first && [[first.id, [REASON]]]) },
      wallets: { applyMovements: () => Promise.reject(new Error('the connection was lost')) },
    });

    await assert.rejects(answers(aSubmission()), /connection was lost/);

    assertEqual(announced, []);
  });
});

describe('a list that loses a race', () => {
  test('for an external id retries, finds the winner, and rewards the others', async () => {
    const winner = aPurchase({ externalId: 'contested' });
    let attempts = 0;
    const { answers, rows, events, transactions } = openIngestion({
      repository: {
        findByExternalKeys: async () => (attempts === 0 ? [] : [winner]),
        queueInsert: (_trx, purchases) => {
          attempts += 1;
          if (purchases.some(({ externalId }) => externalId === 'contested')) throw LOST_RACE;
        },
        isLostRace: (error) => error === LOST_RACE,
      },
      cashback: { findRewards: async () => new Map([[winner.id, aReward()]]) },
    });

    const answered = await answers(
      aSubmission({ externalId: 'contested' }),
      aSubmission({ externalId: 'free', amount: 1_000n }),
    );

    assertEqual(answered, ['DUPLICATE_PURCHASE', 'free pending 50']);
    assert.equal(transactions(), 2);
    assertEqual([rows('movements').length, events.length], [1, 1]);
  });

  test('for the first use of a cap retries with the room that the winner left', async () => {
    const terms = someTerms({ monthlyCap: 700n });
    let attempts = 0;
    const { answers, events } = openIngestion({
      offers: { findOffers: async () => new Map([[MERCHANT, [anOffer({ terms })]]]) },
      usage: () => aCapUsage({ cap: 700n, used: attempts === 0 ? 0n : 400n }),
      cashback: {
        queueGrant: () => {
          attempts += 1;
          if (attempts === 1) throw LOST_RACE;
        },
        isLostRace: (error) => error === LOST_RACE,
      },
    });

    assertEqual(await answers(aSubmission({ amount: 10_000n })), ['order-1 pending 300']);
    assert.equal(events.length, 1);
  });

  test('to a merchant that was deactivated retries with what the transaction reads', async () => {
    const { transactions, answers } = openIngestion({
      merchants: {
        findMerchants: readAgainInTransaction(aMerchant(), aMerchant({ active: false })),
        lockForShare: async () => new Map(),
      },
    });
    assertEqual(await answers(aSubmission()), ['MERCHANT_NOT_ELIGIBLE']);
    assert.equal(transactions(), 2);
  });

  test('to an offer that was replaced retries, and is rewarded by the new one', async () => {
    const [old, current] = [
      anOffer(),
      anOffer({ id: newId(), terms: someTerms({ type: 'fixed', value: 99n }) }),
    ];
    const { answers } = openIngestion({
      offers: {
        findOffers: readAgainInTransaction([old], [current]),
        lockForShare: async (_trx, ids) =>
          new Map(ids.filter((id) => id !== old.id).map((id) => [id, MARCH])),
      },
    });
    assertEqual(await answers(aSubmission()), ['order-1 pending 99']);
  });

  /** The first lookup is outside of the transaction and may be a second old. */
  function readAgainInTransaction<Value>(cached: Value, read: Value) {
    let lookups = 0;
    return async () => {
      lookups += 1;
      return new Map([[MERCHANT, lookups === 1 ? cached : read]]);
    };
  }
});

test('a fault that is in no item fails the whole list: nothing unwritten is acknowledged', async () => {
  const { answers, events } = openIngestion({
    cashback: {
      queueGrant: () => {
        throw new TypeError('a fault');
      },
    },
  });
  await assert.rejects(answers(aSubmission()), TypeError);
  assertEqual(events, []);
});

test('outcomes are logged one line each, with the request, the partner and the amounts or the refusal', () => {
  const { logOutcomes, logged } = openIngestion();
  const purchase = aPurchase();
  const refusal = new DomainError('conflict', 'DUPLICATE_PURCHASE', 'It exists.', {});

  logOutcomes(
    [aSubmission({ actor: PARTNER }), aSubmission({ externalId: 'order-2' }), aSubmission()],
    [
      success({ purchase, reward: aReward(), matched: false }),
      failure(refusal),
      failure(new TypeError('a fault')),
    ],
  );

  const request = { level: 30, request_id: 'test' };
  assertEqual(logged, [
    {
      ...request,
      external_id: 'order-1',
      partner_id: PARTNER.id,
      purchase_id: purchase.id,
      user_id: SHOPPER,
      amount: '49.90',
      cashback_amount: '2.50',
      currency: 'EUR',
      msg: 'purchase recorded',
    },
    {
      ...request,
      external_id: 'order-2',
      user_id: SHOPPER,
      refusal: 'DUPLICATE_PURCHASE',
      msg: 'purchase refused',
    },
    { ...request, external_id: 'order-1', user_id: SHOPPER, refusal: 'unknown', msg: 'purchase refused' },
  ]);
});

function idsOf(rows: readonly unknown[]): unknown[] {
  return rows.map((row) => (typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined));
}
