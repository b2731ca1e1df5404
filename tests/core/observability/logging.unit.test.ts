import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const LOGGING = join(import.meta.dirname, '../../../src/core/observability/logging.ts');

const SECRETS = [
  ...['authorization', 'password', 'current_password', 'new_password', 'access_token', 'refresh_token'],
  ...['token', 'api_key', 'iban', 'account_holder', 'signing_secret'],
  ...['secret', 'otpauth_uri', 'mfa_token', 'recovery_code', 'recovery_codes'],
];

describe('the log', () => {
  test('is one line of JSON an event, with level and time', () => {
    const [line] = logged({ answer: 42 }).trim().split('\n');
    const { level, time, msg, answer } = JSON.parse(line ?? '');
    assert.deepEqual({ level, msg, answer }, { level: 'info', msg: 'an event', answer: 42 });
    assert.ok(!Number.isNaN(Date.parse(time)));
  });

  for (const field of SECRETS) {
    test(`never shows ${field}, at any level of the object`, () => {
      const secret = `secret-${field}`;
      const object = {
        [field]: secret,
        body: { [field]: secret },
        request: { headers: { [field]: secret } },
      };

      for (const readable of [false, true]) {
        const text = logged(object, readable);
        assert.ok(!text.includes(secret), text);
        assert.equal(text.split('[redacted]').length - 1, 3, text);
      }
    });
  }

  test('says nothing below its level', () => {
    assert.equal(logged({ answer: 42 }, false, 'warn'), '');
  });

  test('is complete when a process exits, even if it exceeds one write', () => {
    const { stdout } = runProgram(`
      const { createLogger } = await import(${JSON.stringify(LOGGING)});
      const logger = createLogger({ level: 'info', readable: false });
      for (let number = 0; number < 5_000; number += 1) logger.info({ number });
      process.exit(0);
    `);
    const numbers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 5_000 }, (_, number) => number),
    );
  });

  test('waits for a full pipe in the kernel, not asleep', { skip: process.platform !== 'linux' }, () => {
    const { stdout, stderr } = runProgram(`
      const { createLogger } = await import(${JSON.stringify(LOGGING)});
      const { readFileSync } = await import('node:fs');
      createLogger({ level: 'info', readable: false }).info({ of: readFileSync('/proc/self/fdinfo/1', 'utf8') });
    `);
    const flags = /flags:\s*([0-7]+)/.exec(JSON.parse(stdout).of)?.[1];
    assert.equal(Number.parseInt(flags ?? '', 8) & constants.O_NONBLOCK, 0, stderr);
  });
});

/** What a process that logs the object writes to its standard output. */
function logged(object: object, readable = false, level = 'info'): string {
  return runProgram(`
    const { createLogger } = await import(${JSON.stringify(LOGGING)});
    createLogger(${JSON.stringify({ level, readable })}).info(${JSON.stringify(object)}, 'an event');
  `).stdout;
}

function runProgram(program: string) {
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stderr);
  return ended;
}
