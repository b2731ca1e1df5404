import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { type EventConsumer, eventConsumers } from './consumers.ts';
import { feedRepository } from './feed-repository.ts';
import type { EventSource } from './model.ts';
import { eventRepository } from './repository.ts';
import { auditRoutes } from './routes.ts';
import { type EventService, eventService } from './service.ts';

export { defineEvent, eventSource } from './define.ts';
export {
  type Actor,
  type Event,
  type EventSource,
  type RecordedEvent,
  SYSTEM,
} from './model.ts';
export type { EventConsumer };

/** Lets other modules record events in their own transaction. */
export type EventClient = Pick<EventService, 'record'>;

/** Lets modules above the others follow the events of all. */
export type FeedClient = ReturnType<typeof eventConsumers>;

export function eventsModule(deps: {
  readonly database: Database;
  readonly clock: Clock;
  /** What the feed shows. Called when all modules are wired. Defaults to nothing. */
  readonly sources?: () => readonly EventSource[];
}) {
  const { sources = () => [] } = deps;
  const service = eventService({ ...deps, repository: eventRepository() });
  const consumers = eventConsumers({ ...deps, sources, feed: feedRepository() });
  return {
    routes: auditRoutes(service),
    accessLog: service.accessLog,
    client: { ...service, ...consumers } satisfies EventClient & FeedClient,
  };
}
