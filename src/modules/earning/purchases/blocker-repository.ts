import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { BlockedUser, Blocker } from './model.ts';

/** The most purchases of a user and kind that are found. */
const MAX_OF_A_KIND = 20;

type Row = { user_id: string; id: string; reversed_at: Temporal.Instant | null };

export function blockerRepository() {
  /** Finds the purchases of these users that are held for review, and those that were reversed for fraud since a time. */
  async function findBlockers(db: Db, users: readonly BlockedUser[]): Promise<readonly Blocker[]> {
    const { rows } = await sql<Row>`
      select asked.user_id, found.id, found.reversed_at
      from (
        select
          unnest(${users.map(({ userId }) => userId)}::uuid[]) as user_id,
          unnest(${users.map(({ since }) => since.toString())}::timestamptz[]) as since
      ) as asked
      cross join lateral (
        (
          select id, null::timestamptz as reversed_at from purchases
          where purchases.user_id = asked.user_id and status = 'pending' and held
          order by id desc nulls last
          limit ${MAX_OF_A_KIND}
        )
        union all
        (
          select id, reversed_at from purchases
          where purchases.user_id = asked.user_id and status = 'reversed' and reversal_reason = 'fraud'
            and reversed_at >= asked.since
          order by reversed_at desc
          limit ${MAX_OF_A_KIND}
        )
      ) as found
    `.execute(db);
    return rows.map(({ user_id: userId, id: purchaseId, reversed_at: reversedAt }) =>
      reversedAt === null
        ? { userId, purchaseId, kind: 'held' }
        : { userId, purchaseId, kind: 'reversed_for_fraud', reversedAt },
    );
  }

  return { findBlockers };
}
