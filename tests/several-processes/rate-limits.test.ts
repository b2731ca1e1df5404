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
    TRUST_PROXY: 'true',
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

  test('count together, by account and by address', async () => {
    const ofAccount = await statuses('guessed@example.com', (index) => `10.0.1.${index}`);
    assert.deepEqual(ofAccount, [...Array(20).fill(401), ...Array(4).fill(429)]);

    for (let index = 0; index < 20; index += 1)
      assert.equal(
        (await guess(index % 2 === 0 ? one : other, `g${index}@example.com`, '10.0.2.1')).status,
        401,
      );
    for (const at of [one, other])
      assert.equal((await guess(at, 'another@example.com', '10.0.2.1')).status, 429);
  });

  test('go on without it, each with its own count, and say so once', async () => {
    await redis.kill();

    for (const at of [one, other]) {
      const begun_ms = performance.now();
      const answers = [];
      for (let index = 0; index < 22; index += 1)
        answers.push((await guess(at, 'guessed@example.com', `10.0.3.${index}`)).status);
      assert.deepEqual(answers, [...Array(20).fill(401), 429, 429]);
      assert.ok(performance.now() - begun_ms < 5_000);
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
