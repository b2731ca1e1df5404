import type { Trx } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';

export type ResetRequestRepository = ReturnType<typeof resetRequestRepository>;

export function resetRequestRepository() {
  async function insert(trx: Trx, email: string, now: Temporal.Instant): Promise<void> {
    await trx
      .insertInto('password_reset_requests')
      .values({ id: newId(now), email, requested_at: now.toString() })
      .execute();
  }

  /** Deletes up to `limit` requests, oldest first, and returns their addresses. Skips those that another process has taken. */
  async function take(trx: Trx, limit: number): Promise<readonly string[]> {
    const rows = await trx
      .deleteFrom('password_reset_requests')
      .where('id', 'in', (from) =>
        from
          .selectFrom('password_reset_requests')
          .select('id')
          .orderBy('id')
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .returning('email')
      .execute();
    return rows.map(({ email }) => email);
  }

  return { insert, take };
}
