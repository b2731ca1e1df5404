import { byId } from '../../../core/lists.ts';
import type { Kernel } from '../../../kernel.ts';
import type { EventSource } from '../../platform/events/index.ts';
import { MerchantEventData, merchantHistory } from './event-schemas.ts';
import { FEED_EVENTS } from './events.ts';
import { merchantRepository } from './repository.ts';
import { merchantRoutes } from './routes.ts';
import { presentMerchant } from './schemas.ts';
import { type FindActiveOffers, type MerchantService, merchantService } from './service.ts';

export { merchantNotActive } from './errors.ts';
export type { Merchant } from './model.ts';
export { acceptsPurchasesAt, permittedMerchants } from './policies.ts';

export type MerchantClient = Pick<
  MerchantService,
  'findMerchants' | 'findMerchantIds' | 'findActiveMerchants' | 'lockForShare' | 'requireActiveMerchant'
>;

export function merchantsModule(kernel: Kernel, needs: { readonly findActiveOffers: FindActiveOffers }) {
  const repository = merchantRepository();
  const service = merchantService({ ...kernel, ...needs, repository });
  return {
    routes: merchantRoutes(service),
    service,
    client: service satisfies MerchantClient,
    eventSource: {
      events: FEED_EVENTS,
      objects: {
        resourceType: 'merchant',
        schema: MerchantEventData,
        ...merchantHistory,
        find: async (db, ids) => byId((await repository.findAll(db, ids)).map(presentMerchant)),
      },
    } satisfies EventSource,
  };
}
