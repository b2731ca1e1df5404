import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { EventClient } from '../events/index.ts';
import { flagRepository } from './repository.ts';
import { flagRoutes } from './routes.ts';
import { type FlagService, flagService } from './service.ts';

export type FlagClient = Pick<FlagService, 'evaluateFlags'>;

export function featureFlagsModule(deps: { database: Database; clock: Clock; events: EventClient }) {
  const service = flagService({ ...deps, repository: flagRepository() });
  return { routes: flagRoutes(service), client: service satisfies FlagClient, service };
}
