import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readArguments } from '../../demo/feeds/arguments.ts';
import { PROJECT_DIRECTORY, readConfig } from '../../src/config.ts';
import { spawnGroup, spawnPlatform } from '../support/child-platform.ts';
import { createTestDatabase, SCRATCH_VARIABLE } from '../support/database.ts';
import { until } from '../support/until.ts';

const scratch = join(process.env[SCRATCH_VARIABLE] ?? '', `environment-${process.pid}`);
mkdirSync(scratch, { recursive: true });

describe('the file .env', () => {
  const file = join(scratch, '.env');
  writeFileSync(file, 'LOGIN_FAILURES=many\n');

  for (const script of [
    'up',
    'worker',
    'admin-create',
    'encryption-rotate',
    'mfa-reset',
    'ledger-verify',
    'backup',
    'restore',
  ]) {
    test(`is read by npm run ${script}`, async () => {
      const program = await spawnGroup(['npm', 'run', '--silent', script, '--', 'x'], { ENV_FILE: file });
      assert.equal(await program.ended, 1);
      assert.match(program.output().trim(), /^LOGIN_FAILURES must be a whole number/);
    });
  }

  test('yields to a variable that is set', async () => {
    const environment = { ENV_FILE: file, LOGIN_FAILURES: '10', DATA_DIR: join(scratch, 'none') };
    const program = await spawnGroup(['npm', 'run', '--silent', 'ledger-verify'], environment);
    assert.equal(await program.ended, 2);
    assert.match(program.output().trim(), /^There is no database in \S+none\.$/);
  });

  test('is that of the project, if it exists and ENV_FILE names no other', () => {
    const flag = (cwd: string) =>
      execFileSync(join(PROJECT_DIRECTORY, 'scripts/node-flags'), {
        cwd,
        env: { PATH: process.env.PATH },
        encoding: 'utf8',
      });
    assert.equal(flag(scratch), '--env-file=.env');
    assert.equal(flag('/'), '');
  });
});

test('a shared library that Node lacks is one sentence', () => {
  const bin = join(scratch, 'bin');
  mkdirSync(bin);
  const message =
    'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file';
  writeFileSync(join(bin, 'node'), `#!/bin/sh\necho '${message}' >&2\nexit 127\n`, { mode: 0o755 });

  const { stderr } = spawnSync(join(PROJECT_DIRECTORY, 'scripts/node-flags'), {
    env: { PATH: `${bin}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  assert.match(
    stderr.trim(),
    /^Node needs the shared library libatomic\.so\.1, which this machine lacks: install it \(.+\)\.$/,
  );
});

describe('the printed address', () => {
  test('is the real one for HOST=::1 and PORT=0, in the summary, the API reference and the log', async () => {
    const { url } = await createTestDatabase();
    const platform = await spawnPlatform({ DATABASE_URL: url, HOST: '::1', PORT: '0' });
    const address = await until(
      () => /API +(http:\/\/\[::1\]:[1-9]\d*)\/api\/v1/.exec(platform.output())?.[1],
      60_000,
    );

    const reference = (await (await fetch(`${address}/openapi.json`)).json()) as { servers: unknown };
    assert.deepEqual(reference.servers, [{ url: address }]);
    assert.ok(platform.output().includes(`Server listening at ${address}`), platform.output());
  });

  test('is the real one for WORKER_PORT=0', async () => {
    const { url } = await createTestDatabase();
    const worker = await spawnPlatform({ DATABASE_URL: url, WORKER_PORT: '0' }, 'src/worker.ts');
    const port = await until(() => /"port":(\d+),"msg":"worker started"/.exec(worker.output())?.[1]);
    assert.ok((await fetch(`http://localhost:${port}/health/ready`)).ok);
  });

  test('has brackets around IPv6, and localhost for a wildcard', () => {
    assert.equal(readConfig({ HOST: '::1' }).publicUrl, 'http://[::1]:8000');
    assert.equal(readConfig({ HOST: '::' }).publicUrl, 'http://localhost:8000');
  });
});

test('relative paths of backups and feeds count from where npm was called', async () => {
  assert.equal(
    readArguments(['--feed', 'a.csv'], { INIT_CWD: '/home/somebody' }).feedPath,
    '/home/somebody/a.csv',
  );
  const program = await spawnGroup(
    ['npm', '--prefix', PROJECT_DIRECTORY, 'run', '--silent', 'restore', '--', 'missing.tar.gz'],
    { DATA_DIR: 'here' },
    { workingDirectory: scratch },
  );
  assert.equal(await program.ended, 1);
  assert.equal(program.output().trim(), `${join(scratch, 'missing.tar.gz')} cannot be read (ENOENT).`);
});
