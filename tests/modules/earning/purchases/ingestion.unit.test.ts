import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import type { Database, Trx } from '../../../../src/core/database/index.ts';
import { DomainError } from '../../../../src/core/errors.ts';
import type { CashbackClient } from '../../../../src/modules/earning/cashback/index.ts';
import { purchaseIngestion } from '../../../../src/modules/earning/purchases/ingestion.ts';
import type { Purchase } from '../../../../src/modules/earning/purchases/model.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import type { Movement } from '../../../../src/modules/money/wallets/index.ts';
import type { EventClient } from '../../../../src/modules/platform/events/index.ts';
import {
  adminActor,
  aMerchant,
  anOffer,
  aPurchase,
  aReward,
  aSubmission,
  aUser,
  MERCHANT,
  NOW,
  SHOPPER,
  STRANGER,
} from '../../../support/purchases-builders.ts';

/* The use case by itself: what it does when the database answers as no test can make it answer at will. */

type AuditRecords = Parameters<EventClient['record']>[1];

function ingestion(
  options: {
    /** External ids that a concurrent request records between the look and the insert. */
    readonly lostTo?: readonly Purchase[];
    readonly offer?: ReturnType<typeof anOffer>;
    readonly cashback?: Partial<CashbackClient>;
  } = {},
) {
  const { lostTo = [], offer = anOffer() } = options;
  const movements: Movement[] = [];
  const audited: AuditRecords[number][] = [];
  const lostRace = new Error('another transaction was first');
  let looks = 0;
  const repository: Pick<PurchaseRepository, 'findByExternalKeys' | 'queueInsert' | 'isLostRace'> = {
    findByExternalKeys: async () => {
      looks += 1;
      return looks === 1 ? [] : [...lostTo];
    },
    queueInsert: (_trx, purchases) => {
      const lost = new Set(lostTo.map(({ externalId }) => externalId));
      if (purchases.some(({ externalId }) => lost.has(externalId))) throw lostRace;
    },
    isLostRace: (error) => error === lostRace,
  };
  const cashback: CashbackClient = {
    lockCaps: async () => [],
    queueGrant: () => undefined,
    isLostRace: () => false,
    findRewards: async () => new Map(lostTo.map(({ id }) => [id, aReward({ purchaseId: id, amount: 77n })])),
    settleRewards: async () => assert.fail('nothing is settled here'),
    ...options.cashback,
  };
  const user = aUser();
  const merchant = aMerchant();
  // Once more after a lost race; what the first attempt wrote is gone then.
  const transaction: Database['transaction'] = async (work, { isLostRace = () => false } = {}) => {
    try {
      return await work({} as Trx);
    } catch (error) {
      if (!isLostRace(error)) throw error;
      movements.length = 0;
      audited.length = 0;
      return work({} as Trx);
    }
  };
  const { ingestPurchases: ingest } = purchaseIngestion({
    database: { transaction } as Database,
    clock: () => NOW,
    logger: pino({ level: 'silent' }),
    repository: repository as PurchaseRepository,
    users: {
      lockUsersForShare: async () => new Map([[SHOPPER, user]]),
    },
    merchants: {
      findMerchants: async () => new Map([[MERCHANT, merchant]]),
      lockActiveForShare: async (_trx, ids) => new Set(ids),
    },
    offers: {
      findActiveOffers: async () => new Map([[MERCHANT, [offer]]]),
      lockActiveForShare: async (_trx, ids) => new Set(ids),
    },
    fraud: {
      screenPurchases: async () => new Map(),
      queueHolds: () => undefined,
      announceHolds: () => undefined,
      queueResolveHolds: () => undefined,
    },
    cashback,
    wallets: {
      queueOpenWallets: () => undefined,
      lockWallets: async () => [],
      applyMovements: async (_trx, list) => {
        movements.push(...list);
        return [];
      },
    },
    events: {
      record: (_trx, records) => {
        audited.push(...records);
      },
    },
    supportedCurrencies: ['EUR'],
  } as Parameters<typeof purchaseIngestion>[0]);
  return { ingest, movements, audited };
}

describe('the ingestion of purchases', () => {
  test('credits and audits each purchase once, and answers in order', async () => {
    const { ingest, movements, audited } = ingestion();
    const list = [
      aSubmission({ externalId: 'a', amount: 10_000n }),
      aSubmission({ externalId: 'b', userId: STRANGER }),
      aSubmission({ externalId: 'c', amount: 3_000n }),
    ];

    const outcomes = await ingest(list);

    assert.deepEqual(
      outcomes.map((outcome) =>
        outcome.ok ? [outcome.value.purchase.externalId, outcome.value.reward.amount] : codeOf(outcome.error),
      ),
      [['a', 500n], 'USER_NOT_ELIGIBLE', ['c', 150n]],
    );
    const ids = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.purchase.id] : []));
    assert.deepEqual(
      movements,
      [500n, 150n].map((amount, index) => ({
        userId: SHOPPER,
        currency: 'EUR',
        type: 'cashback_credit',
        from: 'platform',
        to: 'pending',
        amount,
        source: { type: 'purchase', id: ids[index] },
      })),
    );
    assert.deepEqual(
      audited.map(({ actor, type, resourceId }) => [actor, type, resourceId]),
      ids.map((id) => [adminActor(STRANGER), 'purchase.recorded', id]),
    );
  });

  test('that loses an external id to a concurrent request calls its own a duplicate, and rewards the rest', async () => {
    const winner = aPurchase({ externalId: 'contested', amount: 1_540n });
    const { ingest, movements, audited } = ingestion({ lostTo: [winner] });

    const [contested, free] = await ingest([
      aSubmission({ externalId: 'contested', amount: 4_990n }),
      aSubmission({ externalId: 'free' }),
    ]);

    assert.ok(contested && !contested.ok && contested.error instanceof DomainError);
    assert.equal(contested.error.code, 'DUPLICATE_PURCHASE');
    assert.equal((contested.error.details.purchase as { id: string }).id, winner.id);
    assert.equal((contested.error.details.purchase as { cashback_amount: string }).cashback_amount, '0.77');
    assert.deepEqual(contested.error.details.differences, ['amount']);
    assert.ok(free?.ok);
    assert.deepEqual(
      movements.map(({ source }) => source.id),
      [free.value.purchase.id],
    );
    assert.equal(audited.length, 1);
  });

  test('moves nothing for a reward of zero, and audits it', async () => {
    const { ingest, movements, audited } = ingestion();

    const [outcome] = await ingest([aSubmission({ amount: 9n })]);

    assert.ok(outcome?.ok);
    assert.equal(outcome.value.reward.amount, 0n);
    assert.deepEqual(movements, []);
    assert.equal(audited[0]?.details?.cashback_amount, '0.00');
  });

  test('fails as a whole if the fault is not in an item: nothing unwritten is acknowledged', async () => {
    const { ingest } = ingestion({
      cashback: {
        queueGrant: () => {
          throw new TypeError('a fault');
        },
      },
    });

    await assert.rejects(ingest([aSubmission()]), TypeError);
  });
});

function codeOf(error: unknown): string {
  return error instanceof DomainError ? error.code : String(error);
}
