import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/index.ts';
import { runCommand, spawnPlatform } from '../support/child-platform.ts';
import { SCRATCH_VARIABLE } from '../support/database.ts';
import { until } from '../support/until.ts';

/*
 * A plain PostgreSQL, and what an operator does with it: the two roles of deploy/create-database.sql, the migration as the
 * owner, the start as the role that serves, and the move of an installation that has only one role.
 */

const server = await startEmbeddedPostgres({
  dataDirectory: join(process.env[SCRATCH_VARIABLE] ?? '', `../roles-${process.pid}`),
  database: 'unused',
  ephemeral: true,
});
after(() => server.stop());

const OWNER_PASSWORD = 'it’s the "owner"';
const PASSWORD = 'it’s "secret"';
const secrets = {
  JWT_KEYS: `test:${randomBytes(32).toString('hex')}`,
  ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
};
const production = { NODE_ENV: 'production', ...secrets };
const development = { DEMO_DATA: 'false', ...secrets };

const urlAs = (username: string, password: string, database = 'clicknback') =>
  Object.assign(new URL(server.url), { username, password, pathname: `/${database}` }).href;
const owner = urlAs('clicknback', OWNER_PASSWORD);
const serving = urlAs('clicknback_app', PASSWORD);
const superuser = Object.assign(new URL(server.url), { pathname: '/clicknback' }).href;

await query(server.url, 'drop role clicknback_app');
await runScript(server.url);

describe('deploy/create-database.sql', () => {
  test('makes two roles that may do nothing beside the database, and lets no other in', async () => {
    const roles = await query(
      superuser,
      `select rolname, rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as powerful
       from pg_roles where rolname like 'clicknback%' order by rolname`,
    );
    assert.deepEqual(roles, [
      { rolname: 'clicknback', powerful: false },
      { rolname: 'clicknback_app', powerful: false },
    ]);
    await query(superuser, "create role stranger login password 'stranger'");
    for (const url of [urlAs('stranger', 'stranger'), serving])
      await assert.rejects(query(url, 'select 1'), /permission denied for database/);
  });
});

describe('an installation with two roles', () => {
  test('does not start before its migration, and names the command', async () => {
    const early = await runCommand('src/main.ts', [], { ...development, DATABASE_URL: serving });
    assert.equal(early.code, 1);
    assert.match(early.output, /its user lacks a privilege: run npm run migrate as the owner/);
  });

  test('is migrated by `npm run migrate`, once', async () => {
    const migrate = () =>
      runCommand('src/cli/migrate.ts', [], {
        ...development,
        DATABASE_URL: serving,
        MIGRATION_DATABASE_URL: owner,
      });
    const first = await migrate();
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /^0001_foundations\n(?:\S+\n)+\d+ migrations were applied\.\n$/);
    assert.equal((await migrate()).output, 'There is nothing to migrate.\n');
  });

  test('serves and runs its jobs as the role that owns nothing, without a warning in production', async () => {
    const platform = await spawnPlatform({ ...production, DATABASE_URL: serving });
    await platform.ready();
    await until(async () => {
      const metrics = await (await fetch(`${platform.url}/metrics`)).text();
      return /clicknback_job_runs_total\{[^}]*outcome="completed"\} [1-9]/.test(metrics);
    });
    const registered = await fetch(`${platform.url}/api/v1/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'first@example.com', password: 'Str0ng!Pass' }),
    });
    assert.equal(registered.status, 201);
    assert.doesNotMatch(platform.output(), /owner of its tables|"level":"(warn|error)"/);
    await stop(platform);
  });

  test('has commands that need no owner', async () => {
    const verified = await runCommand('src/cli/ledger-verify.ts', [], {
      ...production,
      DATABASE_URL: serving,
    });
    assert.equal(verified.code, 0, verified.output);
  });

  test('says which command is missing after an upgrade', async () => {
    await query(superuser, "delete from schema_migrations where name = '0044_settle_present_rewards'");
    const behind = await runCommand('src/main.ts', [], { ...production, DATABASE_URL: serving });
    assert.equal(behind.code, 1);
    assert.match(
      behind.output,
      /are of an older release, and the user of DATABASE_URL does not own them: run npm run migrate first/,
    );
    await query(
      superuser,
      "insert into schema_migrations (name, run_on) values ('0044_settle_present_rewards', now())",
    );
  });
});

describe('a database that pg_restore has brought from another server', () => {
  test('is refused until its owner has migrated it, because new events would come before the restored ones', async () => {
    const ahead = () => query(superuser, 'select recordings_ahead() > 0 as is_ahead');
    await query(
      superuser,
      "insert into event_consumers select 'restored', (pg_current_xact_id()::text::bigint + 1000000)::text::xid8, gen_random_uuid()",
    );
    for (const program of ['main', 'cli/ledger-verify']) {
      const refused = await runCommand(`src/${program}.ts`, [], { ...production, DATABASE_URL: serving });
      assert.equal(refused.code, 1, program);
      assert.match(refused.output, /was restored into another server: run npm run migrate as the owner/);
    }
    assert.deepEqual(await ahead(), [{ is_ahead: true }]);
    const migrated = await runCommand('src/cli/migrate.ts', [], {
      ...production,
      DATABASE_URL: serving,
      MIGRATION_DATABASE_URL: owner,
    });
    assert.equal(migrated.code, 0, migrated.output);
    assert.deepEqual(await ahead(), [{ is_ahead: false }]);
  });
});

describe('an installation with one role, which owns its tables', () => {
  const database = 'single';
  const single = urlAs('clicknback', OWNER_PASSWORD, database);
  const moved = urlAs('clicknback_app', PASSWORD, database);

  test('starts in development, and migrates itself', async () => {
    await query(server.url, `create database ${database} owner clicknback`);
    const platform = await spawnPlatform({ ...development, DATABASE_URL: single });
    await platform.ready();
    await stop(platform);
    assert.doesNotMatch(platform.output(), /owner of its tables/);
  });

  test('warns in production at each start, with the page that says what to do', async () => {
    for (const _start of [1, 2]) {
      const platform = await spawnPlatform({ ...production, DATABASE_URL: single });
      await platform.ready();
      await stop(platform);
      assert.match(
        platform.output(),
        /"level":"warn".*connects as an owner of its tables.*see \\"Roles of the database\\" in docs\/operations\.md/,
      );
    }
    const page = readFileSync(join(PROJECT_DIRECTORY, 'docs/operations.md'), 'utf8');
    assert.ok(page.includes('\n## Roles of the database\n'));
  });

  test('moves to two roles by one start that knows the owner', async () => {
    const both = { ...production, DATABASE_URL: moved, MIGRATION_DATABASE_URL: single };
    const first = await spawnPlatform(both);
    await first.ready();
    await stop(first);
    const platform = await spawnPlatform({ ...production, DATABASE_URL: moved });
    await platform.ready();
    await stop(platform);
    for (const { output } of [first, platform]) assert.doesNotMatch(output(), /owner of its tables/);
    await assert.rejects(query(moved, 'delete from audit_logs'), { code: '42501' });
  });
});

test('MIGRATION_DATABASE_URL alone is refused, because no role would get the privileges', async () => {
  const { code, output } = await runCommand('src/cli/migrate.ts', [], {
    ...development,
    MIGRATION_DATABASE_URL: owner,
  });
  assert.equal(code, 1);
  assert.match(output, /^MIGRATION_DATABASE_URL needs DATABASE_URL/);
});

test('`npm run migrate` has nothing to do with the embedded server', async () => {
  const { code, output } = await runCommand('src/cli/migrate.ts', [], development);
  assert.equal(code, 2);
  assert.match(output, /DATABASE_URL is not set/);
});

/** deploy/create-database.sql, with what psql does with its own commands and variables. */
async function runScript(url: string): Promise<void> {
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const script = readFileSync(join(PROJECT_DIRECTORY, 'deploy/create-database.sql'), 'utf8')
    .replaceAll(/^(--.*|\\.*)$/gm, '')
    .replaceAll(":'password'", literal(PASSWORD))
    .replaceAll(":'owner_password'", literal(OWNER_PASSWORD));
  for (const statement of script.split(';').filter((text) => text.trim() !== '')) await query(url, statement);
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function stop({ process, ended }: Awaited<ReturnType<typeof spawnPlatform>>): Promise<void> {
  process.kill('SIGTERM');
  assert.equal(await ended, 0);
}
