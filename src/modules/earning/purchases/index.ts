import type { Clock } from '../../../core/clock.ts';
import { type Database, mayIsolate } from '../../../core/database/index.ts';
import type { LimitRate } from '../../../core/http/rate-limit.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Metrics } from '../../../core/observability/metrics.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { OfferClient } from '../../catalogue/offers/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import type { AuditClient } from '../../platform/audit/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import type { FraudClient } from '../fraud/index.ts';
import { autoConfirmation } from './auto-confirmation.ts';
import { purchaseIngestion } from './ingestion.ts';
import { externalKeyOf, nameOf, type PurchaseSubmission } from './model.ts';
import { purchaseRepository } from './repository.ts';
import { purchaseReview } from './review.ts';
import { purchaseRoutes } from './routes.ts';
import { purchaseService } from './service.ts';
import { purchaseSettlement } from './settlement.ts';

/** Keeps the database busy while the next batch gathers. */
const MAX_BATCHES_IN_FLIGHT = 2;

/** A batch costs as much as four purchases before it has any: a small one does not leave beside another. */
const MIN_PURCHASES_BESIDE = 32;

/**
 * A burst may wait; a crowd that stays costs more than it brings, as each request that waits for long is work for the
 * garbage collector: with 1,024 callers a purchase costs the API a quarter more than with 512. Told apart by time, as in
 * CoDel (Nichols and Jacobson, "Controlling Queue Delay", 2012).
 */
const CROWD = { calls: 512, ms: 500 };

export function purchasesModule(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  users: UserClient;
  merchants: MerchantClient;
  offers: OfferClient;
  fraud: FraudClient;
  cashback: CashbackClient;
  wallets: WalletClient;
  audit: AuditClient;
  flags: FlagClient;
  defaultConfirmationDays: number;
  supportedCurrencies: readonly string[];
  maxPurchasesPerBatch: number;
  maxQueuedPurchases: number;
  limitRate: LimitRate;
  perMinutePerUser: number;
  perMinutePerPartner: number;
}) {
  const repository = purchaseRepository();
  const limits = {
    maxItems: deps.maxPurchasesPerBatch,
    maxInFlight: MAX_BATCHES_IN_FLIGHT,
    maxQueued: deps.maxQueuedPurchases,
    crowd: CROWD,
    isolates: mayIsolate,
  };
  const { countOutcomes } = deps.metrics;
  const { ingestPurchases, logOutcomes } = purchaseIngestion({ ...deps, repository });
  const ingestion = batcher({
    ...limits,
    minItemsBeside: MIN_PURCHASES_BESIDE,
    keysOf: rivalsOf,
    run: countOutcomes('ingestion', ingestPurchases),
    report: logOutcomes,
  });
  const { settlePurchases, settleLocked } = purchaseSettlement({ ...deps, repository });
  const settlement = batcher({ ...limits, run: countOutcomes('settlement', settlePurchases) });
  const confirmation = autoConfirmation({ ...deps, repository, settleLocked });
  deps.metrics.observeBatcher('ingestion', ingestion);
  deps.metrics.observeBatcher('settlement', settlement);
  deps.metrics.observeOnScrape(
    'clicknback_auto_confirmation_lag_seconds',
    'How long the oldest purchase that waits for auto-confirmation has been due',
    confirmation.secondsBehind,
  );

  return {
    routes: purchaseRoutes({
      ...deps,
      service: purchaseService({ ...deps, repository }),
      releasePurchase: purchaseReview({ ...deps, repository }),
      ingestion,
      settlement,
    }),
    /** For the loading of demo data, which goes the way that requests go. */
    ingestion,
    settlement,
    jobs: [{ name: 'auto-confirmation', schedule: '* * * * *', run: confirmation.confirmDuePurchases }],
  };
}

/** Purchases of one user wait for the same wallet, those of one external id for the first of them. */
function rivalsOf(submission: PurchaseSubmission): string[] {
  return [submission.userId, nameOf(externalKeyOf(submission))];
}
