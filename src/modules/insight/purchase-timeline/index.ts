import type { Kernel } from '../../../kernel.ts';
import type { CashbackClient } from '../../earning/cashback/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import { timelineRepository } from './repository.ts';
import { timelineRoutes } from './routes.ts';
import { timelineService } from './service.ts';

export type { PayoutAfter } from './model.ts';
export { coverageOf, dueDayOf } from './policies.ts';

/** Explains a purchase from everything that touched it. Reads the tables of others, and owns none. */
export function purchaseTimelineModule(
  kernel: Pick<Kernel, 'database' | 'clock'>,
  needs: {
    readonly cashback: CashbackClient;
    readonly flags: FlagClient;
    readonly defaultConfirmationDays: number;
  },
) {
  const service = timelineService({ ...kernel, ...needs, repository: timelineRepository() });
  return { routes: timelineRoutes(service) };
}
