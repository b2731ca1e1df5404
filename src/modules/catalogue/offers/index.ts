import type { OpenCache } from '../../../core/cache.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { MerchantClient } from '../merchants/index.ts';
import { offerRepository } from './repository.ts';
import { offerRoutes } from './routes.ts';
import { type OfferService, offerService } from './service.ts';

export type { CashbackType, Offer, OfferTerms } from './model.ts';
export { offerValidOn } from './policies.ts';
export { formatTermsValue, parseTermsValue } from './terms.ts';

export type OfferClient = Pick<OfferService, 'findActiveOffers' | 'lockActiveForShare'>;

export function offersModule(deps: {
  database: Database;
  clock: Clock;
  merchants: MerchantClient;
  events: EventClient;
  openCache: OpenCache;
  supportedCurrencies: readonly [string, ...string[]];
  maxCashbackPercentage: number;
}) {
  const service = offerService({ ...deps, repository: offerRepository() });
  return {
    routes: offerRoutes(service, deps.supportedCurrencies[0]),
    service,
    client: service satisfies OfferClient,
  };
}
