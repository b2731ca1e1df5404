import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { isId } from '../../../core/id.ts';
import { AuditPage, AuditQuery, presentAuditLog } from './schemas.ts';
import type { EventService } from './service.ts';

export function auditRoutes(service: EventService): Routes {
  return (server) => {
    server.get(
      '/audit-logs',
      {
        schema: {
          tags: ['audit'],
          summary: 'List audit records, newest first',
          querystring: AuditQuery,
          response: { 200: AuditPage },
        },
        config: { access: ['admin'] },
      },
      async ({ query }) => {
        const filter = {
          actorTypes: query.actor_type,
          actorIds: query.actor_id,
          actions: query.action,
          resourceTypes: query.resource_type,
          resourceIds: query.resource_id,
          outcomes: query.outcome,
          requestIds: query.request_id,
          from: query.from,
          to: query.to,
        };
        return presentCursorPage(
          query,
          await service.listAuditLogs(filter, readPage(query, isId)),
          presentAuditLog,
        );
      },
    );
  };
}
