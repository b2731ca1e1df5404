import { type Kysely, sql } from 'kysely';
import type { DB } from '../../src/core/database/schema.generated.ts';
import { SERVING_ROLE } from '../../src/embedded-postgres/server.ts';
import type { Anchor } from '../../src/modules/insight/proof/index.ts';
import { proveBooks } from '../../src/modules/insight/proof/service.ts';
import { type Books, makeConsistent } from './altered-books.ts';

/*
 * Made-up tamperings with the books: each change of one value of one row, rows that are gone or added, and changes of many
 * rows that agree with each other. Each is tried in a transaction that is rolled back.
 */

/** The tables that say what money is whose, and why. */
export const TABLES = [
  'wallets',
  'wallet_entries',
  'purchases',
  'purchase_details',
  'purchase_revisions',
  'purchase_witnesses',
  'cashback_transactions',
  'cashback_cap_usage',
  'exposure_days',
  'exposure_entries',
  'payouts',
  'adjustments',
  'adjustment_decisions',
  'audit_logs',
  'audit_seals',
] as const;

/** All other tables, and why they are none of these. A new table belongs to one of the two lists. */
export const OTHER_TABLES: Readonly<Record<string, string>> = {
  book_proofs: 'results of proofs, which are made again',
  ceilings: 'limits for review, which hold and move nothing',
  event_consumers: 'how far readers of the feed have come',
  email_proofs: 'tokens',
  feature_flags: 'switches',
  idempotency_keys: 'stored responses, for a day',
  login_budgets: 'wrong passwords',
  mails: 'what is sent, and was sent',
  merchants: 'names; the terms of rewards are those of offers',
  notification_settings: 'which mails are wanted',
  offers: 'terms, which the proof compares with each reward; what has no reward is no money yet',
  partner_keys: 'keys',
  partner_messages: 'messages that were taken, for an hour',
  partners: 'names and secrets',
  password_reset_requests: 'addresses, for a second',
  password_resets: 'tokens',
  production_mark: 'one row',
  purchase_holds: 'reasons; that a hold is open is compared with its purchase',
  recovery_codes: 'hashes',
  refresh_tokens: 'hashes',
  refusal_hours: 'how many reports were refused',
  refusals: 'reports that were refused and moved nothing, for 30 days',
  report_days: 'sums of the audit log, which are made again',
  report_merchants: 'the same',
  report_overdue: 'the same',
  report_partners: 'the same',
  report_progress: 'how far these sums have come',
  report_states: 'sums of wallets and payouts',
  schema_migrations: 'of the owner',
  second_factors: 'secrets',
  sessions: 'logins',
  users: 'accounts; their money is in wallets',
  webhook_deliveries: 'what was sent to receivers, for 30 days',
  webhook_endpoints: 'URLs and secrets',
};

/** Columns whose change is no change of money, and why. Each other column of the tables is tampered with. */
export const WITHOUT_MEANING: Readonly<Record<string, string>> = {
  'wallet_entries.id': 'the name of an entry in lists; nothing refers to it',
  'wallet_entries.created_at': 'a time that is shown; the order is that of the sequence',
  'payouts.details_encrypted':
    'bound to the payout by a key that the database does not have: a change is found when it is read',
  'payouts.account_fingerprint': 'compares accounts for warnings; the details say where the money goes',
  'payouts.external_reference': 'what the bank calls the payment; its statement has it too',
  'payouts.failure_reason': 'a text for the owner',
  'payouts.return_reason': 'a text for the owner',
};

/** When a step happened. The audit record has the time; that the step happened is proven, so these are set or removed. */
const TIMES_OF_STEPS = [
  'purchases.confirmed_at',
  'purchases.reversed_at',
  'purchases.released_at',
  'payouts.processing_at',
  'payouts.settled_at',
  'payouts.returned_at',
];

/** Rows for which a column has its meaning. */
const ROWS_WITH_MEANING: Readonly<Record<string, string>> = {
  // The record of something else, such as a login, moves no money.
  'audit_logs.added': `action ~ '^(purchase.(recorded|confirmed|reversed|amended|matched|refilled)|payout.(requested|processing|completed|failed|cancelled|returned)|wallet.adjusted)$'`,
  // An empty wallet is no money.
  wallets: 'last_sequence > 0',
  // Decided when the payout is completed.
  'payouts.needs_four_eyes': "status in ('completed', 'returned')",
};

export type Tampering = {
  /** `purchases.amount + 0.01` */
  readonly title: string;
  readonly statement: string;
  /** True: the journals and balances of both users are made to follow from what the statement left. */
  readonly isHidden: boolean;
};

export type Attempt = 'found' | 'not found' | 'refused' | 'without effect';

type Column = {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly labels: readonly string[];
};

/** A copy of the last seal, as an operator keeps it elsewhere. */
export async function lastSeal(db: Kysely<DB>): Promise<Anchor> {
  const { rows } = await sql<Anchor>`
    select number, encode(digest, 'hex') as digest from audit_seals order by number desc limit 1
  `.execute(db);
  if (rows[0] === undefined) throw new Error('there is no seal');
  return rows[0];
}

/** All columns of the tables, as the database knows them. */
export async function columnsOf(db: Kysely<DB>): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select
      relname as table, attname as name, coalesce(base.typname, type.typname) as type, not attnotnull as "isNullable",
      array(select enumlabel::text from pg_enum where enumtypid = type.oid order by enumsortorder) as labels
    from pg_attribute
    join pg_class on pg_class.oid = attrelid
    join pg_type as type on type.oid = atttypid
    left join pg_type as base on base.oid = nullif(type.typbasetype, 0)
    where relnamespace = 'public'::regnamespace and relname = any (${[...TABLES]}) and attnum > 0 and not attisdropped
    order by relname, attnum
  `.execute(db);
  return rows;
}

/** The expressions to which a value may be changed. */
function changesOf({ table, name, type, isNullable, labels }: Column): string[] {
  const another = `(select other.${name} from ${table} as other where other.${name} is distinct from target.${name} limit 1)`;
  const changes: Readonly<Record<string, readonly string[]>> = {
    numeric: [`target.${name} + 0.01`, `target.${name} - 0.01`, `target.${name} * 10`, another],
    int4: [`target.${name} + 1`, `target.${name} - 1`],
    int8: [`target.${name} + 1`, `target.${name} - 1`],
    uuid: ['gen_random_uuid()', another],
    text: [`target.${name} || 'x'`, another],
    bool: [`not target.${name}`],
    date: [`(target.${name} + interval '1 month')::date`],
    timestamptz: [`target.${name} + interval '40 days'`, `target.${name} - interval '40 days'`],
    jsonb: [
      `case when jsonb_typeof(target.${name}) = 'array' then target.${name} || target.${name} else target.${name} || '{"amount": "1.23"}' end`,
    ],
    bytea: [`sha256(target.${name})`],
    xid8: ['pg_current_xact_id()', `'3'::xid8`],
  };
  if (TIMES_OF_STEPS.includes(`${table}.${name}`)) return [`case when target.${name} is null then now() end`];
  const values = labels.length > 0 ? labels.map((label) => `'${label}'`) : changes[type];
  if (values === undefined) throw new Error(`${table}.${name} has a type without a tampering: ${type}`);
  return isNullable ? [...values, 'null'] : [...values];
}

/** Each way to change one row of one table: one value, the row gone, a row added. */
export function singleRowTamperings(columns: readonly Column[]): Tampering[] {
  const changes = columns
    .filter(({ table, name }) => WITHOUT_MEANING[`${table}.${name}`] === undefined)
    .flatMap((column) =>
      changesOf(column).map((value) => ({
        title: `${column.table}.${column.name} = ${value}`,
        statement: `update ${column.table} as target set ${column.name} = ${value} where ctid = ${rowOf(column.table, column.name)}`,
      })),
    );
  const rows = TABLES.flatMap((table) => [
    { title: `a row of ${table} is gone`, statement: `delete from ${table} where ctid = ${rowOf(table)}` },
    {
      title: `a row of ${table} is added`,
      statement: addRow(columns.filter((column) => column.table === table)),
    },
  ]);
  return [...changes, ...rows].flatMap((tampering) => [
    { ...tampering, isHidden: false },
    { ...tampering, isHidden: true },
  ]);
}

/** A random row: `:random` differs from one attempt to the next. */
function rowOf(table: string, column = ''): string {
  const where = ROWS_WITH_MEANING[`${table}.${column}`] ?? ROWS_WITH_MEANING[table] ?? 'true';
  return `(select ctid from ${table} where ${where} order by md5(ctid::text || :random) limit 1)`;
}

/** A copy of a row under a key of its own. */
function addRow(columns: readonly Column[]): string {
  const table = columns[0]?.table ?? '';
  const keys: Readonly<Record<string, string>> = {
    'wallet_entries.sequence': '1000000',
    'wallet_entries.source_id': 'gen_random_uuid()',
    'wallets.currency': "'CHF'",
    'purchases.external_id': "external_id || 'x'",
    'purchase_details.purchase_id':
      '(select id from purchases except select purchase_id from purchase_details limit 1)',
    'purchase_revisions.seq': 'seq + 1',
    'purchase_revisions.version': "version || 'x'",
    'purchase_witnesses.external_id': "external_id || 'x'",
    'adjustment_decisions.adjustment_id': 'gen_random_uuid()',
    'cashback_transactions.purchase_id': 'gen_random_uuid()',
    'cashback_cap_usage.month': "(month + interval '1 month')::date",
    'exposure_days.day': '(day + 1)',
    'exposure_entries.source_id': 'gen_random_uuid()',
    'audit_seals.number': '(select max(number) + 1 from audit_seals)',
  };
  const values = columns.map(
    ({ name }) => keys[`${table}.${name}`] ?? (name === 'id' ? 'gen_random_uuid()' : name),
  );
  return `
    insert into ${table} (${columns.map(({ name }) => name).join(', ')})
    select ${values.join(', ')} from ${table} where ctid = ${rowOf(table, 'added')}`;
}

const REWARDED =
  "(select purchase_id from cashback_transactions where amount > 0 and status <> 'reversed' order by md5(id::text || :random) limit 1)";
const OF_USER = 'user_id = :user';

const erase = (purchases: string) => `
  delete from audit_logs where resource_id in (${purchases});
  delete from wallet_entries where source_id in (${purchases} union all select id from purchase_revisions where purchase_id in (${purchases}));
  delete from cashback_transactions where purchase_id in (${purchases});
  delete from purchase_witnesses where purchase_id in (${purchases});
  delete from purchase_details where purchase_id in (${purchases});
  delete from purchase_holds where purchase_id in (${purchases});
  delete from purchase_revisions where purchase_id in (${purchases});
  delete from purchases where id in (${purchases})`;

const scaleDetails = (where: string, factor: string) => `
  update audit_logs
  set details = details
    || case when details ? 'amount' then jsonb_build_object('amount', round((details ->> 'amount')::numeric * ${factor}, 2)::text) else '{}' end
    || case when details ? 'cashback_amount' then jsonb_build_object('cashback_amount', round((details ->> 'cashback_amount')::numeric * ${factor}, 2)::text) else '{}' end
  where ${where}`;

/** Changes of many rows that agree with each other. All are hidden. */
export const MANY_ROW_TAMPERINGS: readonly Tampering[] = [
  {
    title: 'a reward, its entries and their successors',
    statement: `
      create temp table chosen on commit drop as select ${REWARDED} as id;
      update cashback_transactions set amount = amount + 50, uncapped_amount = uncapped_amount + 50 where purchase_id in (table chosen);
      update wallet_entries set amount = amount + 50 where source_id in (table chosen)`,
  },
  {
    title: 'a purchase, its reward, entries and audit records, ten times as large',
    statement: `
      create temp table chosen on commit drop as select ${REWARDED} as id;
      update purchases set amount = amount * 10 where id in (table chosen);
      update cashback_transactions set amount = amount * 10, uncapped_amount = uncapped_amount * 10 where purchase_id in (table chosen);
      update wallet_entries set amount = amount * 10 where source_id in (table chosen);
      ${scaleDetails('resource_id in (table chosen)', '10')}`,
  },
  {
    title: 'a purchase with all that belongs to it, for another user',
    statement: `
      create temp table chosen on commit drop as select ${REWARDED} as id;
      update purchases set user_id = :stranger where id in (table chosen);
      update cashback_transactions set user_id = :stranger where purchase_id in (table chosen);
      update wallet_entries set wallet_id = :strangers_wallet, sequence = sequence + 1000
      where source_id in (table chosen) or source_id in (select id from purchase_revisions where purchase_id in (table chosen));
      update audit_logs set details = details || jsonb_build_object('user_id', :stranger) where resource_id in (table chosen) and details ? 'user_id'`,
  },
  {
    title: 'a purchase with all that belongs to it, gone',
    statement: `
      create temp table chosen on commit drop as select ${REWARDED} as id;
      ${erase('select id from chosen')}`,
  },
  {
    title: 'the whole history of a user, gone',
    statement: `
      create temp table chosen on commit drop as select id from purchases where ${OF_USER};
      delete from audit_logs where resource_id = :user or actor_id = :user or resource_id in (select id from payouts where ${OF_USER});
      ${erase('select id from chosen')};
      delete from wallet_entries where wallet_id = :wallet;
      delete from payouts where ${OF_USER};
      delete from adjustments where ${OF_USER};
      delete from cashback_cap_usage where ${OF_USER}`,
  },
  {
    title: 'a user with all that belongs to it, gone',
    statement: `
      create temp table chosen on commit drop as select id from purchases where user_id = :stranger;
      delete from audit_logs where resource_id = :stranger or actor_id = :stranger or resource_id in (select id from payouts where user_id = :stranger);
      ${erase('select id from chosen')};
      delete from wallet_entries where wallet_id = :strangers_wallet;
      delete from payouts where user_id = :stranger;
      delete from adjustments where user_id = :stranger;
      delete from wallets where user_id = :stranger`,
  },
  {
    title: 'an adjustment, its entry and its audit record, ten times as large',
    statement: `
      update adjustments set amount = amount * 10;
      update wallet_entries set amount = amount * 10 where source_type = 'adjustment';
      ${scaleDetails("action = 'wallet.adjusted'", '10')}`,
  },
  {
    title: 'an adjustment, its entry and its audit record, gone',
    statement: `
      delete from adjustments where direction = 'debit';
      delete from wallet_entries where source_type = 'adjustment' and from_bucket = 'available';
      delete from audit_logs where action = 'wallet.adjusted' and details ->> 'direction' = 'debit'`,
  },
  {
    title: 'a payout, its entries and its audit records, a tenth as large',
    statement: `
      create temp table chosen on commit drop as select id from payouts order by md5(id::text || :random) limit 1;
      update payouts set amount = amount / 10 where id in (table chosen);
      update wallet_entries set amount = amount / 10 where source_id in (table chosen);
      ${scaleDetails('resource_id in (table chosen)', '0.1')}`,
  },
  {
    title: 'a payout that was completed, as if it had failed',
    statement: `
      update payouts set status = 'failed', external_reference = null, failure_reason = 'x' where id = :payout_completed;
      insert into wallet_entries
      select gen_random_uuid(), wallet_id, 1000000, 'payout_refund', 'paid', 'available', amount, 'payout', source_id, 0, 0, 0, now()
      from wallet_entries where source_id = :payout_completed;
      update audit_logs set action = 'payout.failed' where action = 'payout.completed'`,
  },
  {
    title: 'a reversal that never was',
    statement: `
      update purchases set status = 'confirmed', reversed_at = null, reversal_reason = null where id = :takenBack;
      update cashback_transactions set status = 'available' where purchase_id = :takenBack;
      delete from wallet_entries where source_id = :takenBack and type = 'cashback_reversal';
      delete from audit_logs where resource_id = :takenBack and action = 'purchase.reversed'`,
  },
  {
    title: 'revisions that never were',
    statement: `
      update purchases set revision = 0 where id = :amended;
      delete from wallet_entries where source_id in (select id from purchase_revisions where purchase_id = :amended);
      delete from purchase_revisions where purchase_id = :amended;
      delete from audit_logs where resource_id = :amended and action = 'purchase.amended'`,
  },
  {
    title: 'two users who swap their wallets',
    statement: `
      update wallets set user_id = gen_random_uuid() where id = :wallet;
      update wallets set user_id = :user where id = :strangers_wallet;
      update wallets set user_id = :stranger where id = :wallet`,
  },
  {
    title: 'all money of a user, ten times as much',
    statement: `
      create temp table chosen on commit drop as select id from purchases where ${OF_USER};
      update purchases set amount = amount * 10 where ${OF_USER};
      update cashback_transactions set amount = amount * 10, uncapped_amount = uncapped_amount * 10, monthly_cap = monthly_cap * 10 where ${OF_USER};
      update cashback_cap_usage set used = used * 10, cap = cap * 10 where ${OF_USER};
      update purchase_revisions set amount = amount * 10, reward = reward * 10, uncapped_amount = uncapped_amount * 10, reward_before = reward_before * 10
      where purchase_id in (table chosen);
      update wallet_entries set amount = amount * 10 where wallet_id = :wallet;
      update payouts set amount = amount * 10 where ${OF_USER};
      update adjustments set amount = amount * 10 where ${OF_USER};
      update offers set monthly_cap = monthly_cap * 10;
      ${scaleDetails("resource_type in ('purchase', 'payout', 'wallet')", '10')}`,
  },
].map((tampering) => ({ ...tampering, isHidden: true }));

class RolledBack extends Error {}

/** Tampers, proves the books, and rolls back. As a superuser without triggers, or as the role that serves, with them. */
export async function attemptTampering(
  { owner, bind, names }: Books,
  { statement, isHidden }: Tampering,
  {
    random,
    as,
    anchor,
  }: {
    readonly random: number;
    readonly as: 'superuser' | 'serving role';
    readonly anchor: Anchor;
  },
): Promise<Attempt> {
  let attempt: Attempt = 'not found';
  const text = bind(statement).replaceAll(':random', `'${random}'`);
  try {
    await owner.db
      .transaction()
      .setAccessMode('read write')
      .execute(async (trx) => {
        const before = await contentOf(trx);
        const setting = as === 'superuser' ? 'session_replication_role = replica' : `role ${SERVING_ROLE}`;
        await sql.raw(`set local ${setting}`).execute(trx);
        await sql.raw(text).execute(trx);
        if (isHidden)
          for (const wallet of [names.wallet, names.strangers_wallet])
            await makeConsistent(trx, wallet ?? '');
        await sql.raw('set constraints all immediate; reset role').execute(trx);
        if ((await contentOf(trx)) === before) attempt = 'without effect';
        else if ((await proveBooks(trx, { anchor })).verdict === 'wrong') attempt = 'found';
        throw new RolledBack();
      });
  } catch (error) {
    if (error instanceof RolledBack) return attempt;
    if (isRefusal(error)) return 'refused';
    throw error;
  }
  return attempt;
}

/** All that the tables say of money. */
async function contentOf(db: Kysely<DB>): Promise<string> {
  const parts = TABLES.map((table) => {
    const left = Object.keys(WITHOUT_MEANING).flatMap((column) =>
      column.startsWith(`${table}.`) ? [column.slice(table.length + 1)] : [],
    );
    return sql`select ${sql.lit(table)} as name, md5(coalesce(string_agg(line, '|' order by line), '')) as content
      from (select (to_jsonb(${sql.table(table)}) - ${sql.lit(`{${left.join(',')}}`)}::text[])::text as line from ${sql.table(table)}) as lines`;
  });
  const { rows } = await sql<{ content: string }>`
    select string_agg(content, ',' order by name) as content from (${sql.join(parts, sql` union all `)}) as tables
  `.execute(db);
  return rows[0]?.content ?? '';
}

/** A constraint, a rule of the data, or a missing privilege: what was meant did not happen. */
function isRefusal(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code);
  return /^(2[23]|42501|55P03|P0)/.test(code);
}
