import { sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import { queueSql, type Trx } from '../../../core/database/index.ts';
import type { StoredOutcome, StoredRequest } from './model.ts';

export type IdempotencyRepository = ReturnType<typeof idempotencyRepository>;

type Key = { readonly callerId: string; readonly key: string };

/** Separates these advisory locks from other advisory locks in the same database. */
const LOCK_SEED = 7_226_413_508;

const queueInsert = bulkInsert<StoredRequest, string>('idempotency_keys', {
  caller_id: ['uuid', ({ callerId }) => callerId],
  key: ['text', ({ key }) => key],
  request_fingerprint: ['text', ({ fingerprint }) => fingerprint],
  outcome: ['json', ({ outcome }) => JSON.stringify(outcome)],
  created_at: ['timestamptz', (_, now) => now],
});

export function idempotencyRepository() {
  /**
   * Locks the keys until the transaction ends. Waits for a transaction that has locked one of them, because it processes
   * the same request. Lock order: by hash, for all callers.
   */
  function queueLock(trx: Trx, names: readonly string[]): void {
    queueSql(trx)`
      select pg_advisory_xact_lock(hash)
      from (
        select distinct hashtextextended(name, ${LOCK_SEED}) as hash
        from unnest(${names}::text[]) as request (name)
        order by hash
      ) as ordered
    `;
  }

  function queueDeleteOf(trx: Trx, callerId: string): void {
    queueSql(trx)`delete from idempotency_keys where caller_id = ${callerId}`;
  }

  async function find(trx: Trx, keys: readonly Key[]): Promise<StoredRequest[]> {
    const { rows } = await sql<{
      caller_id: string;
      key: string;
      request_fingerprint: string;
      outcome: StoredOutcome;
    }>`
      select caller_id, key, request_fingerprint, outcome
      from idempotency_keys
      where (caller_id, key) in (
        select
          unnest(${keys.map(({ callerId }) => callerId)}::uuid[]),
          unnest(${keys.map(({ key }) => key)}::text[])
      )
    `.execute(trx);
    return rows.map((row) => ({
      callerId: row.caller_id,
      key: row.key,
      fingerprint: row.request_fingerprint,
      outcome: row.outcome,
    }));
  }

  /** Deletes up to `limit` keys that are older than `before`. Skips keys that another purge has locked. */
  async function deleteOlder(trx: Trx, before: Temporal.Instant, limit: number): Promise<number> {
    const { numAffectedRows = 0n } = await sql`
      delete from idempotency_keys
      where (caller_id, key) in (
        select caller_id, key from idempotency_keys
        where created_at < ${before.toString()}
        order by created_at
        limit ${limit}
        for update skip locked
      )
    `.execute(trx);
    return Number(numAffectedRows);
  }

  function queueSavepoint(trx: Trx): void {
    queueSql(trx)`savepoint idempotent_work`;
  }

  function queueReleaseSavepoint(trx: Trx): void {
    queueSql(trx)`release savepoint idempotent_work`;
  }

  function queueRollBackToSavepoint(trx: Trx): void {
    queueSql(trx)`rollback to savepoint idempotent_work`;
  }

  return {
    queueLock,
    queueDeleteOf,
    find,
    queueInsert,
    deleteOlder,
    queueSavepoint,
    queueReleaseSavepoint,
    queueRollBackToSavepoint,
  };
}
