import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { AuditFilter, AuditLog, AuditRecord } from './model.ts';
import type { AuditRepository } from './repository.ts';

export type AuditService = ReturnType<typeof auditService>;

export function auditService(deps: { database: Database; clock: Clock; repository: AuditRepository }) {
  const { database, clock, repository } = deps;

  /** Writes the records in the transaction of what they record: both happen or neither does. */
  function record(trx: Trx, records: readonly AuditRecord[]): void {
    if (records.length > 0) repository.queueInsert(trx, records, clock());
  }

  function listAuditLogs(filter: AuditFilter, page: PageRequest): Promise<PageOf<AuditLog>> {
    return repository.list(database.db, filter, page);
  }

  return { record, listAuditLogs };
}
