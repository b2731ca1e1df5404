import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { auditRepository } from './repository.ts';
import { auditRoutes } from './routes.ts';
import { type AuditService, auditService } from './service.ts';

export { type Actor, type AuditRecord, SYSTEM } from './model.ts';

/** What other modules may do: write records in their own transaction. */
export type AuditClient = Pick<AuditService, 'record'>;

export function auditModule(deps: { database: Database; clock: Clock }) {
  const service = auditService({ ...deps, repository: auditRepository() });
  return { routes: auditRoutes(service), client: service satisfies AuditClient };
}
