import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { eventRepository } from './repository.ts';
import { auditRoutes } from './routes.ts';
import { type EventService, eventService } from './service.ts';

export { defineEvent } from './define.ts';
export { type Actor, type Event, SYSTEM } from './model.ts';

/** Lets other modules record events in their own transaction. */
export type EventClient = Pick<EventService, 'record'>;

export function eventsModule(deps: { database: Database; clock: Clock }) {
  const service = eventService({ ...deps, repository: eventRepository() });
  return {
    routes: auditRoutes(service),
    accessLog: service.accessLog,
    client: service satisfies EventClient,
  };
}
