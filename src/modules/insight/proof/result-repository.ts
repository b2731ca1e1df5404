import { sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import type { Db } from '../../../core/database/index.ts';
import type { LedgerReport } from './model.ts';
import type { PastProofs } from './schedule.ts';

export type ResultRepository = ReturnType<typeof resultRepository>;

type ProofResult = {
  readonly id: string;
  readonly startedAt: Temporal.Instant;
  readonly finishedAt: Temporal.Instant;
  readonly verdict: LedgerReport['verdict'];
  readonly faults: number;
  readonly entries: number;
};

/** The journal entries of a database whose proof takes seconds. */
const SMALL = 100_000;

const queueInsert = bulkInsert<ProofResult>('book_proofs', {
  id: ['uuid', ({ id }) => id],
  started_at: ['timestamptz', ({ startedAt }) => startedAt.toString()],
  finished_at: ['timestamptz', ({ finishedAt }) => finishedAt.toString()],
  verdict: ['text', ({ verdict }) => verdict],
  faults: ['bigint', ({ faults }) => faults],
  entries: ['bigint', ({ entries }) => entries],
});

/** What proofs have found. */
export function resultRepository() {
  async function findPast(db: Db): Promise<PastProofs> {
    const { rows } = await sql<{ last_started_at: Temporal.Instant | null; is_small: boolean }>`
      select
        (select max(started_at) from book_proofs) as last_started_at,
        (select count(*) from (select from wallet_entries limit ${SMALL + 1}) as entries) <= ${SMALL} as is_small
    `.execute(db);
    const [row] = rows;
    return { lastStartedAt: row?.last_started_at ?? null, isSmall: row?.is_small ?? false };
  }

  return { queueInsert, findPast };
}
