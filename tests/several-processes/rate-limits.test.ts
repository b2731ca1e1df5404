import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startRedis, withoutRedis } from '../support/redis.ts';
import { type Node, startTwoProcesses } from '../support/several-processes.ts';
import { until } from '../support/until.ts';

describe('two processes with one Redis', { skip: withoutRedis }, async () => {
  if (withoutRedis) return;
  const redis = await startRedis();
  const { one, other } = await startTwoProcesses({
    REDIS_URL: redis.url,
    REGISTRATIONS_PER_MINUTE: '20',
    LOGIN_FAILURES: '4',
    TRUST_PROXY: '1',
  });
  const ask = (at: Node, path: string, email: string, address: string) =>
    at.ask('POST', path, {
      body: { email, password: path === '/users' ? 'Str0ng!Pass' : 'Wr0ng!Pass' },
      headers: { 'x-forwarded-for': address },
    });
  const register = (at: Node, email: string, address: string) => ask(at, '/users', email, address);
  const statuses = async (email: string, address: (index: number) => string) => {
    const answers = [];
    for (let index = 0; index < 24; index += 1)
      answers.push((await register(index % 2 === 0 ? one : other, email, address(index))).status);
    return answers;
  };

  /** On a busy machine Redis may once answer too late, and a process then counts alone: the round says nothing. */
  const outages = () =>
    [one, other].flatMap((at) => at.output().match(/rate limits are not shared/g) ?? []).length;

  test('count together, by account and by address', async () => {
    let rounds = 0;
    await until(async () => {
      rounds += 1;
      const before = outages();
      const ofAccount = await statuses(`again-${rounds}@example.com`, (index) => `10.${rounds}.1.${index}`);
      const ofAddress = [];
      for (let index = 0; index < 22; index += 1)
        ofAddress.push(
          (
            await register(
              index % 2 === 0 ? one : other,
              `g${rounds}-${index}@example.com`,
              `10.${rounds}.2.1`,
            )
          ).status,
        );
      if (outages() !== before) return false;
      assert.deepEqual(ofAccount, [201, ...Array(19).fill(409), ...Array(4).fill(429)]);
      assert.deepEqual(ofAddress, [...Array(20).fill(201), ...Array(2).fill(429)]);
      return true;
    });
  });

  test('continue without it, each with its own count, and log it once', async () => {
    await redis.kill();
    await register(one, 'again@example.com', '10.0.3.100');

    for (const at of [one, other]) {
      const answers = [];
      for (let index = 0; index < 22; index += 1)
        answers.push((await register(at, 'again@example.com', `10.0.3.${index}`)).status);
      const counted = at === one ? 19 : 20;
      assert.deepEqual(answers, [...Array(counted).fill(409), ...Array(22 - counted).fill(429)]);
      // Lines are written some moments after they were said.
      await until(() => at.output().includes('rate limits are not shared'));
      assert.equal(at.output().split('rate limits are not shared').length, 2);
      assert.equal((await fetch(`${at.url}/health/ready`)).status, 200);
    }

    // Wrong passwords are counted in the database, which all processes share.
    const guesses = [];
    for (let index = 0; index < 6; index += 1) {
      const at = index % 2 === 0 ? one : other;
      guesses.push((await ask(at, '/auth/login', 'again@example.com', `10.0.5.${index}`)).status);
    }
    assert.deepEqual(guesses, [401, 401, 401, 401, 429, 429]);

    await redis.start();
    await until(async () => {
      for (const at of [one, other]) await register(at, 'somebody@example.com', '10.0.4.1');
      return [one, other].every((at) => at.output().includes('rate limits are shared again'));
    });
  });
});
