import type { Database } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { SealingRepository } from './sealing-repository.ts';

/** Records in one transaction, which takes a fraction of a second. */
const LIMIT = 20_000;

/** Longer than any transaction of the platform, and than its clocks differ: a later record would belong to no seal. */
const LAG_SECONDS = 120;

export function auditSealing(deps: { database: Database; logger: Logger; repository: SealingRepository }) {
  const { database, logger, repository } = deps;

  /**
   * Seals the records of the audit log that are old enough. Yields the number of records per seal. The log line of a seal is
   * a copy of its digest outside of the database.
   */
  async function* sealRecords({ lag_seconds = LAG_SECONDS, limit = LIMIT } = {}): AsyncGenerator<number> {
    for (;;) {
      const seal = await database.transaction((trx) => repository.sealNext(trx, { lag_seconds, limit }));
      if (seal === undefined) return;
      const { number, records, digest } = seal;
      logger.info({ seal: Number(number), digest }, 'the audit log was sealed');
      yield Number(records);
    }
  }

  return { sealRecords };
}
