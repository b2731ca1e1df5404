import type { Kernel } from '../../../kernel.ts';
import { eventSource } from '../../platform/events/index.ts';
import { FEED_EVENTS } from './events.ts';
import { merchantRepository } from './repository.ts';
import { merchantRoutes } from './routes.ts';
import { type MerchantService, merchantService } from './service.ts';

export { merchantNotActive } from './errors.ts';
export type { Merchant } from './model.ts';
export { acceptsPurchasesAt, permittedMerchants } from './policies.ts';

export type MerchantClient = Pick<
  MerchantService,
  'findMerchants' | 'findMerchantIds' | 'findActiveMerchants' | 'lockForShare' | 'requireActiveMerchant'
>;

export function merchantsModule(kernel: Kernel) {
  const service = merchantService({ ...kernel, repository: merchantRepository() });
  return {
    routes: merchantRoutes(service),
    service,
    client: service satisfies MerchantClient,
    eventSource: eventSource(FEED_EVENTS),
  };
}
