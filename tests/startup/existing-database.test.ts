import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runCommand, spawnPlatform } from '../support/child-platform.ts';
import { createTestDatabase, runSql, SCRATCH_VARIABLE } from '../support/database.ts';

const folder = (name: string) => join(process.env[SCRATCH_VARIABLE] ?? '', `${name}-${process.pid}`);
const usersOf = (url: string) => runSql(url, 'select email from users');

const COMMANDS: readonly [string, readonly string[], Readonly<Record<string, string>>][] = [
  ['ledger-verify', [], {}],
  ['encryption-rotate', [], {}],
  ['admin-create', ['root@example.com'], { ADMIN_PASSWORD_FILE: '/dev/null' }],
];

describe('a command beside the platform', { concurrency: 2 }, () => {
  for (const [command, args, environment] of [
    ...COMMANDS,
    ['backup', [folder('backup')], {}] as (typeof COMMANDS)[number],
  ]) {
    test(`creates no embedded database: ${command}`, async () => {
      const DATA_DIR = folder(`none-${command}`);
      const { code, output } = await runCommand(`src/cli/${command}.ts`, args, { ...environment, DATA_DIR });
      assert.deepEqual([code, output.trim()], [2, `There is no database in ${DATA_DIR}.`]);
      assert.ok(!existsSync(DATA_DIR));
    });
  }

  for (const [command, args, environment] of COMMANDS) {
    test(`migrates no database: ${command}`, async () => {
      const { url } = await createTestDatabase({ empty: true });
      const run = () => runCommand(`src/cli/${command}.ts`, args, { ...environment, DATABASE_URL: url });

      const empty = await run();
      assert.equal(empty.code, 2, empty.output);
      assert.match(
        empty.output.trim(),
        /^There are no tables of ClickNBack in \S+: start the platform first\.$/,
      );
      assert.deepEqual(await runSql(url, "select from pg_tables where schemaname = 'public'"), []);

      await runSql(
        url,
        `create table schema_migrations (name text); insert into schema_migrations values ('0001_foundations')`,
      );
      const older = await run();
      assert.equal(older.code, 2, older.output);
      assert.match(
        older.output.trim(),
        /^The tables in \S+ are of an older release: start the platform first\.$/,
      );
      assert.equal((await runSql(url, 'select from schema_migrations')).length, 1);
    });
  }
});

describe('a database that has served in production', () => {
  test('is marked by the first start, and refuses any other mode', async () => {
    const DATA_DIR = folder('production');
    const secrets = {
      JWT_KEYS: `test:${randomBytes(32).toString('hex')}`,
      ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
    };
    const environment = { DATA_DIR, NODE_ENV: 'production', ADMIN_MFA: 'optional', ...secrets };
    const production = await spawnPlatform(environment);
    await production.ready();
    assert.doesNotMatch(production.output(), /owner of its tables/);
    assert.match(production.output(), /"level":"warn".*ADMIN_MFA is optional/);
    production.process.kill('SIGTERM');
    assert.equal(await production.ended, 0);

    const refusal =
      /^This database has served in production, and NODE_ENV is development: set NODE_ENV=production\.$/;
    for (const [program, code] of [
      ['main', 1],
      ['worker', 1],
      ['cli/ledger-verify', 1],
    ] as const) {
      const refused = await runCommand(`src/${program}.ts`, [], { DATA_DIR, ...secrets });
      assert.equal(refused.code, code, refused.output);
      assert.match(refused.output.trim(), refusal, program);
    }
    const verified = await runCommand('src/cli/ledger-verify.ts', [], {
      DATA_DIR,
      NODE_ENV: 'production',
      ...secrets,
    });
    assert.equal(verified.code, 2, verified.output);
    assert.match(verified.output, /The books are empty/);
  });

  test('gets no demo data by a start without NODE_ENV', async () => {
    const { url } = await createTestDatabase();
    await runSql(url, 'insert into production_mark default values');
    const { code, output } = await runCommand('src/main.ts', [], { DATABASE_URL: url, DEMO_DATA: 'true' });
    assert.equal(code, 1);
    assert.match(output, /served in production/);
    assert.deepEqual(await usersOf(url), []);
  });
});

describe('demo data', () => {
  test('stays out of the database of DATABASE_URL', async () => {
    const { url } = await createTestDatabase();
    const platform = await spawnPlatform({ DATABASE_URL: url });
    await platform.ready();
    assert.deepEqual(await usersOf(url), []);
    assert.doesNotMatch(platform.output(), /Str0ng/);
  });

  test('is loaded there by DEMO_DATA=true, if the database is empty', async () => {
    const { url } = await createTestDatabase();
    for (const start of ['first', 'second']) {
      const platform = await spawnPlatform({ DATABASE_URL: url, DEMO_DATA: 'true' });
      await platform.ready();
      assert.equal((await usersOf(url)).length, 17, start);
      platform.process.kill('SIGTERM');
      assert.equal(await platform.ended, 0);
    }
  });

  test('is refused by a database that has its own users', async () => {
    const { url } = await createTestDatabase();
    await runSql(
      url,
      `insert into users (id, email, created_at)
       values (uuidv7(), 'real@example.com', now())`,
    );
    const { code, output } = await runCommand('src/main.ts', [], {
      DATABASE_URL: url,
      DEMO_DATA: 'true',
      LOG_LEVEL: 'error',
    });
    assert.equal(code, 1, output);
    assert.match(output.trim(), /^DEMO_DATA=true needs an empty database, and this one has users: /);
    assert.equal((await usersOf(url)).length, 1);
  });
});
