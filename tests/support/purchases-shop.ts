import assert from 'node:assert/strict';
import { after } from 'node:test';
import { pino } from 'pino';
import { type Database, openDatabase } from '../../src/core/database/index.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';
import { cashbackModule } from '../../src/modules/earning/cashback/index.ts';
import { fraudModule } from '../../src/modules/earning/fraud/index.ts';
import { autoConfirmation } from '../../src/modules/earning/purchases/auto-confirmation.ts';
import { detailsRepository } from '../../src/modules/earning/purchases/details-repository.ts';
import { purchaseDoubts } from '../../src/modules/earning/purchases/doubts.ts';
import { purchaseIngestion } from '../../src/modules/earning/purchases/ingestion.ts';
import type { PurchaseSubmission } from '../../src/modules/earning/purchases/model.ts';
import { queueRepository } from '../../src/modules/earning/purchases/queue-repository.ts';
import {
  type PurchaseRepository,
  purchaseRepository,
} from '../../src/modules/earning/purchases/repository.ts';
import { revisionRepository } from '../../src/modules/earning/purchases/revision-repository.ts';
import { purchaseSettlement } from '../../src/modules/earning/purchases/settlement.ts';
import { witnessRepository } from '../../src/modules/earning/purchases/witness-repository.ts';
import { walletRepository } from '../../src/modules/money/wallets/repository.ts';
import { walletService } from '../../src/modules/money/wallets/service.ts';
import { eventsModule } from '../../src/modules/platform/events/index.ts';
import { runSql } from './database.ts';
import { fakeKernel } from './fakes.ts';
import type { Answer, startTestPlatform } from './platform.ts';
import { adminActor } from './purchases-builders.ts';

export type Shop = Awaited<ReturnType<typeof openShop>>;

type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>;

let orders = 0;

/** An external id that no test has used. */
export function newOrder(): string {
  orders += 1;
  return `order-${orders}`;
}

/** A shopper and a merchant with an offer, and the ways to buy there as a test says it. */
export async function openShop(platform: TestPlatform, offer: Record<string, unknown> = {}) {
  const { api, admin } = platform;
  const shopper = await platform.registerUser();
  const merchantId = await platform.createMerchant();
  const offerId = await platform.createOffer(merchantId, offer);

  const body = (fields: Record<string, unknown> = {}) => ({
    external_id: newOrder(),
    user_id: shopper.id,
    merchant_id: merchantId,
    amount: '100.00',
    currency: 'EUR',
    ...fields,
  });

  const report = (fields: Record<string, unknown> = {}, token = admin.token): Promise<Answer> =>
    api('POST', '/purchases', { token, body: body(fields) });

  async function buy(fields: Record<string, unknown> = {}): Promise<{ id: string; cashback_amount: string }> {
    const answer = await report(fields);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  }

  const confirm = (id: string) => api('POST', `/purchases/${id}/confirmation`, { token: admin.token });

  const reverse = (id: string, reason?: string) =>
    api('POST', `/purchases/${id}/reverse`, {
      token: admin.token,
      ...(reason !== undefined && { body: { reason } }),
    });

  let versions = 0;
  const amend = (id: string, fields: Record<string, unknown>, token = admin.token): Promise<Answer> => {
    versions += 1;
    const body = { reason: 'partly returned', version: `version-${versions}`, ...fields };
    return api('POST', `/purchases/${id}/amendments`, { token, body });
  };

  /** `pending / available / paid`, as the wallet's row holds them. */
  async function balances(currency = 'EUR', userId = shopper.id): Promise<string> {
    const [row] = await rowsOf(
      platform,
      `select pending, available, paid from wallets where user_id = '${userId}' and currency = '${currency}'`,
    );
    return row === undefined ? 'none' : `${row.pending} / ${row.available} / ${row.paid}`;
  }

  /** The journal as text, oldest first: `1 cashback_credit platform>pending 5.0000`. */
  async function journal(currency = 'EUR'): Promise<string[]> {
    const rows = await rowsOf(
      platform,
      `select sequence, type, from_bucket, to_bucket, amount from wallet_entries
      where wallet_id = (select id from wallets where user_id = '${shopper.id}' and currency = '${currency}')
      order by sequence`,
    );
    return rows.map((row) => `${row.sequence} ${row.type} ${row.from_bucket}>${row.to_bucket} ${row.amount}`);
  }

  /** A submission of this shopper at this merchant, past HTTP. */
  const submission = (fields: Partial<PurchaseSubmission> = {}): PurchaseSubmission => ({
    actor: adminActor(admin.id),
    externalId: newOrder(),
    userId: shopper.id,
    merchantId,
    amount: 10_000n,
    currency: 'EUR',
    purchasedAt: undefined,
    ...fields,
  });

  return {
    shopper,
    merchantId,
    offerId,
    body,
    report,
    buy,
    confirm,
    reverse,
    amend,
    balances,
    journal,
    submission,
  };
}

export function rowsOf(platform: TestPlatform, statement: string): Promise<Record<string, unknown>[]> {
  return runSql(platform.database.url, statement);
}

/** Every row that a purchase leaves behind, in all tables together: unchanged when nothing was written. */
export async function countRows(platform: TestPlatform): Promise<Record<string, unknown>> {
  const [counts] = await rowsOf(
    platform,
    `select
      (select count(*)::int from purchases) as purchases,
      (select count(*)::int from cashback_transactions) as rewards,
      (select count(*)::int from wallet_entries) as entries,
      (select count(*)::int from audit_logs where action like 'purchase.%') as audit,
      (select coalesce(sum(used), 0)::text from cashback_cap_usage) as cap_used,
      (select sum(pending + available + paid)::text from wallets) as held`,
  );
  assert.ok(counts);
  return counts;
}

/**
 * The use cases themselves on connections of their own: calls run side by side, as they do in several processes,
 * where the platform's batcher would gather them.
 */
export function startWorkers(platform: TestPlatform, options: { maxConnections: number }) {
  const { clock, config } = platform;
  const { users, partners, merchants, offers } = platform.platform.modules;
  const { supportedCurrencies } = config;
  const database = openDatabase({
    url: platform.database.url,
    maxConnections: options.maxConnections,
    onLostConnection: () => undefined,
  });
  after(() => database.close());
  let attempts = 0;
  const counted: Database = {
    ...database,
    transaction: (work, options) =>
      database.transaction((trx) => {
        attempts += 1;
        return work(trx);
      }, options),
  };
  const cashback = cashbackModule({ clock }).client;
  const events = eventsModule({ database, clock }).client;
  const logger = pino({ level: 'silent' });
  const deps = {
    database: counted,
    clock,
    logger,
    repository: purchaseRepository(),
    revisions: revisionRepository(),
    witnesses: witnessRepository(),
    queues: queueRepository(),
    details: detailsRepository(),
    users: users.client,
    partners: partners.client,
    merchants: merchants.client,
    offers: offers.client,
    fraud: fraudModule(
      { database, clock, logger, metrics: createMetrics(), events, openCache: fakeKernel().kernel.openCache },
      {
        users: users.client,
        merchants: merchants.client,
        cashback,
        limits: config.velocity,
        supportedCurrencies,
        defaultCeilings: config.ceilings,
      },
    ).client,
    cashback,
    wallets: walletService({ clock, repository: walletRepository() }),
    events,
    supportedCurrencies,
    selfReports: config.selfReports,
    maxEventAgeDays: config.maxEventAgeDays,
  };
  const doubts = purchaseDoubts(deps);
  const settlement = purchaseSettlement({ ...deps, doubts });

  /** A run of auto-confirmation in which something happens after the look for due purchases, before they are locked. */
  function confirmDue(meanwhile: () => Promise<unknown>): Promise<number[]> {
    async function findDue(...args: Parameters<PurchaseRepository['findDue']>) {
      const due = await deps.repository.findDue(...args);
      await meanwhile();
      return due;
    }
    const { confirmDuePurchases } = autoConfirmation({
      ...deps,
      repository: { ...deps.repository, findDue },
      settlement,
      doubts,
      flags: { evaluateFlags: async (_db, _key, subjects) => subjects.map(() => true) },
      defaultConfirmationDays: 30,
    });
    return Array.fromAsync(confirmDuePurchases());
  }

  return {
    ingest: purchaseIngestion({ ...deps, settlement }).ingestPurchases,
    settle: settlement.settleBatch,
    database: counted,
    lock: deps.repository.lock,
    lockWallets: deps.wallets.lockWallets,
    confirmDue,
    /** Transactions begun so far: more than calls means that some were tried again, as after a deadlock. */
    attempts: () => attempts,
  };
}
