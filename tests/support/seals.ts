import { pino } from 'pino';
import type { Database } from '../../src/core/database/index.ts';
import { auditSealing } from '../../src/modules/insight/proof/sealing.ts';
import { sealingRepository } from '../../src/modules/insight/proof/sealing-repository.ts';
import { runSql } from './database.ts';
import { until } from './until.ts';

/**
 * Until every record may be sealed: a seal covers what is older than all transactions that are under way on the server, also
 * in the databases of other tests.
 */
export async function untilSealable({ url }: Pick<Database, 'url'>): Promise<void> {
  await until(async () => {
    const [{ open } = {}] = await runSql(
      url,
      'select exists (select from audit_logs where recorded_in >= pg_snapshot_xmin(pg_current_snapshot())) as open',
    );
    return open === false;
  });
}

/**
 * Seals the audit log now, without waiting until its records are old. Their ids must be of the past of the database, which
 * has the real time.
 */
export async function sealRecords(database: Database, limit = 50_000): Promise<number[]> {
  await untilSealable(database);
  const { sealRecords } = auditSealing({
    database,
    logger: pino({ level: 'silent' }),
    repository: sealingRepository(),
  });
  return Array.fromAsync(sealRecords({ lag_seconds: 0, limit }));
}
