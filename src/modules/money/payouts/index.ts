import type { Clock } from '../../../core/clock.ts';
import { type Database, mayIsolate } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Metrics } from '../../../core/observability/metrics.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import type { AuditClient } from '../../platform/audit/index.ts';
import type { IdempotencyClient } from '../../platform/idempotency/index.ts';
import type { WalletClient } from '../wallets/index.ts';
import { detailsCipher } from './details.ts';
import type { PayoutLimits } from './model.ts';
import { payoutRepository } from './repository.ts';
import { payoutRequests } from './requests.ts';
import { payoutRoutes } from './routes.ts';
import { type PayoutService, payoutService } from './service.ts';
import { payoutTransitions } from './transitions.ts';

export { reencryptBankDetails } from './rotation.ts';

export type PayoutClient = Pick<PayoutService, 'findStatuses'>;

/** As for purchases: two in flight keep the database busy while the next one gathers. */
const BATCHES = { maxItems: 256, maxInFlight: 2 };

export function payoutsModule(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  idempotency: IdempotencyClient;
  wallets: WalletClient;
  audit: AuditClient;
  encryptionKeys: readonly EncryptionKey[];
  supportedCurrencies: readonly [string, ...string[]];
  limits: PayoutLimits;
  maxQueuedPayouts: number;
}) {
  const repository = payoutRepository();
  const cipher = detailsCipher(deps.encryptionKeys);
  const service = payoutService({ ...deps, repository, cipher });
  const bounds = { ...BATCHES, maxQueued: deps.maxQueuedPayouts, isolates: mayIsolate };
  const { countOutcomes } = deps.metrics;
  const requests = batcher({
    ...bounds,
    run: countOutcomes('payout', payoutRequests({ ...deps, repository, cipher })),
  });
  const transitions = batcher({
    ...bounds,
    run: countOutcomes('payout_transition', payoutTransitions({ ...deps, repository })),
  });
  deps.metrics.observeBatcher('payout', requests);
  deps.metrics.observeBatcher('payout_transition', transitions);

  const [defaultCurrency] = deps.supportedCurrencies;
  return {
    routes: payoutRoutes({ service, requests, transitions, defaultCurrency }),
    client: service satisfies PayoutClient,
    service,
    /** For the loading of demo data, which goes the way that requests go. */
    requests,
    transitions,
  };
}
