import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { freePort } from '../../src/core/free-port.ts';
import { requireSuitableServer } from '../../src/startup/suitable-server.ts';
import { runCommand, spawnPlatform } from '../support/child-platform.ts';
import { createTestDatabase, runSql, SCRATCH_VARIABLE } from '../support/database.ts';

const dataDirectory = join(process.env[SCRATCH_VARIABLE] ?? '', `up-${process.pid}`);

const credentials = { email: 'alice@clicknback.com', password: 'Str0ng!Pass' };

describe('the one-command start', () => {
  test('starts its own database, loads the demo data, says where everything is, and stops on a signal', async () => {
    const platform = await spawnPlatform({ DATA_DIR: dataDirectory });
    await platform.ready();

    const login = await postJson(`${platform.url}/api/v1/auth/login`, credentials);
    const wallet = await fetch(`${platform.url}/api/v1/users/me/wallet`, {
      headers: { authorization: `Bearer ${login.access_token}` },
    });

    assert.notEqual(((await wallet.json()) as { available_balance: string }).available_balance, '0.00');
    assert.match(platform.output(), /ClickNBack is running/);
    const mailPage = `${platform.url}/dev/mail`;
    assert.equal((await fetch(mailPage)).status, 200);
    for (const said of [
      `${platform.url}/docs`,
      mailPage,
      dataDirectory,
      'carol@clicknback.com',
      'Str0ng!Pass',
    ]) {
      assert.ok(platform.output().includes(said), `it does not say ${said}`);
    }
    platform.process.kill('SIGINT');
    assert.equal(await platform.ended, 0);
  });

  test('starts again after it was killed, with all its data', async () => {
    const killed = await spawnPlatform({ DATA_DIR: dataDirectory });
    await killed.ready();
    const email = 'survivor@example.com';
    await postJson(`${killed.url}/api/v1/users`, { email, password: credentials.password });
    killed.process.kill('SIGKILL');
    await killed.ended;

    const platform = await spawnPlatform({ DATA_DIR: dataDirectory });
    await platform.ready();
    const login = await postJson(`${platform.url}/api/v1/auth/login`, { ...credentials, email });
    assert.equal(login.token_type, 'bearer');

    const verdict = await runCommand('src/cli/ledger-verify.ts', [], { DATA_DIR: dataDirectory });
    assert.equal(verdict.code, 0, verdict.output);
    assert.match(verdict.output, /The books are right/);
    platform.process.kill('SIGTERM');
    assert.equal(await platform.ended, 0);
  });

  test('uses another database by DATABASE_URL, and loads no demo data in production', async () => {
    const database = await createTestDatabase();
    const platform = await spawnPlatform({
      DATABASE_URL: database.url,
      ...productionSecrets(),
      NODE_ENV: 'production',
    });
    // The tests' server runs without durability, which production refuses.
    assert.equal(await platform.ended, 1);
    assert.match(platform.output(), /turn on fsync, full_page_writes, synchronous_commit/);

    const development = await spawnPlatform({ DATABASE_URL: database.url });
    await development.ready();
    const { count } = await database.db
      .selectFrom('users')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    assert.equal(Number(count), 0);
  });
});

describe('a start that cannot be', () => {
  const refusals: [string, Record<string, string>, RegExp][] = [
    [
      'an unreachable database',
      { DATABASE_URL: 'postgres://a:b@localhost:1/x' },
      /^The database .* cannot be used: nothing listens there\.$/,
    ],
    ['a malformed DATABASE_URL', { DATABASE_URL: 'mysql://somewhere' }, /^DATABASE_URL must be a URL/],
    ['a bad setting', { BCRYPT_COST: 'many' }, /^BCRYPT_COST must be a whole number from 4 to 16\.$/],
    ['production without keys', { NODE_ENV: 'production' }, /^JWT_KEYS must be set in production/],
  ];
  for (const [what, environment, sentence] of refusals) {
    test(`${what} is one clear sentence and exit code 1`, async () => {
      const platform = await spawnPlatform({ DATA_DIR: join(dataDirectory, 'unused'), ...environment });
      assert.equal(await platform.ended, 1);
      assert.match(platform.output().trim(), sentence);
    });
  }

  test('a database user without rights is one clear sentence and exit code 1', async () => {
    const { url } = await createTestDatabase();
    const role = `guest_${process.pid}`;
    await runSql(url, `create role ${role} login password 'guest'`);
    const guest = Object.assign(new URL(url), { username: role, password: 'guest' });

    const platform = await spawnPlatform({ DATABASE_URL: emptyDatabaseBeside(guest), LOG_LEVEL: 'error' });

    assert.equal(await platform.ended, 1);
    assert.match(
      platform.output().trim(),
      /cannot be used: its user lacks a privilege: run npm run migrate as the owner, see "Roles of the database" in docs\/operations\.md\.$/,
    );
  });

  test('a too old database is one clear sentence', () => {
    const facts = { version: 14, durabilityOff: [], isOwner: false };
    assert.throws(() => requireSuitableServer(facts, 'development', pino({ level: 'silent' })), {
      name: 'StartupError',
      message: 'The database is PostgreSQL 14; ClickNBack needs 15 or newer.',
    });
  });

  test('a taken port is one clear sentence and exit code 1', async () => {
    const database = await createTestDatabase();
    const port = await freePort('localhost');
    const holder = createServer().listen(port, 'localhost');
    after(() => holder.close());

    const environment = {
      DATABASE_URL: database.url,
      DEMO_DATA: 'false',
      PORT: String(port),
      LOG_LEVEL: 'error',
    };
    const platform = await spawnPlatform(environment);

    assert.equal(await platform.ended, 1);
    assert.equal(
      platform.output().trim(),
      `Port ${port} is taken: stop what listens there, or choose another with PORT.`,
    );
  });

  test('a host of another machine is one clear sentence, also where any port will do', async () => {
    const database = await createTestDatabase();
    const platform = await spawnPlatform({
      DATABASE_URL: database.url,
      DEMO_DATA: 'false',
      HOST: '192.0.2.1',
      PORT: '0',
    });

    assert.equal(await platform.ended, 1);
    assert.match(platform.output(), /^HOST 192\.0\.2\.1 is no address of this machine\.$/m);
  });
});

function productionSecrets() {
  return {
    JWT_KEYS: `test:${randomBytes(32).toString('hex')}`,
    ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
  };
}

/** `postgres` is there on every server, and empty here. */
function emptyDatabaseBeside(url: URL): string {
  return Object.assign(new URL(url), { pathname: '/postgres' }).href;
}

async function postJson(url: string, body: object): Promise<Record<string, string>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${url} answered ${response.status}`);
  return response.json() as Promise<Record<string, string>>;
}
