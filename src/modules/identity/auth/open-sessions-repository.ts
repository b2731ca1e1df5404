import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { OpenSession } from './model.ts';

export type OpenSessionRepository = ReturnType<typeof openSessionRepository>;

type Row = {
  readonly id: string;
  readonly created_at: Temporal.Instant;
  readonly last_used_at: Temporal.Instant;
  readonly user_agent: string | null;
  readonly network: string | null;
};

export function openSessionRepository() {
  /**
   * The sessions of a user that have a valid refresh token, at most `limit`, those used last first. A session was used when
   * its newest token was issued.
   */
  async function list(
    db: Db,
    userId: string,
    { now, openedSince, limit }: { now: Temporal.Instant; openedSince: Temporal.Instant; limit: number },
  ): Promise<OpenSession[]> {
    const { rows } = await sql<Row>`
      select sessions.id, sessions.created_at, used.last_used_at, user_agent, network
      from sessions
      cross join lateral (
        select max(created_at) as last_used_at, max(expires_at) as expires_at
        from refresh_tokens
        where session_id = sessions.id
      ) as used
      where user_id = ${userId}
        and revoked_at is null
        and sessions.created_at > ${openedSince.toString()}::timestamptz
        and used.expires_at > ${now.toString()}::timestamptz
      order by used.last_used_at desc, sessions.id desc
      limit ${limit}
    `.execute(db);
    return rows.map((row) => ({
      id: row.id,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      userAgent: row.user_agent,
      network: row.network,
    }));
  }

  return { list };
}
