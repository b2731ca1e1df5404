import { byId } from '../../../core/lists.ts';
import type { Kernel } from '../../../kernel.ts';
import type { EventSource } from '../../platform/events/index.ts';
import type { MerchantClient } from '../merchants/index.ts';
import { OfferEventData, offerHistory } from './event-schemas.ts';
import { FEED_EVENTS } from './events.ts';
import { offerRepository } from './repository.ts';
import { offerRoutes } from './routes.ts';
import { presentOffer } from './schemas.ts';
import { type FindCapUses, type OfferService, offerService } from './service.ts';

export type { Offer, OfferTerms } from './model.ts';
export { includes, offerValidAt } from './policies.ts';
export { formatTermsValue, parseTermsValue } from './terms.ts';

export type OfferClient = Pick<
  OfferService,
  'findOffers' | 'findActiveOffers' | 'findRefilling' | 'lockForShare'
>;

export function offersModule(
  kernel: Kernel,
  needs: {
    readonly merchants: MerchantClient;
    readonly supportedCurrencies: readonly [string, ...string[]];
    readonly maxCashbackPercentage: number;
    readonly defaultConfirmationDays: number;
    readonly findCapUses: FindCapUses;
  },
) {
  const deps = { ...kernel, ...needs };
  const repository = offerRepository();
  const service = offerService({ ...deps, repository });
  return {
    routes: offerRoutes(service, deps.supportedCurrencies[0]),
    service,
    client: service satisfies OfferClient,
    eventSource: {
      events: FEED_EVENTS,
      objects: {
        resourceType: 'offer',
        schema: OfferEventData,
        ...offerHistory,
        find: async (db, ids) => byId((await repository.findAll(db, ids)).map(presentOffer)),
      },
    } satisfies EventSource,
  };
}
