import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { LimitRate } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Metrics } from '../../../core/observability/metrics.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { OfferClient } from '../../catalogue/offers/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import type { FraudClient } from '../fraud/index.ts';
import { readRoutes } from './read-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { purchaseRepository } from './repository.ts';
import { type PurchaseService, purchaseService } from './service.ts';
import { settleRoutes } from './settle-routes.ts';

export type PurchaseClient = Pick<PurchaseService, 'reportPurchases' | 'settlePurchases'>;

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
  events: EventClient;
  flags: FlagClient;
  defaultConfirmationDays: number;
  supportedCurrencies: readonly string[];
  maxPurchasesPerBatch: number;
  maxQueuedPurchases: number;
  limitRate: LimitRate;
  perMinutePerUser: number;
  perMinutePerPartner: number;
}) {
  const service = purchaseService({ ...deps, repository: purchaseRepository() });
  deps.metrics.observeOnScrape(
    'clicknback_auto_confirmation_lag_seconds',
    'How long the oldest purchase that waits for auto-confirmation has been due',
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
    client: service satisfies PurchaseClient,
    jobs: [{ name: 'auto-confirmation', schedule: '* * * * *', run: service.confirmDuePurchases }],
  };
}
