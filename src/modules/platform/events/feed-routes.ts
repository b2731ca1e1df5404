import Type from 'typebox';
import { callerOf } from '../../../core/http/authentication.ts';
import type { Routes } from '../../../core/http/route.ts';
import { EventBody, EventPage, EventQuery, presentFeedPage, readCursor } from './event-schemas.ts';
import type { EventFeed } from './feed.ts';
import { type EventSource, kindsOfEvents } from './presenting.ts';

/** `sources` is called when all modules are wired. */
export function feedRoutes(feed: EventFeed, sources: () => readonly EventSource[]): Routes {
  return (server) => {
    const bodies = kindsOfEvents(sources()).map(EventBody);
    server.get(
      '/events',
      {
        schema: {
          tags: ['events'],
          summary: 'Read the feed of events, oldest first',
          description:
            'The order is fixed. A reader that follows `cursor` misses no event and gets none twice. A partner gets the events about purchases that it has reported.',
          querystring: EventQuery,
          response: { 200: EventPage(Type.Union(bodies)) },
        },
        config: { access: ['admin', 'partner'], scope: 'purchases:read' },
      },
      async (request, reply) => {
        const { type = [], resource_id, cursor, limit = 100 } = request.query;
        const caller = callerOf(request);
        const page = await feed.listEvents(
          {
            types: type.length === 0 ? undefined : type,
            resourceId: resource_id,
            after: readCursor(cursor),
            limit,
          },
          caller.type === 'partner' ? { partnerId: caller.id } : undefined,
        );
        // The bodies are presented by their own modules. The generated serializer would compare each with every kind.
        reply.type('application/json; charset=utf-8').serializer((body) => JSON.stringify(body));
        return presentFeedPage(page);
      },
    );
  };
}
