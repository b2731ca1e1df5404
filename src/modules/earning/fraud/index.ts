import { Counter } from 'prom-client';
import type { Routes } from '../../../core/http/route.ts';
import type { Kernel } from '../../../kernel.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { EventSource } from '../../platform/events/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import { ceilingRepository } from './ceiling-repository.ts';
import { ceilingRoutes } from './ceiling-routes.ts';
import { FEED_EVENTS } from './events.ts';
import { exposureRepository } from './exposure-repository.ts';
import { type DefaultCeilings, RULES, type VelocityLimits } from './model.ts';
import { holdRepository } from './repository.ts';
import { fraudRoutes } from './routes.ts';
import { screeningRepository } from './screening-repository.ts';
import { type FraudService, fraudService } from './service.ts';

export { queueKey, releaseLimit } from './ceiling-policies.ts';
export type {
  CeilingBook,
  DefaultCeilings,
  HeldPurchase,
  Reason,
  Release,
  ReleaseQueue,
  ReleaseRoom,
  VelocityLimits,
} from './model.ts';

export type FraudClient = Pick<
  FraudService,
  | 'findCeilings'
  | 'isAboveCeiling'
  | 'screenPurchases'
  | 'findHolds'
  | 'queueHolds'
  | 'announceHolds'
  | 'queueResolveHolds'
  | 'lockReleaseRooms'
  | 'queueReleases'
>;

export function fraudModule(
  kernel: Pick<Kernel, 'database' | 'clock' | 'logger' | 'metrics' | 'events' | 'openCache'>,
  needs: {
    readonly users: UserClient;
    readonly merchants: MerchantClient;
    readonly cashback: CashbackClient;
    readonly limits: VelocityLimits;
    readonly supportedCurrencies: readonly string[];
    readonly defaultCeilings: DefaultCeilings;
  },
) {
  const deps = { ...kernel, ...needs };
  const held = new Counter({
    name: 'clicknback_purchases_held_total',
    help: 'Purchases held for review, by rule; a purchase that meets two rules counts for each',
    labelNames: ['rule'],
    registers: [deps.metrics.registry],
  });
  for (const rule of RULES) held.inc({ rule }, 0);
  const service = fraudService({
    ...deps,
    countHeld: (rule) => held.inc({ rule }),
    holds: holdRepository(),
    ceilings: ceilingRepository(),
    exposure: exposureRepository(),
    screening: screeningRepository(),
  });
  const routes: Routes = (server) => {
    fraudRoutes(service)(server);
    ceilingRoutes(service)(server);
  };
  return {
    routes,
    client: service satisfies FraudClient,
    eventSource: { events: FEED_EVENTS } satisfies EventSource,
  };
}
