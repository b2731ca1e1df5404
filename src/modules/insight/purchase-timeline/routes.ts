import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { OwnTimelineBody, presentOwnTimeline, presentTimeline, TimelineBody } from './schemas.ts';
import type { TimelineService } from './service.ts';

export function timelineRoutes(service: TimelineService): Routes {
  return (server) => {
    server.get(
      '/purchases/:id/timeline',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Explain a purchase',
          description:
            'Everything that happened to it, each journal entry under its event, how its reward was computed, and what ' +
            'comes next. Which payouts paid the reward is a convention: first in, first out.',
          params: IdParams,
          response: { 200: TimelineBody },
        },
        config: { access: ['admin'], showsPersonalData: true, errors: [notFound] },
      },
      async ({ params }) => presentTimeline(await service.getTimeline(params.id)),
    );

    server.get(
      '/users/me/purchases/:id',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Explain one of your purchases',
          description:
            'How its reward was computed, what happened to it, and the day on which it is confirmed.',
          params: IdParams,
          response: { 200: OwnTimelineBody },
        },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request) =>
        presentOwnTimeline(await service.getTimeline(request.params.id, callerOf(request).id)),
    );
  };
}
