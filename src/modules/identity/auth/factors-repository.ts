import { type SqlBool, sql } from 'kysely';
import type { Db, Trx } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import type { Factor } from './model.ts';

export type FactorRepository = ReturnType<typeof factorRepository>;

export function factorRepository() {
  async function findFactor(db: Db, userId: string): Promise<Factor | undefined> {
    const row = await db
      .selectFrom('second_factors')
      .selectAll()
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row && toFactor(row);
  }

  /** Locks the factor until the transaction ends: of two concurrent codes, the second sees what the first did. */
  async function lockFactor(trx: Trx, userId: string): Promise<Factor | undefined> {
    const row = await trx
      .selectFrom('second_factors')
      .selectAll()
      .where('user_id', '=', userId)
      .forUpdate()
      .executeTakeFirst();
    return row && toFactor(row);
  }

  /** Stores the secret of an enrolment, which replaces an earlier one that was not confirmed. */
  async function putPending(trx: Trx, userId: string, secret: string): Promise<void> {
    await trx
      .insertInto('second_factors')
      .values({ user_id: userId, pending_secret: secret })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ pending_secret: secret }))
      .execute();
  }

  async function update(trx: Trx, factor: Factor): Promise<void> {
    await trx
      .updateTable('second_factors')
      .set({
        secret: factor.secret,
        pending_secret: factor.pendingSecret,
        last_step: BigInt(factor.lastStep),
        failures_until: factor.failuresUntil?.toString() ?? null,
      })
      .where('user_id', '=', factor.userId)
      .execute();
  }

  /** Deletes the factor with its recovery codes. */
  async function remove(trx: Trx, userId: string): Promise<void> {
    await trx.deleteFrom('second_factors').where('user_id', '=', userId).execute();
  }

  async function replaceRecoveryCodes(trx: Trx, userId: string, hashes: readonly Buffer[]): Promise<void> {
    await trx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
    const rows = hashes.map((hash) => ({ code_hash: hash, user_id: userId }));
    await trx.insertInto('recovery_codes').values(rows).execute();
  }

  /** Deletes the recovery code. Returns false if the account has no such code. */
  async function takeRecoveryCode(trx: Trx, userId: string, hash: Buffer): Promise<boolean> {
    const row = await trx
      .deleteFrom('recovery_codes')
      .where('code_hash', '=', hash)
      .where('user_id', '=', userId)
      .returning('user_id')
      .executeTakeFirst();
    return row !== undefined;
  }

  async function countRecoveryCodes(db: Db, userId: string): Promise<number> {
    const { count } = await db
      .selectFrom('recovery_codes')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Locks up to `limit` factors with a secret that is not encrypted with this key. */
  async function lockEncryptedOtherwise(trx: Trx, keyId: string, limit: number): Promise<Factor[]> {
    const rows = await trx
      .selectFrom('second_factors')
      .selectAll()
      .where(
        sql<SqlBool>`(split_part(secret, '.', 1) <> ${keyId} or split_part(pending_secret, '.', 1) <> ${keyId})`,
      )
      .orderBy('user_id')
      .limit(limit)
      .forUpdate()
      .execute();
    return rows.map(toFactor);
  }

  return {
    findFactor,
    lockFactor,
    putPending,
    update,
    remove,
    replaceRecoveryCodes,
    takeRecoveryCode,
    countRecoveryCodes,
    lockEncryptedOtherwise,
  };
}

function toFactor(row: RowOf<'second_factors'>): Factor {
  return {
    userId: row.user_id,
    secret: row.secret,
    pendingSecret: row.pending_secret,
    lastStep: Number(row.last_step),
    failuresUntil: row.failures_until,
  };
}
