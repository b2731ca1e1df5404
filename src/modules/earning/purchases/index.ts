import type { Routes } from '../../../core/http/route.ts';
import { byId } from '../../../core/lists.ts';
import type { Kernel } from '../../../kernel.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { OfferClient } from '../../catalogue/offers/index.ts';
import type { PartnerNames, SenderClient } from '../../identity/partners/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import type { EventSource, FeedClient } from '../../platform/events/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import type { FraudClient } from '../fraud/index.ts';
import { blockerRepository } from './blocker-repository.ts';
import { detailsRepository } from './details-repository.ts';
import { PurchaseEventData, purchaseHistory } from './event-schemas.ts';
import { FEED_EVENTS } from './events.ts';
import type { SelfReports } from './model.ts';
import { queueRepository } from './queue-repository.ts';
import { readRoutes } from './read-routes.ts';
import { presentPurchase } from './read-schemas.ts';
import { type NoteRefusal, reportRoutes } from './report-routes.ts';
import { purchaseRepository } from './repository.ts';
import { revisionRepository } from './revision-repository.ts';
import { type PurchaseService, purchaseService } from './service.ts';
import { settleRoutes } from './settle-routes.ts';
import { witnessRepository } from './witness-repository.ts';

export { AUTO_CONFIRM_FLAG } from './auto-confirmation.ts';
export { invalidPurchaseStatus } from './errors.ts';
export { isAwaitingRelease, orderKeyOf, type PurchaseFilter, type PurchaseView } from './model.ts';
export { requirePurchaseStatus } from './policies.ts';
export { PurchaseStatusFilter, presentRewardedPurchase, RewardedPurchaseBody } from './read-schemas.ts';
export { MAX_BATCH_ITEMS } from './schemas.ts';

export type PurchaseClient = Pick<
  PurchaseService,
  'reportPurchases' | 'settlePurchases' | 'countOfPartner' | 'listRewardedPurchases'
> &
  ReturnType<typeof blockerRepository>;

/** The part of the client for lists that name purchases. */
export type PurchaseNames = Pick<PurchaseService, 'findPurchases'>;

export function purchasesModule(
  kernel: Kernel,
  needs: {
    readonly users: UserClient;
    readonly partners: SenderClient & PartnerNames;
    readonly merchants: MerchantClient;
    readonly offers: OfferClient;
    readonly fraud: FraudClient;
    readonly cashback: CashbackClient;
    readonly wallets: WalletClient;
    readonly flags: FlagClient;
    readonly feed: Pick<FeedClient, 'findPlaceAt' | 'follow'>;
    readonly defaultConfirmationDays: number;
    readonly selfReports: SelfReports;
    readonly maxEventAgeDays: number;
    readonly supportedCurrencies: readonly string[];
    readonly maxPurchasesPerBatch: number;
    readonly maxQueuedPurchases: number;
    readonly perMinutePerUser: number;
    readonly perMinutePerPartner: number;
    readonly noteRefusal: NoteRefusal;
  },
) {
  const deps = { ...kernel, ...needs };
  const service = purchaseService({
    ...deps,
    repository: purchaseRepository(),
    revisions: revisionRepository(),
    witnesses: witnessRepository(),
    queues: queueRepository(),
    details: detailsRepository(),
  });
  deps.metrics.observeOnScrape(
    'clicknback_auto_confirmation_lag_seconds',
    'Seconds for which the oldest purchase that waits for auto-confirmation has been due',
    service.secondsBehind,
  );
  const routes: Routes = (server) => {
    reportRoutes(service, deps)(server);
    settleRoutes(service)(server);
    readRoutes(service)(server);
  };
  return {
    routes,
    service,
    client: { ...service, ...blockerRepository() } satisfies PurchaseClient,
    eventSource: {
      events: FEED_EVENTS,
      objects: {
        resourceType: 'purchase',
        schema: PurchaseEventData,
        ...purchaseHistory,
        find: async (db, ids) => byId((await service.findPurchases(db, ids)).map(presentPurchase)),
        findFor: async (db, ids, { partnerId }) =>
          byId((await service.findReportedBy(db, partnerId, ids)).map(presentPurchase)),
      },
    } satisfies EventSource,
    jobs: [
      { name: 'auto-confirmation', schedule: '* * * * *', run: service.confirmDuePurchases },
      { name: 'order-doubts', schedule: '* * * * *', run: service.holdDoubtfulOnes },
      { name: 'release-due', schedule: '* * * * *', run: service.releaseDue },
    ],
  };
}
