import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { openQuestions } from '../../src/cli/questions.ts';
import { DEMO_PASSWORD } from '../../src/startup/demo-accounts.ts';
import { BARE_ENVIRONMENT, type ChildPlatform, spawnPlatform } from '../support/child-platform.ts';
import { runSql, SCRATCH_VARIABLE } from '../support/database.ts';
import { PASSWORD, startTestPlatform } from '../support/platform.ts';

const SECRET = 'Very!S3cret-Words';
const scratch = process.env[SCRATCH_VARIABLE] ?? '';

const { api, database, registerUser } = await startTestPlatform();
const sql = (statement: string) => runSql(database.url, statement);
const accountsOf = (email: string) =>
  sql(`select id, role::text, active from users where email = '${email}'`);
const login = (email: string, password = SECRET) => api('POST', '/auth/login', { body: { email, password } });

/** The command as a script runs it, without a terminal. Whatever it prints is searched for the password. */
async function adminCreate(run: {
  readonly input?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const { input = '', args = [], environment = { DATABASE_URL: database.url } } = run;
  const child = spawn(process.execPath, ['src/cli/admin-create.ts', ...args], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...BARE_ENVIRONMENT, BCRYPT_COST: '4', LOG_LEVEL: 'trace', ...environment },
  });
  child.stdin.end(input);
  const [[code], output, errors] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  assert.ok(!(output + errors).includes(SECRET), 'the password was printed');
  return { code, output, errors: errors.trim() };
}

describe('npm run admin-create', () => {
  test('makes an administrator who can log in, with an audit row of the platform itself', async () => {
    const { code, output } = await adminCreate({ input: ` Root@Example.com \n${SECRET}\n` });

    assert.equal(code, 0);
    assert.equal(output.trim(), 'root@example.com is an administrator, and can log in.');
    const [account] = await accountsOf('root@example.com');
    assert.deepEqual([account?.role, account?.active], ['admin', true]);
    assert.equal((await sql(`select id from wallets where user_id = '${account?.id}'`)).length, 1);
    assert.deepEqual(
      await sql(`select actor_type::text, actor_id, action, outcome::text, details, request_id from audit_logs
                 where resource_id = '${account?.id}'`),
      [
        {
          actor_type: 'system',
          actor_id: null,
          action: 'user.admin_created',
          outcome: 'success',
          details: {},
          request_id: null,
        },
      ],
    );
    const token = (await login('root@example.com')).body.access_token;
    assert.equal((await api('GET', '/audit-logs', { token })).status, 200);
  });

  test('takes the email as an argument, and the password from a file', async () => {
    const file = join(scratch, `password-${process.pid}`);
    mkdirSync(scratch, { recursive: true });
    // As an editor on Windows writes it.
    writeFileSync(file, `\uFEFF${SECRET}\r\n`);

    const { code } = await adminCreate({
      args: ['filed@example.com'],
      environment: { DATABASE_URL: database.url, ADMIN_PASSWORD_FILE: file },
    });

    assert.equal(code, 0);
    assert.equal((await login('filed@example.com')).status, 200);
  });

  test('refuses a registered email, and does not change its account', async () => {
    const { email } = await registerUser();

    const { code, errors } = await adminCreate({ input: `${email.toUpperCase()}\n${SECRET}\n` });

    assert.equal(code, 1);
    assert.equal(errors, 'This email address is registered already.');
    assert.deepEqual(
      (await accountsOf(email)).map(({ role }) => role),
      ['user'],
    );
    assert.equal((await login(email, PASSWORD)).status, 200);
    assert.equal((await login(email)).status, 401);
  });

  const refusals: [string, Parameters<typeof adminCreate>[0], RegExp][] = [
    [
      'a password that is too easy',
      { input: 'weak@example.com\nabc\n' },
      /^The password is too easy to guess\.\n {2}password must have at least 8 characters\n/,
    ],
    [
      'what is no address',
      { input: `nobody\n${SECRET}\n` },
      /^The request is not valid\.\n {2}email must be a valid email address$/,
    ],
    ['no answers', {}, /^No answer to "Email:": nothing was done\.$/],
    ['no password', { args: ['weak@example.com'] }, /^No answer to "Password:": nothing was done\.$/],
    [
      'a password among its arguments',
      { args: ['weak@example.com', SECRET] },
      /^Usage: npm run admin-create \[-- email\]$/,
    ],
    [
      'a password file that is not there',
      {
        args: ['weak@example.com'],
        environment: { DATABASE_URL: database.url, ADMIN_PASSWORD_FILE: join(scratch, 'missing') },
      },
      /^ADMIN_PASSWORD_FILE must be a file that can be read\.$/,
    ],
    [
      'a database that is not there',
      {
        input: `weak@example.com\n${SECRET}\n`,
        environment: { DATABASE_URL: 'postgres://a:b@localhost:1/x' },
      },
      /^The database .* cannot be used: nothing listens there\.$/,
    ],
  ];
  for (const [what, run, sentence] of refusals) {
    test(`refuses ${what}, in words and with an exit code`, async () => {
      const { code, output, errors } = await adminCreate(run);
      assert.equal(code, what === 'a database that is not there' ? 2 : 1);
      assert.equal(output, '');
      assert.match(errors, sentence);
      assert.deepEqual(await accountsOf('weak@example.com'), []);
    });
  }

  test('joins a running platform, and starts its embedded database when it does not run', async () => {
    const environment = { DATA_DIR: join(scratch, `admin-${process.pid}`), DEMO_DATA: 'false' };
    const emails = ['joined@example.com', 'alone@example.com'];
    for (const [index, email] of emails.entries()) {
      const platform = await spawnPlatform(environment);
      await platform.ready();
      if (index === 1) await stop(platform);
      const { code, errors } = await adminCreate({ input: `${email}\n${SECRET}\n`, environment });
      assert.equal(code, 0, errors);
      if (index === 0) await stop(platform);
    }

    const platform = await spawnPlatform(environment);
    await platform.ready();
    for (const email of emails) {
      const answer = await fetch(`${platform.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: SECRET }),
      });
      assert.equal(answer.status, 200, email);
    }
    await stop(platform);
    assert.ok(!platform.output().includes(SECRET));
  });

  test('refuses the published password of the demo data in production', async () => {
    const { code, errors } = await adminCreate({
      input: `weak@example.com\n${DEMO_PASSWORD}\n`,
      environment: {
        DATABASE_URL: database.url,
        NODE_ENV: 'production',
        JWT_KEYS: `k:${randomBytes(32).toString('hex')}`,
        ENCRYPTION_KEYS: `k:${randomBytes(32).toString('base64')}`,
      },
    });
    assert.equal(code, 1);
    assert.match(errors, /^This password is published with the demo data: choose another one\.$/);
  });
});

async function stop(platform: ChildPlatform): Promise<void> {
  platform.process.kill('SIGTERM');
  assert.equal(await platform.ended, 0);
}

describe('questions at a terminal', () => {
  function terminal() {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    let written = '';
    output.on('data', (chunk) => {
      written += String(chunk);
    });
    /** What came to the screen since it was asked for last. */
    const shown = () => {
      const news = written;
      written = '';
      return news;
    };
    return { input, shown, questions: openQuestions(input, output) };
  }

  test('show what is typed, but for secrets', async () => {
    const { input, shown, questions } = terminal();
    assert.equal(questions.isTerminal, true);

    const email = questions.ask('Email: ');
    input.write('root@example.com\r');
    assert.equal(await email, 'root@example.com');
    assert.match(shown(), /Email: .*root@example\.com/);

    const password = questions.askSecret('Password: ');
    // Corrected on the way, as people do.
    for (const key of [...SECRET.slice(0, -1), 'x', '\x7f', SECRET.at(-1), '\r']) input.write(key);
    assert.equal(await password, SECRET);
    assert.equal(shown(), 'Password: \n');

    // What was typed before cannot be called back to the screen.
    const next = questions.ask('More: ');
    input.write('\x1b[A\x1b[A\r');
    assert.equal(await next, '');
    assert.doesNotMatch(shown(), /S3cret|root/);
    questions.close();
  });

  for (const [name, key] of [
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ] as const) {
    test(`are given up by ${name}`, async () => {
      const { input, questions } = terminal();
      const answer = questions.askSecret('Password: ');
      input.write(key);
      await assert.rejects(answer, { name: 'StartupError', message: /^No answer to "Password:"/ });
    });
  }
});
