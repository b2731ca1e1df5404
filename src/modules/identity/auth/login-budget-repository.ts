import { sql } from 'kysely';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import type { LoginBudget } from './model.ts';

export type LoginBudgetRepository = ReturnType<typeof loginBudgetRepository>;

type Row = {
  readonly subject: string;
  readonly failures: number;
  readonly waits_until: Temporal.Instant | null;
  readonly expires_at: Temporal.Instant;
};

export function loginBudgetRepository() {
  async function find(db: Db, subjects: readonly string[]): Promise<LoginBudget[]> {
    const { rows } = await sql<Row>`
      select subject, failures, waits_until, expires_at
      from login_budgets
      where subject = any(${subjects}::text[])
    `.execute(db);
    return rows.map(toBudget);
  }

  /** Locks the budgets until the transaction ends, in the order of their subjects. Creates missing ones, as expired. */
  async function lock(trx: Trx, subjects: readonly string[], now: Temporal.Instant): Promise<LoginBudget[]> {
    queueSql(trx)`
      insert into login_budgets (subject, failures, expires_at)
      select subject, 0, ${now.toString()}::timestamptz
      from unnest(${subjects}::text[]) as subject
      order by subject
      on conflict do nothing
    `;
    const { rows } = await sql<Row>`
      select subject, failures, waits_until, expires_at
      from login_budgets
      where subject = any(${subjects}::text[])
      order by subject
      for update
    `.execute(trx);
    return rows.map(toBudget);
  }

  function queueUpdate(trx: Trx, budgets: readonly LoginBudget[]): void {
    queueSql(trx)`
      update login_budgets
      set failures = changed.failures, waits_until = changed.waits_until, expires_at = changed.expires_at
      from unnest(
        ${budgets.map(({ subject }) => subject)}::text[],
        ${budgets.map(({ failures }) => failures)}::integer[],
        ${budgets.map(({ waitsUntil }) => waitsUntil?.toString() ?? null)}::timestamptz[],
        ${budgets.map(({ expiresAt }) => expiresAt.toString())}::timestamptz[]
      ) as changed (subject, failures, waits_until, expires_at)
      where login_budgets.subject = changed.subject
    `;
  }

  /** Deletes up to `limit` expired budgets, oldest first, and returns their number. */
  async function deleteExpired(db: Trx, now: Temporal.Instant, limit: number): Promise<number> {
    const { rows } = await sql`
      delete from login_budgets
      where subject in (
        select subject
        from login_budgets
        where expires_at < ${now.toString()}::timestamptz
        order by expires_at
        limit ${limit}
        for update skip locked
      )
      returning subject
    `.execute(db);
    return rows.length;
  }

  return { find, lock, queueUpdate, deleteExpired };
}

function toBudget(row: Row): LoginBudget {
  return {
    subject: row.subject,
    failures: row.failures,
    waitsUntil: row.waits_until,
    expiresAt: row.expires_at,
  };
}
