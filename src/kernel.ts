import type { OpenCache } from './core/cache.ts';
import type { Clock } from './core/clock.ts';
import type { Database } from './core/database/index.ts';
import type { LimitRate } from './core/http/rate-limit.ts';
import type { Logger } from './core/observability/logging.ts';
import type { Metrics } from './core/observability/metrics.ts';
import type { EventClient } from './modules/platform/events/index.ts';

/** The dependencies that every module gets. Clients of other modules and settings are passed separately. */
export type Kernel = {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly events: EventClient;
  readonly openCache: OpenCache;
  readonly limitRate: LimitRate;
};
