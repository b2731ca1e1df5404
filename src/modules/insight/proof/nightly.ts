import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { LedgerReport } from './model.ts';
import type { ResultRepository } from './result-repository.ts';
import { isProofDue } from './schedule.ts';

/** Proves the books each night and stores what the proof found. */
export function nightlyProof(deps: {
  readonly database: Pick<Database, 'db' | 'transaction'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly repository: ResultRepository;
  /** Reads one snapshot for as long as it takes, and ends early by the signal. */
  readonly verify: (signal: AbortSignal) => Promise<LedgerReport>;
  /** Writes to those who keep the books. */
  readonly onWrong: (faults: number) => Promise<unknown>;
}) {
  const { database, clock, logger, repository, verify, onWrong } = deps;

  /** Proves the books if it is time. Yields the number of journal entries. */
  async function* prove(signal: AbortSignal): AsyncGenerator<number> {
    const startedAt = clock();
    if (!isProofDue(startedAt, await repository.findPast(database.db))) return;
    const { verdict, faultCount, faults, currencies } = await verify(signal);
    const entries = currencies.reduce((sum, currency) => sum + currency.entries, 0);
    const result = {
      id: newId(startedAt),
      startedAt,
      finishedAt: clock(),
      verdict,
      faults: faultCount,
      entries,
    };
    await database.transaction(async (trx) => repository.queueInsert(trx, [result]));
    if (verdict === 'wrong') {
      const sentences = faults.map(({ sentence }) => sentence);
      logger.error({ faults: faultCount, sentences }, 'the books are wrong');
      await onWrong(faultCount);
    }
    yield entries;
  }

  return { prove };
}
