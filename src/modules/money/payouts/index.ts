import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Metrics } from '../../../core/observability/metrics.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { IdempotencyClient } from '../../platform/idempotency/index.ts';
import type { WalletClient } from '../wallets/index.ts';
import { detailsCipher } from './details.ts';
import type { PayoutLimits } from './model.ts';
import { payoutRepository } from './repository.ts';
import { payoutRoutes } from './routes.ts';
import { type PayoutService, payoutService } from './service.ts';

export { reencryptBankDetails } from './rotation.ts';

export type PayoutClient = Pick<PayoutService, 'findStatuses'>;

export function payoutsModule(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  idempotency: IdempotencyClient;
  wallets: WalletClient;
  events: EventClient;
  encryptionKeys: readonly EncryptionKey[];
  supportedCurrencies: readonly [string, ...string[]];
  limits: PayoutLimits;
  maxQueuedPayouts: number;
}) {
  const cipher = detailsCipher(deps.encryptionKeys);
  const service = payoutService({ ...deps, repository: payoutRepository(), cipher });
  const [defaultCurrency] = deps.supportedCurrencies;
  return { routes: payoutRoutes(service, defaultCurrency), client: service satisfies PayoutClient, service };
}
