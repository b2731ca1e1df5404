import { sql } from 'kysely';
import type { Db, Trx } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import type { EmailProof } from './model.ts';

export type EmailProofRepository = ReturnType<typeof emailProofRepository>;

const COLUMNS = ['user_id', 'email', 'expires_at', 'session_id'] as const;

export function emailProofRepository() {
  /** Stores a proof, which replaces an earlier one of the same user. */
  async function put(trx: Trx, proof: EmailProof & { readonly hash: Buffer }): Promise<void> {
    const values = {
      email: proof.email,
      token_hash: proof.hash,
      expires_at: proof.expiresAt.toString(),
      session_id: proof.sessionId,
    };
    await trx
      .insertInto('email_proofs')
      .values({ user_id: proof.userId, ...values })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
      .execute();
  }

  async function find(db: Db, hash: Buffer): Promise<EmailProof | undefined> {
    const row = await db
      .selectFrom('email_proofs')
      .select(COLUMNS)
      .where('token_hash', '=', hash)
      .executeTakeFirst();
    return row && toProof(row);
  }

  async function findOf(db: Db, userId: string): Promise<EmailProof | undefined> {
    const row = await db
      .selectFrom('email_proofs')
      .select(COLUMNS)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row && toProof(row);
  }

  /** Deletes the proof and returns it: of two concurrent uses, the second finds none. */
  async function take(trx: Trx, hash: Buffer): Promise<EmailProof | undefined> {
    const row = await trx
      .deleteFrom('email_proofs')
      .where('token_hash', '=', hash)
      .returning(COLUMNS)
      .executeTakeFirst();
    return row && toProof(row);
  }

  async function removeOf(trx: Trx, userId: string): Promise<void> {
    await trx.deleteFrom('email_proofs').where('user_id', '=', userId).execute();
  }

  /** Removes a change of the address that is not proven yet. */
  async function removeChangeOf(trx: Trx, userId: string): Promise<void> {
    await trx
      .deleteFrom('email_proofs')
      .where('user_id', '=', userId)
      .where('session_id', 'is not', null)
      .execute();
  }

  /** Deletes up to `limit` expired proofs, oldest first, and returns their number. */
  async function deleteExpired(trx: Trx, now: Temporal.Instant, limit: number): Promise<number> {
    const rows = await trx
      .deleteFrom('email_proofs')
      .where('user_id', 'in', (from) =>
        from
          .selectFrom('email_proofs')
          .select('user_id')
          .where('expires_at', '<', sql<Temporal.Instant>`${now.toString()}::timestamptz`)
          .orderBy('expires_at')
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .returning('user_id')
      .execute();
    return rows.length;
  }

  return { put, find, findOf, take, removeOf, removeChangeOf, deleteExpired };
}

function toProof(row: RowOf<'email_proofs', typeof COLUMNS>): EmailProof {
  return {
    userId: row.user_id,
    email: row.email,
    expiresAt: row.expires_at,
    sessionId: row.session_id,
  };
}
