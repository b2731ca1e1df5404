import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import type { MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import type { OfferClient } from '../../../../src/modules/catalogue/offers/index.ts';
import type { CashbackClient } from '../../../../src/modules/earning/cashback/index.ts';
import type { FraudClient } from '../../../../src/modules/earning/fraud/index.ts';
import type { DetailsRepository } from '../../../../src/modules/earning/purchases/details-repository.ts';
import type { Purchase } from '../../../../src/modules/earning/purchases/model.ts';
import type { QueueRepository } from '../../../../src/modules/earning/purchases/queue-repository.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import type { RevisionRepository } from '../../../../src/modules/earning/purchases/revision-repository.ts';
import { purchaseService } from '../../../../src/modules/earning/purchases/service.ts';
import type { UserClient } from '../../../../src/modules/identity/users/index.ts';
import type { WalletClient } from '../../../../src/modules/money/wallets/index.ts';
import type { FeedClient } from '../../../../src/modules/platform/events/index.ts';
import type { FlagClient } from '../../../../src/modules/platform/feature-flags/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import {
  adminActor,
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
  STRANGER,
} from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';
import { fakeWitnesses } from '../../../support/witnesses.ts';

const ADMIN = adminActor(STRANGER);
const BATCH = 10;
const MAX_QUEUED = 3;

/** A platform with any user, one merchant with an offer, and the purchases that the test names. */
function openService({
  purchases = [],
  ...replaced
}: { purchases?: readonly Purchase[] } & Partial<PurchaseRepository> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const service = purchaseService({
    ...kernel,
    repository: fake<PurchaseRepository>({
      findByExternalKeys: async () => [],
      queueInsert: () => undefined,
      isLostRace: () => false,
      lock: async (_trx, ids) => purchases.filter(({ id }) => ids.includes(id)),
      queueUpdateSettled: () => undefined,
      queueUpdateRevision: () => undefined,
      queueHold: () => undefined,
      ...replaced,
    }),
    queues: fake<QueueRepository>(),
    witnesses: fakeWitnesses(),
    details: fake<DetailsRepository>({ queueInsert: () => undefined, findLines: async () => new Map() }),
    revisions: fake<RevisionRepository>({ findOf: async () => new Map(), queueInsert: () => undefined }),
    partners: fakeSenders,
    users: fake<UserClient>({
      lockUsersForShare: async (_trx, ids) => new Map(ids.map((id) => [id, aUser({ id })])),
    }),
    merchants: fake<MerchantClient>({
      findMerchants: async () => new Map([[MERCHANT, aMerchant()]]),
      lockForShare: async (_trx, ids) => new Map(ids.map((id) => [id, aMerchant()])),
    }),
    offers: fake<OfferClient>({
      findOffers: async () => new Map([[MERCHANT, [anOffer()]]]),
      lockForShare: async (_trx, ids) => new Map(ids.map((id) => [id, MARCH])),
    }),
    fraud: fake<FraudClient>({
      findCeilings: async () => new Map(),
      screenPurchases: async () => new Map(),
      findHolds: async () => new Map(),
      queueHolds: () => undefined,
      announceHolds: () => undefined,
      queueResolveHolds: () => undefined,
      lockReleaseRooms: async () => [],
      queueReleases: () => undefined,
    }),
    cashback: fake<CashbackClient>({
      lockCaps: async () => [],
      queueGrant: () => undefined,
      isLostRace: () => false,
      findRewards: async (_db, ids) => new Map(ids.map((id) => [id, aReward({ purchaseId: id })])),
      lockCapsOf: async () => [],
      queueSettle: () => undefined,
    }),
    wallets: fake<WalletClient>({
      lockWallets: async () => [aWallet({ pending: 10_000n, available: 10_000n })],
      applyMovements: async () => [],
    }),
    flags: fake<FlagClient>(),
    feed: fake<FeedClient>(),
    defaultConfirmationDays: 30,
    supportedCurrencies: ['EUR'],
    selfReports: 'hold',
    maxEventAgeDays: 0,
    maxPurchasesPerBatch: BATCH,
    maxQueuedPurchases: MAX_QUEUED,
  });
  const metrics = () => kernel.metrics.registry.metrics();
  return { service, metrics, ...seen };
}

/** Reports of different users, so that no report waits for another one. */
const reports = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    aSubmission({ externalId: `order-${index}`, userId: newId(), amount: 10_000n }),
  );

describe('a single report', () => {
  test('returns the purchase with its reward, and logs it', async () => {
    const { service, logged } = openService();
    const { purchase, reward } = await service.reportPurchase(aSubmission());
    assertEqual([purchase.status, reward.amount, logged[0]?.msg], ['pending', 250n, 'purchase recorded']);
  });

  test('throws its refusal, and logs it', async () => {
    const { service, logged } = openService();
    await rejectsWith(service.reportPurchase(aSubmission({ currency: 'USD' })), 'UNSUPPORTED_CURRENCY');
    assertEqual(logged[0]?.refusal, 'UNSUPPORTED_CURRENCY');
  });
});

describe('concurrent reports', () => {
  test('that come while a batch is written leave together with the next one', async () => {
    const { service, transactions } = openService();

    const accepted = await Promise.all(reports(4).map((report) => service.reportPurchase(report)));

    assertEqual(
      accepted.map(({ purchase }) => purchase.externalId),
      ['order-0', 'order-1', 'order-2', 'order-3'],
    );
    assert.equal(transactions(), 2);
  });

  test('of one user are never in two batches at once; those of others pass them', async () => {
    const batches: string[][] = [];
    const { service } = openService({
      queueInsert: (_trx, list) => void batches.push(list.map(({ externalId }) => externalId)),
    });

    await Promise.all([
      service.reportPurchase(aSubmission({ externalId: 'first' })),
      service.reportPurchases([aSubmission({ externalId: 'second' }), ...reports(BATCH)]),
    ]);

    assertEqual([batches.length, batches[0], batches[2]], [3, ['first'], ['second']]);
  });

  test('share no fault: one that the database refuses fails alone', async () => {
    const { service, events } = openService({
      queueInsert: (_trx, list) => {
        if (list.some(({ externalId }) => externalId === 'order-2')) throw new Error('a constraint');
      },
    });

    const outcomes = await Promise.allSettled(reports(4).map((report) => service.reportPurchase(report)));

    assertEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(events.length, 3);
  });

  test('beyond the queue are OVERLOADED, and the service says that it is full', async () => {
    const { service } = openService();
    const [first, ...others] = reports(MAX_QUEUED + 2);
    assert.ok(first);

    const running = service.reportPurchase(first);
    const queued = others.slice(0, MAX_QUEUED).map((report) => service.reportPurchase(report));
    assertEqual([service.isReportingFull(), service.isSettlingFull()], [true, false]);
    assertEqual([service.reportQueue.inFlight(), service.reportQueue.queued()], [1, MAX_QUEUED]);
    await rejectsWith(service.reportPurchases(others.slice(MAX_QUEUED)), 'OVERLOADED');

    await Promise.all([running, ...queued]);
    assert.equal(service.isReportingFull(), false);
  });

  test('are counted by their outcome', async () => {
    const { service, metrics } = openService();
    await service.reportPurchases([...reports(2), aSubmission({ externalId: 'dollars', currency: 'USD' })]);
    const text = await metrics();
    assert.match(text, /^clicknback_outcomes_total\{operation="ingestion",outcome="ok"\} 2$/m);
    assert.match(
      text,
      /^clicknback_outcomes_total\{operation="ingestion",outcome="UNSUPPORTED_CURRENCY"\} 1$/m,
    );
  });
});

describe('a single settlement', () => {
  const purchase = aPurchase();

  test('confirms a purchase', async () => {
    const { service, events } = openService({ purchases: [purchase] });
    const { purchase: confirmed } = await service.confirmPurchase(purchase.id, ADMIN);
    assertEqual([confirmed.status, events[0]?.actor], ['confirmed', ADMIN]);
  });

  test('reverses a purchase for its reason', async () => {
    const { service, events } = openService({ purchases: [purchase] });
    const { purchase: reversed } = await service.reversePurchase(purchase.id, 'fraud', ADMIN);
    assertEqual([reversed.status, reversed.reversalReason, events[0]?.actor], ['reversed', 'fraud', ADMIN]);
  });

  test('throws its refusal', async () => {
    const { service } = openService();
    await rejectsWith(service.confirmPurchase(purchase.id, ADMIN), 'NOT_FOUND');
    await rejectsWith(service.reversePurchase(purchase.id, 'error', ADMIN), 'NOT_FOUND');
  });
});

describe('concurrent settlements', () => {
  test('are written together, answered each, and counted', async () => {
    const [first, second] = [aPurchase(), aPurchase()];
    const { service, metrics, transactions } = openService({ purchases: [first, second] });

    const outcomes = await Promise.all([
      service.confirmPurchase(first.id, ADMIN),
      service.settlePurchases([
        { actor: ADMIN, purchaseId: second.id, to: 'reversed', reason: 'error' },
        { actor: ADMIN, purchaseId: newId(), to: 'confirmed' },
      ]),
    ]);

    const [confirmed, [reversed, missing]] = outcomes;
    assert.equal(confirmed.purchase.status, 'confirmed');
    assert.ok(reversed?.ok && missing && !missing.ok && missing.error instanceof DomainError);
    assertEqual([reversed.value.purchase.status, missing.error.code], ['reversed', 'NOT_FOUND']);
    assert.equal(transactions(), 2);
    assert.match(await metrics(), /^clicknback_outcomes_total\{operation="settlement",outcome="ok"\} 2$/m);
  });

  test('beyond the queue are OVERLOADED, and the service says that it is full', async () => {
    const { service } = openService();
    const settlement = { actor: ADMIN, purchaseId: newId(), to: 'confirmed' } as const;

    // Two batches may be written at once.
    const running = [service.settlePurchases([settlement]), service.settlePurchases([settlement])];
    const queued = service.settlePurchases(Array(MAX_QUEUED).fill(settlement));
    assertEqual([service.isSettlingFull(), service.isReportingFull()], [true, false]);
    await rejectsWith(service.settlePurchases([settlement]), 'OVERLOADED');

    await Promise.all([...running, queued]);
    assert.equal(service.isSettlingFull(), false);
  });
});
