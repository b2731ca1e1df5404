import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { migrate } from '../src/core/database/migrations.ts';
import { userOf } from '../src/core/database/url.ts';
import { PRIVILEGES, servedBy } from '../src/privileges.ts';
import { asOwner, asServing, createTestDatabase, runSql } from './support/database.ts';

const { url } = await createTestDatabase();
const ROLE = userOf(url);

/** What a table has instead of an id. */
const KEYS: Readonly<Record<string, string>> = {
  adjustment_decisions: 'adjustment_id',
  audit_seals: 'number',
  exposure_entries: 'source_id',
  purchase_details: 'purchase_id',
  purchase_witnesses: 'purchase_id',
};

/** What the role has on each table, in the form of `PRIVILEGES`. */
async function grantedTo(role: string, schema = 'public', at = url): Promise<Record<string, string>> {
  const rows = await runSql(
    at,
    `select relname, concat_ws(', ', whole.names, columns.names) as privileges
     from pg_class
     cross join lateral (
       select string_agg(lower(privilege_type), ', ' order by array_position(array['SELECT', 'INSERT', 'UPDATE', 'DELETE'], privilege_type)) as names
       from aclexplode(relacl) where grantee = '${role}'::regrole
     ) as whole
     cross join lateral (
       select 'update (' || string_agg(attname, ', ' order by attnum) || ')' as names
       from pg_attribute cross join aclexplode(attacl)
       where attrelid = pg_class.oid and grantee = '${role}'::regrole and privilege_type = 'UPDATE'
     ) as columns
     where relnamespace = '${schema}'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')`,
  );
  return Object.fromEntries(rows.map(({ relname, privileges }) => [relname, privileges]));
}

describe('the role that serves', () => {
  test('has on each table what is stated, and nothing on others', async () => {
    assert.deepEqual(await grantedTo(ROLE), PRIVILEGES);
  });

  test('may do no more with a table that nothing states than with one of a stranger', async () => {
    const { url: own } = await createTestDatabase();
    await runSql(own, 'create table unstated (id int)');
    assert.equal((await grantedTo(ROLE, 'public', own)).unstated, '');
    const client = await connect(own);
    await assert.rejects(client.query('select from unstated'), { code: '42501' });
    await client.end();
  });

  test('owns nothing, and no role that it is in does', async () => {
    const owned = await runSql(
      url,
      `select 'table' from pg_class where pg_has_role('${ROLE}', relowner, 'member')
       union all select 'function' from pg_proc where pg_has_role('${ROLE}', proowner, 'member')
       union all select 'schema' from pg_namespace where pg_has_role('${ROLE}', nspowner, 'member')
       union all select 'database' from pg_database where pg_has_role('${ROLE}', datdba, 'member')`,
    );
    assert.deepEqual(owned, []);
  });

  for (const statement of [
    'alter table wallet_entries disable trigger all',
    'alter table wallets disable trigger wallets_match_the_journal_when_updated',
    'drop trigger audit_logs_are_append_only on audit_logs',
    'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
    'alter function refuse_change() owner to current_user',
    'create function evil() returns int language sql as $$ select 1 $$',
    'create table evil (id int)',
    'create schema evil',
    "set session_replication_role = 'replica'",
    'set role postgres',
    'alter table payouts add column evil int',
    'drop table adjustments',
    'alter domain money_amount drop constraint money_amount_is_a_number',
    'alter table pgboss.job add column evil int',
    'update cashback_transactions set amount = 1000000',
    "update wallets set user_id = '01936f2e-8c1b-7c3a-9d55-000000000001'",
    'insert into schema_migrations (name, run_on) values (1, now())',
    ...Object.keys(PRIVILEGES).map((table) => `truncate ${table} cascade`),
    ...appendedTables().flatMap((table) => [
      `update ${table} set ${table === 'production_mark' ? 'marked_at = now()' : `${KEYS[table] ?? 'id'} = null`}`,
      `delete from ${table}`,
    ]),
    ...['wallets', 'purchases', 'cashback_transactions', 'payouts', 'offers', 'users', 'purchase_holds'].map(
      (table) => `delete from ${table}`,
    ),
  ]) {
    test(`cannot: ${statement}`, async () => {
      const client = await connect(url);
      try {
        await assert.rejects(client.query(statement), { code: '42501' });
      } finally {
        await client.end();
      }
    });
  }

  test('gets what it needs of an existing database, and loses what it has too much', async () => {
    const { url: owned } = await createTestDatabase({ empty: true });
    await migrate(owned);
    await runSql(
      owned,
      `grant all on all tables in schema public to ${ROLE}; grant all on schema public to ${ROLE}; grant create on schema public to public`,
    );
    const client = await connect(asServing(owned));
    try {
      await client.query('create table evil (id int)');
      await client.query('drop table evil');

      assert.deepEqual(await migrate(owned, servedBy(url)), []);

      await assert.rejects(client.query('create table evil (id int)'), { code: '42501' });
      assert.deepEqual(await grantedTo(ROLE, 'public', owned), PRIVILEGES);
      const queue = await grantedTo(ROLE, 'pgboss', owned);
      assert.ok(Object.keys(queue).length > 5);
      assert.deepEqual([...new Set(Object.values(queue))], ['select, insert, update, delete']);
    } finally {
      await client.end();
    }
  });

  test('keeps what a newer release has granted, when an older one starts after it', async () => {
    const { url: ahead } = await createTestDatabase();
    await runSql(
      ahead,
      `insert into schema_migrations (name, run_on) values ('9999_newer', now());
       create table newer (id int); grant select on newer to ${ROLE}`,
    );
    await migrate(asOwner(ahead), servedBy(url));
    assert.equal((await grantedTo(ROLE, 'public', ahead)).newer, 'select');
  });
});

/** The tables whose rows are only added. */
function appendedTables(): string[] {
  return Object.entries(PRIVILEGES).flatMap(([table, privileges]) =>
    privileges === 'select, insert' ? [table] : [],
  );
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return client;
}
