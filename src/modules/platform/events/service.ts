import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { AuditFilter, AuditLog, Event } from './model.ts';
import type { EventRepository } from './repository.ts';

export type EventService = ReturnType<typeof eventService>;

export function eventService(deps: { database: Database; clock: Clock; repository: EventRepository }) {
  const { database, clock, repository } = deps;

  /**
   * Stores events in the caller's transaction, so that an event is committed exactly if its change is.
   * The INSERT is queued, not awaited.
   */
  function record(trx: Trx, list: readonly Event[]): void {
    repository.queueInsert(trx, list, clock());
  }

  function listAuditLogs(filter: AuditFilter, page: PageRequest): Promise<PageOf<AuditLog>> {
    return repository.list(database.db, filter, page);
  }

  return { record, listAuditLogs };
}
