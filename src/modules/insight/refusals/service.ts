import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Refusal, RefusalFilter } from './model.ts';
import type { RefusalRepository } from './repository.ts';

const RETENTION = { hours: 24 * 30 };

export type RefusalService = ReturnType<typeof refusalService>;

export function refusalService(deps: {
  readonly database: Pick<Database, 'db' | 'transaction'>;
  readonly clock: Clock;
  readonly repository: RefusalRepository;
}) {
  const { database, clock, repository } = deps;

  function listRefusals(filter: RefusalFilter, page: PageRequest): Promise<PageOf<Refusal>> {
    return repository.list(database.db, filter, page);
  }

  /** Deletes up to `limit` refusals and counts that are older than 30 days. Returns `limit` while more may be left. */
  function purge(limit: number): Promise<number> {
    return database.transaction((trx) => repository.removeBefore(trx, clock().subtract(RETENTION), limit));
  }

  return { listRefusals, purge };
}
