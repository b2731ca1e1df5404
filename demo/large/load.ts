import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db } from '../../src/core/database/index.ts';
import { minorDigits } from '../../src/core/money.ts';
import type { EncryptionKey } from '../../src/core/secrets/encryption.ts';
import { detailsCipher } from '../../src/modules/money/payouts/details.ts';

export type Plan = {
  readonly purchases: number;
  /** The first day of a month. */
  readonly start: Temporal.ZonedDateTime;
  readonly end: Temporal.Instant;
  readonly adminId: string;
  readonly hotEmail: string;
  readonly currency: string;
  readonly encryptionKeys: readonly EncryptionKey[];
};

type Values = Readonly<Record<string, string | number | bigint>>;

const LARGE_TABLES = [
  'purchases',
  'purchase_revisions',
  'cashback_transactions',
  'cashback_cap_usage',
  'wallet_entries',
  'wallets',
  'payouts',
  'audit_logs',
] as const;

const PROGRAMME = read('programme.sql');
const MONTH = read('month.sql');
const PAYOUTS = read('payouts.sql');
const BALANCES = read('balances.sql');

/** Returns `nothing` if the database has at most the users of an interrupted load, `seeded` after a complete load. */
export async function findContent(
  db: Db,
  people: readonly string[],
): Promise<'nothing' | 'seeded' | 'other'> {
  const { rows } = await sql<{ has_others: boolean; has_merchants: boolean; is_seeded: boolean }>`
    select
      exists (select from users where email <> all (${people}::text[])) as has_others,
      exists (select from merchants) as has_merchants,
      exists (select from purchases where partner_id is null and external_id = 'large-1') as is_seeded
  `.execute(db);
  const [found] = rows;
  if (found?.is_seeded) return 'seeded';
  return found?.has_others || found?.has_merchants ? 'other' : 'nothing';
}

/** Runs a step of the load. May print its title. */
export type Step = (title: string, work: () => Promise<unknown>) => Promise<void>;

/** Drops the indexes, loads, and creates the indexes in one transaction, so that an interrupted load leaves nothing. */
export async function load(db: Db, plan: Plan, step: Step): Promise<void> {
  await db.connection().execute(async (connection) => {
    const run = (text: string) => sql.raw(text).execute(connection);
    await run(
      "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set work_mem = '256MB'",
    );
    await run("set jit = off; set temp_buffers = '128MB'; set maintenance_work_mem = '512MB'");
    await run(
      `select set_config('transaction_timeout', '0', false) from pg_settings where name = 'transaction_timeout'`,
    );
    await run('begin read write');

    const mayDisableTriggers = await disableTriggers(connection);
    const removed = await removeIndexes(connection, mayDisableTriggers);
    const values = valuesOf(plan);
    await step('users, merchants, offers', () => run(bind(PROGRAMME, values)));
    for (const { title, ...month } of monthsOf(plan)) {
      await step(title, async () => {
        await run(bind(MONTH, { ...values, ...month }));
        await sealBankDetails(connection, plan.encryptionKeys);
        await run(bind(PAYOUTS, values));
      });
    }
    await step('balances', () => run(bind(BALANCES, values)));
    for (const { name, statement } of removed) await step(`index ${name}`, () => run(statement));
    await step('commit', () => run('commit'));
    for (const table of LARGE_TABLES) await step(`vacuum ${table}`, () => run(`vacuum (analyze) ${table}`));
    await run('analyze');
  });
}

/** Encrypts the bank details like the platform: bound to their payout, so that all ciphertexts differ. */
async function sealBankDetails(db: Db, keys: readonly EncryptionKey[]): Promise<void> {
  const { encrypt } = detailsCipher(keys);
  const { rows } = await sql<{ id: string }>`select id from seed_payouts`.execute(db);
  const details = { iban: 'DE89370400440532013000', accountHolder: 'Large Shopper' };
  await sql`
    update seed_payouts set details_encrypted = sealed.details
    from (
      select
        unnest(${rows.map(({ id }) => id)}::uuid[]) as id,
        unnest(${rows.map(({ id }) => encrypt(id, details))}::text[]) as details
    ) as sealed
    where seed_payouts.id = sealed.id
  `.execute(db);
}

/** Disables the triggers, which would take longer than the rows. Needs a superuser. `ledger-verify` checks the result. */
async function disableTriggers(db: Db): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select rolsuper as may from pg_roles where rolname = current_user
  `.execute(db);
  const may = rows[0]?.may ?? false;
  if (may) await sql`set local session_replication_role = replica`.execute(db);
  return may;
}

/**
 * Drops the indexes of the large tables that the load does not need. Returns the SQL that creates them again. Foreign keys
 * need the primary keys that they reference, and the trigger of the journal needs the primary key of the journal.
 */
async function removeIndexes(
  db: Db,
  triggersAreOff: boolean,
): Promise<{ name: string; statement: string }[]> {
  const { rows } = await sql<{ name: string; table: string; constraint: string | null; statement: string }>`
    select
      class.relname as name,
      indrelid::regclass::text as table,
      conname as constraint,
      case when conname is null then pg_get_indexdef(indexrelid)
        else format('alter table %s add constraint %I %s', indrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid))
      end as statement
    from pg_index
    join pg_class as class on class.oid = indexrelid
    left join pg_constraint on conindid = indexrelid and contype in ('p', 'u')
    where indrelid = any (${LARGE_TABLES}::regclass[])
      and indrelid <> 'wallets'::regclass
      and not exists (select from pg_constraint as reference where reference.contype = 'f' and reference.conindid = indexrelid)
      and (${triggersAreOff} or not indisprimary)
    order by indrelid::regclass::text, class.relname
  `.execute(db);
  for (const { name, table, constraint } of rows) {
    const statement =
      constraint === null ? `drop index "${name}"` : `alter table ${table} drop constraint "${constraint}"`;
    await sql.raw(statement).execute(db);
  }
  return rows;
}

function valuesOf(plan: Plan): Values {
  const { purchases, start, end, adminId, hotEmail, currency } = plan;
  const digits = minorDigits(currency);
  return {
    purchases,
    users: Math.max(10, Math.round(purchases / 100)),
    merchants: Math.min(200, Math.max(5, Math.round(purchases / 100))),
    start_ms: start.epochMilliseconds,
    end_ms: end.epochMilliseconds,
    span_ms: end.epochMilliseconds - start.epochMilliseconds,
    // A numeric literal, so that its products are exact and have the decimals of the currency.
    unit: (10 ** -digits).toFixed(digits),
    currency: `'${currency}'`,
    hot_email: `'${hotEmail}'`,
    admin_id: `'${adminId}'::uuid`,
  };
}

/** Yields the calendar months, each with the range of the purchases that are recorded in it. */
function* monthsOf({ purchases, start, end }: Plan) {
  const startMs = BigInt(start.epochMilliseconds);
  const spanMs = BigInt(end.epochMilliseconds) - startMs;
  // As in month.sql: purchase n is recorded at start + (n - 1) * span / purchases, rounded down.
  const firstAt = (ms: bigint) => 1n + ((ms - startMs) * BigInt(purchases) + spanMs - 1n) / spanMs;
  for (let month = start; month.epochMilliseconds < end.epochMilliseconds; month = month.add({ months: 1 })) {
    const next = month.add({ months: 1 });
    const nextFirst = firstAt(BigInt(next.epochMilliseconds));
    yield {
      month: Math.round(start.until(month, { largestUnit: 'months' }).months),
      title: `purchases of ${month.toPlainDate().toPlainYearMonth()}`,
      month_ms: month.epochMilliseconds,
      next_month_ms: next.epochMilliseconds,
      first: firstAt(BigInt(month.epochMilliseconds)),
      last: nextFirst > BigInt(purchases) ? purchases : nextFirst - 1n,
    };
  }
}

/** Replaces each `:word` of the text by its value. */
function bind(text: string, values: Values): string {
  return text.replaceAll(/(?<!:):([a-z_]+)\b/g, (_, word: string) => {
    const value = values[word];
    if (value === undefined) throw new Error(`no value for ${word}`);
    return String(value);
  });
}

/** Reads a file without its comments, because they may contain colons. */
function read(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8').replaceAll(/--.*$/gm, '');
}
