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
    LOGINS_PER_MINUTE: '20',
    TRUST_PROXY: '1',
  });
  const guess = (at: Node, email: string, address: string) =>
    at.ask('POST', '/auth/login', {
      body: { email, password: 'Wr0ng!Pass' },
      headers: { 'x-forwarded-for': address },
    });
  const statuses = async (email: string, address: (index: number) => string) => {
    const answers = [];
    for (let index = 0; index < 24; index += 1)
      answers.push((await guess(index % 2 === 0 ? one : other, email, address(index))).status);
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
      const ofAccount = await statuses(`guessed-${rounds}@example.com`, (index) => `10.${rounds}.1.${index}`);
      const ofAddress = [];
      for (let index = 0; index < 22; index += 1)
        ofAddress.push(
          (await guess(index % 2 === 0 ? one : other, `g${rounds}-${index}@example.com`, `10.${rounds}.2.1`))
            .status,
        );
      if (outages() !== before) return false;
      assert.deepEqual(ofAccount, [...Array(20).fill(401), ...Array(4).fill(429)]);
      assert.deepEqual(ofAddress, [...Array(20).fill(401), ...Array(2).fill(429)]);
      return true;
    });
  });

  test('continue without it, each with its own count, and log it once', async () => {
    await redis.kill();

    for (const at of [one, other]) {
      const answers = [];
      for (let index = 0; index < 22; index += 1)
        answers.push((await guess(at, 'guessed@example.com', `10.0.3.${index}`)).status);
      assert.deepEqual(answers, [...Array(20).fill(401), 429, 429]);
      // Lines are written some moments after they were said.
      await until(() => at.output().includes('rate limits are not shared'));
      assert.equal(at.output().split('rate limits are not shared').length, 2);
      assert.equal((await fetch(`${at.url}/health/ready`)).status, 200);
    }

    await redis.start();
    await until(async () => {
      for (const at of [one, other]) await guess(at, 'somebody@example.com', '10.0.4.1');
      return [one, other].every((at) => at.output().includes('rate limits are shared again'));
    });
  });
});
