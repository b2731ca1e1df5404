import type { AccessLog } from '../../../core/access-log.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import { personalDataRead, requestRefused } from './events.ts';
import { type FindLabels, thingsOf, withLabels } from './labels.ts';
import type { AuditFilter, Event, LabelledLog } from './model.ts';
import type { EventRepository } from './repository.ts';

export type EventService = ReturnType<typeof eventService>;

export function eventService(deps: {
  database: Database;
  clock: Clock;
  repository: EventRepository;
  findLabels: FindLabels;
}) {
  const { database, clock, repository, findLabels } = deps;

  /**
   * Stores events in the caller's transaction, so that an event is committed exactly if its change is.
   * The INSERT is queued, not awaited.
   */
  function record(trx: Trx, list: readonly Event[]): void {
    repository.queueInsert(trx, list, clock());
  }

  /** Stores events that no change causes. */
  async function recordNow(event: Event): Promise<void> {
    await database.transaction(async (trx) => record(trx, [event]));
  }

  const accessLog: AccessLog = {
    recordRead: (actor, { operation, userId = actor.id, filters }) =>
      recordNow(
        personalDataRead({
          actor,
          resourceId: userId,
          details: { operation, ...(filters.length > 0 && { filters: filters.join(',') }) },
        }),
      ),
    recordRefusal: (actor, { operation, code, permission }) =>
      recordNow(
        requestRefused({
          actor,
          resourceId: actor.id,
          details: { operation, code, ...(permission !== undefined && { permission }) },
        }),
      ),
  };

  async function listAuditLogs(filter: AuditFilter, page: PageRequest): Promise<PageOf<LabelledLog>> {
    const found = await repository.list(database.db, filter, page);
    const labelOf = await findLabels(database.db, thingsOf(found.items));
    return { ...found, items: found.items.map((log) => withLabels(log, labelOf)) };
  }

  return { record, accessLog, listAuditLogs };
}
