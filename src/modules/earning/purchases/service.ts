import type { Clock } from '../../../core/clock.ts';
import { type Database, mayIsolate } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Metrics } from '../../../core/observability/metrics.ts';
import { type Outcome, onlyValue } from '../../../core/outcome.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import { sustainedOverload } from '../../../core/overload/sustained-overload.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { OfferClient } from '../../catalogue/offers/index.ts';
import type { PartnerNames, SenderClient } from '../../identity/partners/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import type { EventClient, FeedClient } from '../../platform/events/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import type { FraudClient } from '../fraud/index.ts';
import { autoConfirmation } from './auto-confirmation.ts';
import { purchaseChanges } from './changes.ts';
import type { DetailsRepository } from './details-repository.ts';
import { purchaseDoubts } from './doubts.ts';
import { purchaseIngestion } from './ingestion.ts';
import {
  type AcceptedPurchase,
  type Amendment,
  externalKeyOf,
  keyText,
  type PurchaseReport,
  type PurchaseSubmission,
  type Reporter,
  type ReversalReason,
  type RewardedPurchase,
  type SelfReports,
  type Settlement,
} from './model.ts';
import { partnerReading } from './partner-reading.ts';
import type { QueueRepository } from './queue-repository.ts';
import { purchaseReading } from './reading.ts';
import { purchaseReleasing } from './releasing.ts';
import type { PurchaseRepository } from './repository.ts';
import { purchaseReview } from './review.ts';
import type { RevisionRepository } from './revision-repository.ts';
import { purchaseSettlement } from './settlement.ts';
import { nameIds, shopperLookup } from './shoppers.ts';
import { staffReading } from './staff-reading.ts';
import type { WitnessRepository } from './witness-repository.ts';

/** Two batches keep the database busy while the next batch fills. */
const MAX_BATCHES_IN_FLIGHT = 2;

/** A batch has the fixed cost of about four purchases, so a smaller batch waits while another one is being written. */
const MIN_PURCHASES_BESIDE = 32;

/** Queue short bursts, shed sustained load. ADR 0026 has the figures. */
const SUSTAINED_OVERLOAD = { calls: 512, ms: 500 };

export type PurchaseService = ReturnType<typeof purchaseService>;

/**
 * The use cases of purchases. Reports and settlements of concurrent requests share batches, one transaction each. Requests
 * that arrive while a batch is being written are written with the next batch.
 */
export function purchaseService(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  repository: PurchaseRepository;
  revisions: RevisionRepository;
  witnesses: WitnessRepository;
  queues: QueueRepository;
  details: DetailsRepository;
  users: UserClient;
  partners: SenderClient & PartnerNames;
  merchants: MerchantClient;
  offers: OfferClient;
  fraud: FraudClient;
  cashback: CashbackClient;
  wallets: WalletClient;
  events: EventClient;
  feed: Pick<FeedClient, 'findPlaceAt' | 'follow'>;
  flags: FlagClient;
  defaultConfirmationDays: number;
  selfReports: SelfReports;
  maxEventAgeDays: number;
  supportedCurrencies: readonly string[];
  maxPurchasesPerBatch: number;
  maxQueuedPurchases: number;
}) {
  const findShoppers = shopperLookup(deps);
  const doubts = purchaseDoubts(deps);
  const settlement = purchaseSettlement({ ...deps, doubts });
  const { ingestPurchases, logOutcomes } = purchaseIngestion({ ...deps, settlement });
  const { confirmDuePurchases, secondsBehind } = autoConfirmation({ ...deps, settlement, doubts });
  const reading = purchaseReading(deps);
  const { countOutcomes, observeBatcher } = deps.metrics;
  const bounds = {
    maxItems: deps.maxPurchasesPerBatch,
    maxInFlight: MAX_BATCHES_IN_FLIGHT,
    maxQueued: deps.maxQueuedPurchases,
    isolates: mayIsolate,
  };
  const reports = batcher({
    ...bounds,
    minItemsBeside: MIN_PURCHASES_BESIDE,
    keysOf: rivalsOf,
    run: countOutcomes('ingestion', ingestPurchases),
    report: logOutcomes,
  });
  const settlements = batcher({ ...bounds, run: countOutcomes('settlement', settlement.settleBatch) });
  observeBatcher('ingestion', reports);
  observeBatcher('settlement', settlements);
  const reporting = sustainedOverload(SUSTAINED_OVERLOAD);
  const settling = sustainedOverload(SUSTAINED_OVERLOAD);

  /**
   * Records a purchase, computes its reward and credits the reward as pending. The external id is the idempotency key.
   * @throws DUPLICATE_PURCHASE, FORBIDDEN, UNSUPPORTED_CURRENCY, USER_NOT_ELIGIBLE, MERCHANT_NOT_ELIGIBLE,
   * OFFER_NOT_AVAILABLE, WALLET_FULL, or OVERLOADED if too many purchases wait.
   */
  async function reportPurchase(report: PurchaseReport): Promise<AcceptedPurchase> {
    return onlyValue(await reportPurchases([report]));
  }

  /** Reports a list of purchases. Returns one outcome for each, in order. @throws OVERLOADED; nothing is done then. */
  function reportPurchases(list: readonly PurchaseReport[]): Promise<readonly Outcome<AcceptedPurchase>[]> {
    return reporting.watch(() =>
      nameIds(list) ? reports.submit(list) : findShoppers(list).then(reports.submit),
    );
  }

  /** Makes the reward available, or puts it into its queue. @throws NOT_FOUND, PURCHASE_NOT_PENDING, PURCHASE_ON_HOLD or OVERLOADED. */
  async function confirmPurchase(purchaseId: string, actor: Reporter): Promise<RewardedPurchase> {
    return onlyValue(await settlePurchases([{ actor, purchaseId, to: 'confirmed' }]));
  }

  /** Takes the reward back, before or after confirmation. @throws NOT_FOUND, PURCHASE_ALREADY_REVERSED or OVERLOADED. */
  async function reversePurchase(
    purchaseId: string,
    reason: ReversalReason,
    actor: Reporter,
  ): Promise<RewardedPurchase> {
    return onlyValue(await settlePurchases([{ actor, purchaseId, to: 'reversed', reason }]));
  }

  /**
   * Changes the amount; the reward follows. A repeat of the same version gets the same answer.
   * @throws NOT_FOUND, PURCHASE_ALREADY_REVERSED, AMENDMENT_CONFLICT, VALIDATION_ERROR, WALLET_FULL or OVERLOADED.
   */
  async function amendPurchase(
    purchaseId: string,
    amendment: Amendment,
    actor: Reporter,
  ): Promise<RewardedPurchase> {
    return onlyValue(await settlePurchases([{ actor, purchaseId, to: 'amended', amendment }]));
  }

  /**
   * Takes over another purchase as the same one: its reward is taken back, and its source is a witness of this one.
   * @throws NOT_FOUND, PURCHASE_ALREADY_REVERSED, PURCHASE_NOT_PENDING of the other one, VALIDATION_ERROR or OVERLOADED.
   */
  async function matchPurchase(
    purchaseId: string,
    { twinId, reason }: { readonly twinId: string; readonly reason: string },
    actor: Reporter,
  ): Promise<RewardedPurchase> {
    return onlyValue(await settlePurchases([{ actor, purchaseId, to: 'merged', twinId, reason }]));
  }

  /** Confirms, reverses and amends a list. Answers for each in order. @throws OVERLOADED: nothing was done. */
  function settlePurchases(list: readonly Settlement[]): Promise<readonly Outcome<RewardedPurchase>[]> {
    return settling.watch(() => settlements.submit(list));
  }

  return {
    reportPurchase,
    reportPurchases,
    /** True if a report would be refused as OVERLOADED. */
    isReportingFull: () => reports.isFull() || reporting.isOverloaded(),
    /** The number of reports that wait for a batch, and the number of batches that are being written. */
    reportQueue: { queued: reports.queued, inFlight: reports.inFlight },
    confirmPurchase,
    reversePurchase,
    amendPurchase,
    matchPurchase,
    settlePurchases,
    isSettlingFull: () => settlements.isFull() || settling.isOverloaded(),
    releasePurchase: purchaseReview(deps),
    confirmDuePurchases,
    secondsBehind,
    holdDoubtfulOnes: doubts.holdDoubtfulOnes,
    releaseDue: purchaseReleasing({ ...deps, settlement }),
    ...reading,
    ...staffReading({ ...deps, ...reading }),
    ...partnerReading({ ...deps, ...reading, ...purchaseChanges(deps) }),
  };
}

/** Purchases with a common key would wait for each other in the database: same wallet, or same external id. */
function rivalsOf(submission: PurchaseSubmission): string[] {
  return [submission.userId, keyText(externalKeyOf(submission))];
}
