import { sql } from 'kysely';
import { type Trx, write } from '../../core/database.ts';
import type { StoredOutcome, StoredRequest } from './model.ts';

export type IdempotencyRepository = ReturnType<typeof idempotencyRepository>;

type Key = { readonly callerId: string; readonly key: string };

/** Keeps our advisory locks apart from those that others take on the same database. */
const LOCK_SEED = 7_226_413_508;

export function idempotencyRepository() {
  /**
   * Takes the locks of those names that nobody holds, until the transaction ends, and answers with these names.
   * It waits for none: who holds a name is at work on its request.
   */
  async function tryLock(trx: Trx, names: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ name: string }>`
      select name from unnest(${names}::text[]) as request (name)
      where pg_try_advisory_xact_lock(hashtextextended(name, ${LOCK_SEED}))
    `.execute(trx);
    return new Set(rows.map(({ name }) => name));
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

  function insert(trx: Trx, requests: readonly StoredRequest[], now: Temporal.Instant): void {
    write(trx)`
      insert into idempotency_keys (caller_id, key, request_fingerprint, outcome, created_at)
      select
        unnest(${requests.map(({ callerId }) => callerId)}::uuid[]),
        unnest(${requests.map(({ key }) => key)}::text[]),
        unnest(${requests.map(({ fingerprint }) => fingerprint)}::text[]),
        unnest(${requests.map(({ outcome }) => JSON.stringify(outcome))}::json[]),
        ${now.toString()}::timestamptz
    `;
  }

  /** Deletes up to `limit` keys that are older than `before`, and leaves those that another purge is at. */
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

  function setSavepoint(trx: Trx): void {
    write(trx)`savepoint idempotent_work`;
  }

  function releaseSavepoint(trx: Trx): void {
    write(trx)`release savepoint idempotent_work`;
  }

  function rollBackToSavepoint(trx: Trx): void {
    write(trx)`rollback to savepoint idempotent_work`;
  }

  return {
    tryLock,
    find,
    insert,
    deleteOlder,
    setSavepoint,
    releaseSavepoint,
    rollBackToSavepoint,
  };
}
