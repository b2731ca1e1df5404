import { sql } from 'kysely';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import type { Client, PasswordReset, RefreshToken, Session } from './model.ts';

export type AuthRepository = ReturnType<typeof authRepository>;

export function authRepository() {
  async function insertSession(trx: Trx, session: Omit<Session, 'revokedAt'> & Client): Promise<void> {
    const { id, userId, createdAt, app, factorProvenAt, passwordProvenAt, userAgent, network } = session;
    await trx
      .insertInto('sessions')
      .values({
        id,
        user_id: userId,
        created_at: createdAt.toString(),
        app,
        factor_proven_at: factorProvenAt?.toString() ?? null,
        password_proven_at: passwordProvenAt?.toString() ?? null,
        user_agent: userAgent,
        network,
      })
      .execute();
  }

  async function insertToken(
    trx: Trx,
    token: { readonly hash: Buffer; readonly sessionId: string; readonly expiresAt: Temporal.Instant },
    now: Temporal.Instant,
  ): Promise<void> {
    await trx
      .insertInto('refresh_tokens')
      .values({
        token_hash: token.hash,
        session_id: token.sessionId,
        created_at: now.toString(),
        expires_at: token.expiresAt.toString(),
      })
      .execute();
  }

  async function findSessions(db: Db, ids: readonly string[]): Promise<Session[]> {
    const rows = await db
      .selectFrom('sessions')
      .select(['id', 'user_id', 'created_at', 'revoked_at', 'app', 'factor_proven_at', 'password_proven_at'])
      .where('id', '=', anyOf(ids))
      .execute();
    return rows.map((row) => toSession(row.id, row));
  }

  /** Locks the token until the transaction ends: of two concurrent exchanges, the second sees what the first did. */
  async function lockToken(trx: Trx, hash: Buffer): Promise<RefreshToken | undefined> {
    const row = await trx
      .selectFrom('refresh_tokens')
      .innerJoin('sessions', 'sessions.id', 'refresh_tokens.session_id')
      .select([
        'refresh_tokens.token_hash',
        'refresh_tokens.expires_at',
        'refresh_tokens.rotated_at',
        'sessions.id as session_id',
        'sessions.user_id',
        'sessions.created_at',
        'sessions.revoked_at',
        'sessions.app',
        'sessions.factor_proven_at',
        'sessions.password_proven_at',
      ])
      .where('refresh_tokens.token_hash', '=', hash)
      .forUpdate('refresh_tokens')
      .executeTakeFirst();
    return (
      row && {
        hash: row.token_hash,
        session: toSession(row.session_id, row),
        expiresAt: row.expires_at,
        rotatedAt: row.rotated_at,
      }
    );
  }

  async function markRotated(trx: Trx, hash: Buffer, now: Temporal.Instant): Promise<void> {
    await trx
      .updateTable('refresh_tokens')
      .set({ rotated_at: now.toString() })
      .where('token_hash', '=', hash)
      .execute();
  }

  /** Returns false if it is revoked already, or belongs to another user than `ownerId`. */
  async function revokeSession(
    trx: Trx,
    id: string,
    now: Temporal.Instant,
    ownerId?: string,
  ): Promise<boolean> {
    let sessions = trx
      .updateTable('sessions')
      .set({ revoked_at: now.toString() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null);
    if (ownerId !== undefined) sessions = sessions.where('user_id', '=', ownerId);
    return (await sessions.returning('id').executeTakeFirst()) !== undefined;
  }

  /** Revokes every session of the user, except the given one. Returns their ids. */
  async function revokeSessionsOf(
    trx: Trx,
    userId: string,
    now: Temporal.Instant,
    exceptId?: string,
  ): Promise<readonly string[]> {
    let sessions = trx
      .updateTable('sessions')
      .set({ revoked_at: now.toString() })
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null);
    if (exceptId !== undefined) sessions = sessions.where('id', '<>', exceptId);
    return (await sessions.returning('id').execute()).map(({ id }) => id);
  }

  async function setFactorProven(trx: Trx, id: string, now: Temporal.Instant): Promise<void> {
    await trx
      .updateTable('sessions')
      .set({ factor_proven_at: now.toString() })
      .where('id', '=', id)
      .execute();
  }

  async function setPasswordProven(trx: Trx, id: string, now: Temporal.Instant): Promise<void> {
    await trx
      .updateTable('sessions')
      .set({ password_proven_at: now.toString() })
      .where('id', '=', id)
      .execute();
  }

  /** For all sessions of a user whose second factor is removed. */
  async function forgetFactorProven(trx: Trx, userId: string): Promise<void> {
    await trx.updateTable('sessions').set({ factor_proven_at: null }).where('user_id', '=', userId).execute();
  }

  /** Stores a reset token, which replaces an earlier one of the same user. */
  async function putReset(trx: Trx, reset: PasswordReset & { readonly hash: Buffer }): Promise<void> {
    const values = {
      token_hash: reset.hash,
      expires_at: reset.expiresAt.toString(),
      from_server: reset.isFromServer,
    };
    await trx
      .insertInto('password_resets')
      .values({ user_id: reset.userId, ...values })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
      .execute();
  }

  async function findReset(db: Db, hash: Buffer): Promise<PasswordReset | undefined> {
    const row = await db
      .selectFrom('password_resets')
      .select(['user_id', 'expires_at', 'from_server'])
      .where('token_hash', '=', hash)
      .executeTakeFirst();
    return row && toReset(row);
  }

  /** Deletes the token and returns it: of two concurrent uses, the second finds none. */
  async function takeReset(trx: Trx, hash: Buffer): Promise<PasswordReset | undefined> {
    const row = await trx
      .deleteFrom('password_resets')
      .where('token_hash', '=', hash)
      .returning(['user_id', 'expires_at', 'from_server'])
      .executeTakeFirst();
    return row && toReset(row);
  }

  async function removeResetOf(trx: Trx, userId: string): Promise<void> {
    await trx.deleteFrom('password_resets').where('user_id', '=', userId).execute();
  }

  /** Deletes all sessions of a user, with their tokens. */
  async function deleteSessionsOf(trx: Trx, userId: string): Promise<void> {
    await trx
      .deleteFrom('refresh_tokens')
      .where('session_id', 'in', (from) =>
        from.selectFrom('sessions').select('id').where('user_id', '=', userId),
      )
      .execute();
    await trx.deleteFrom('sessions').where('user_id', '=', userId).execute();
  }

  /**
   * Deletes up to `limit` tokens that expired before this moment, oldest first. Returns the ids of their sessions. Skips
   * tokens that another purge has locked.
   */
  async function deleteTokens(
    trx: Trx,
    expiredBefore: Temporal.Instant,
    limit: number,
  ): Promise<readonly string[]> {
    const { rows } = await sql<{ session_id: string }>`
      delete from refresh_tokens
      where token_hash in (
        select token_hash
        from refresh_tokens
        where expires_at < ${expiredBefore.toString()}::timestamptz
        order by expires_at
        limit ${limit}
        for update skip locked
      )
      returning session_id
    `.execute(trx);
    return rows.map(({ session_id }) => session_id);
  }

  /** Deletes the sessions that have no token left. Such a session can never be used again. */
  function queueDeleteEmptySessions(trx: Trx, ids: readonly string[]): void {
    queueSql(trx)`
      delete from sessions
      where id = any(${ids}::uuid[])
        and not exists (select from refresh_tokens where refresh_tokens.session_id = sessions.id)
    `;
  }

  return {
    insertSession,
    insertToken,
    findSessions,
    lockToken,
    markRotated,
    revokeSession,
    revokeSessionsOf,
    setFactorProven,
    setPasswordProven,
    forgetFactorProven,
    putReset,
    findReset,
    takeReset,
    removeResetOf,
    deleteSessionsOf,
    deleteTokens,
    queueDeleteEmptySessions,
  };
}

function toSession(
  id: string,
  row: RowOf<
    'sessions',
    ['user_id', 'created_at', 'revoked_at', 'app', 'factor_proven_at', 'password_proven_at']
  >,
): Session {
  return {
    id,
    userId: row.user_id,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    app: row.app,
    factorProvenAt: row.factor_proven_at,
    passwordProvenAt: row.password_proven_at,
  };
}

function toReset(row: RowOf<'password_resets', ['user_id', 'expires_at', 'from_server']>): PasswordReset {
  return { userId: row.user_id, expiresAt: row.expires_at, isFromServer: row.from_server };
}
