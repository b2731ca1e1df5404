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
          actorType: query.actor_type,
          actorId: query.actor_id,
          action: query.action,
          resourceType: query.resource_type,
          resourceId: query.resource_id,
          outcome: query.outcome,
          requestId: query.request_id,
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
