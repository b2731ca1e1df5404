import { pino } from 'pino';
import type { Database } from '../../src/core/database/index.ts';
import { auditSealing } from '../../src/modules/insight/proof/sealing.ts';
import { sealingRepository } from '../../src/modules/insight/proof/sealing-repository.ts';

/**
 * Seals the audit log now, without waiting until its records are old. Their ids must be of the past of the database, which
 * has the real time.
 */
export function sealRecords(database: Database, limit = 50_000): Promise<number[]> {
  const { sealRecords } = auditSealing({
    database,
    logger: pino({ level: 'silent' }),
    repository: sealingRepository(),
  });
  return Array.fromAsync(sealRecords({ lag_seconds: 0, limit }));
}
