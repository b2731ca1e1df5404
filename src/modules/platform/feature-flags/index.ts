import type { Kernel } from '../../../kernel.ts';
import { flagRepository } from './repository.ts';
import { flagRoutes } from './routes.ts';
import { type FlagService, flagService } from './service.ts';

export type FlagClient = Pick<FlagService, 'evaluateFlags'>;

export function featureFlagsModule(
  kernel: Pick<Kernel, 'database' | 'clock' | 'events'>,
  needs: { readonly knownFlags: readonly string[] },
) {
  const service = flagService({ ...kernel, ...needs, repository: flagRepository() });
  return { routes: flagRoutes(service), client: service satisfies FlagClient, service };
}
