import { presentCursorPage, readPage } from '../../core/http/pagination.ts';
import type { Routes } from '../../core/http/route.ts';
import { isId } from '../../core/id.ts';
import { AuditPage, AuditQuery, presentAuditLog } from './schemas.ts';
import type { AuditService } from './service.ts';

export function auditRoutes(service: AuditService): Routes {
  return (server) => {
    server.get(
      '/audit-logs',
      {
        schema: {
          tags: ['audit'],
          summary: 'List who did what, newest first',
          querystring: AuditQuery,
          response: { 200: AuditPage },
        },
        config: { access: ['admin'] },
      },
      async ({ query }) => {
        const { actor_id, action, resource_type, resource_id, from, to } = query;
        const filter = {
          actorId: actor_id,
          action,
          resourceType: resource_type,
          resourceId: resource_id,
          from,
          to,
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
