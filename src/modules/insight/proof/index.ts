import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Job } from '../../../core/jobs.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { nightlyProof } from './nightly.ts';
import { resultRepository } from './result-repository.ts';
import { auditSealing } from './sealing.ts';
import { sealingRepository } from './sealing-repository.ts';
import { verifyLedger } from './service.ts';

export type { LedgerReport } from './model.ts';
export { totalAsText } from './sentences.ts';
export { type Anchor, verifyLedger } from './service.ts';

/** The jobs that seal the audit log, and that prove the books each night. */
export function proofModule(
  kernel: { readonly database: Database; readonly clock: Clock; readonly logger: Logger },
  needs: {
    /** Writes to those who keep the books that a proof found faults. */
    readonly onWrong: (faults: number) => Promise<unknown>;
  },
) {
  const { sealRecords } = auditSealing({ ...kernel, repository: sealingRepository() });
  const { prove } = nightlyProof({
    ...kernel,
    ...needs,
    repository: resultRepository(),
    verify: (signal) => verifyLedger(kernel.database, { signal }),
  });
  const jobs: readonly Job[] = [
    { name: 'seal-audit-log', schedule: '* * * * *', run: () => sealRecords() },
    { name: 'prove-books', schedule: '0 * * * *', run: prove },
  ];
  return { jobs };
}
