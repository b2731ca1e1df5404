import type { Kernel } from '../../../kernel.ts';
import { eventSource } from '../../platform/events/index.ts';
import type { MerchantClient } from '../merchants/index.ts';
import { FEED_EVENTS } from './events.ts';
import { offerRepository } from './repository.ts';
import { offerRoutes } from './routes.ts';
import { type OfferService, offerService } from './service.ts';

export type { Offer, OfferTerms } from './model.ts';
export { includes, offerValidAt } from './policies.ts';
export { formatTermsValue, parseTermsValue } from './terms.ts';

export type OfferClient = Pick<OfferService, 'findOffers' | 'findRefilling' | 'lockForShare'>;

export function offersModule(
  kernel: Kernel,
  needs: {
    readonly merchants: MerchantClient;
    readonly supportedCurrencies: readonly [string, ...string[]];
    readonly maxCashbackPercentage: number;
  },
) {
  const deps = { ...kernel, ...needs };
  const service = offerService({ ...deps, repository: offerRepository() });
  return {
    routes: offerRoutes(service, deps.supportedCurrencies[0]),
    service,
    client: service satisfies OfferClient,
    eventSource: eventSource(FEED_EVENTS),
  };
}
