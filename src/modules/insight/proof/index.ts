import type { Database } from '../../../core/database/index.ts';
import type { Job } from '../../../core/jobs.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { auditSealing } from './sealing.ts';
import { sealingRepository } from './sealing-repository.ts';

export type { LedgerReport } from './model.ts';
export { totalAsText } from './sentences.ts';
export { type Anchor, verifyLedger } from './service.ts';

/** The job that seals the audit log. */
export function proofModule(deps: { database: Database; logger: Logger }) {
  const { sealRecords } = auditSealing({ ...deps, repository: sealingRepository() });
  const jobs: readonly Job[] = [{ name: 'seal-audit-log', schedule: '* * * * *', run: () => sealRecords() }];
  return { jobs };
}
