import type { OpenCache } from '../../../core/cache.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import { merchantRepository } from './repository.ts';
import { merchantRoutes } from './routes.ts';
import { type MerchantService, merchantService } from './service.ts';

export { merchantNotActive } from './errors.ts';
export type { Merchant } from './model.ts';

export type MerchantClient = Pick<
  MerchantService,
  'findMerchants' | 'findActiveMerchants' | 'lockActiveForShare' | 'requireActiveMerchant'
>;

export function merchantsModule(deps: {
  database: Database;
  clock: Clock;
  events: EventClient;
  openCache: OpenCache;
}) {
  const service = merchantService({ ...deps, repository: merchantRepository() });
  return { routes: merchantRoutes(service), service, client: service satisfies MerchantClient };
}
