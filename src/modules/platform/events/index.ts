import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Routes } from '../../../core/http/route.ts';
import { type EventConsumer, eventConsumers } from './consumers.ts';
import { eventFeed } from './feed.ts';
import { feedRepository } from './feed-repository.ts';
import { feedRoutes } from './feed-routes.ts';
import { feedFollowing } from './following.ts';
import type { FindLabels } from './labels.ts';
import { eventLookup } from './lookup.ts';
import { lookupRepository } from './lookup-repository.ts';
import { type EventSource, eventPresenting } from './presenting.ts';
import { eventRepository } from './repository.ts';
import { auditRoutes } from './routes.ts';
import { type EventService, eventService } from './service.ts';

export { defineEvent } from './define.ts';
export { describeEvents, EventData } from './event-schemas.ts';
export type { ObjectHistory, Presented } from './history.ts';
export { type FindLabels, labelKey } from './labels.ts';
export {
  type Actor,
  type Event,
  type FeedPosition,
  type RecordedEvent,
  SYSTEM,
} from './model.ts';
export type { EventObject, EventSource, PresentEach } from './presenting.ts';
export type { EventConsumer };

/** Lets other modules record events in their own transaction. */
export type EventClient = Pick<EventService, 'record'>;

/** Lets modules above the others follow the events of all. */
export type FeedClient = ReturnType<typeof eventConsumers> & {
  readonly present: ReturnType<typeof eventPresenting>;
} & ReturnType<typeof feedFollowing> &
  ReturnType<typeof eventLookup>;

export function eventsModule(deps: {
  readonly database: Database;
  readonly clock: Clock;
  /** What the feed shows. Called when all modules are wired. Defaults to nothing. */
  readonly sources?: () => readonly EventSource[];
  /** What staff calls actors and resources. Called when all modules are wired. Defaults to nothing. */
  readonly findLabels?: FindLabels;
}) {
  const { sources = () => [], findLabels = async () => new Map() } = deps;
  const service = eventService({ ...deps, findLabels, repository: eventRepository() });
  const reading = { ...deps, sources, feed: feedRepository() };
  const consumers = eventConsumers(reading);
  const lookup = eventLookup({ sources, repository: lookupRepository() });
  const present = eventPresenting(reading);
  const feed = eventFeed({ ...reading, present });
  const routes: Routes = (server) => {
    feedRoutes(feed, sources)(server);
    auditRoutes(service)(server);
  };
  return {
    routes,
    accessLog: service.accessLog,
    client: {
      ...service,
      ...consumers,
      ...feedFollowing(reading),
      ...lookup,
      present,
    } satisfies EventClient & FeedClient,
  };
}
