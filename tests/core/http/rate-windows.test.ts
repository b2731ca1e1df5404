import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { freePort } from '../../../src/core/free-port.ts';
import { memoryWindows, type RateWindows, sharedWindows } from '../../../src/core/http/rate-windows.ts';
import { startRedis, withoutRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';

/** Redis has a minute to answer, so that a busy machine is no outage. */
async function connectTo(redisUrl: string, options: { length_ms?: number; timeout_ms?: number } = {}) {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line).msg) });
  const windows = await sharedWindows({ redisUrl, logger, timeout_ms: 60_000, ...options });
  after(() => windows.close());
  return { windows, lines };
}

/** What any windows do, wherever they are kept. */
function keepTheirPromises(open: (length_ms?: number) => Promise<RateWindows>): void {
  test('let through what fits, and report what remains and when the window ends', async () => {
    const { take } = await open();
    const takes = [
      await take('a', 1, 2),
      await take('a', 1, 2),
      await take('a', 1, 2),
      await take('b', 1, 2),
    ];

    assert.deepEqual(
      takes.map(({ isAllowed, remaining }) => [isAllowed, remaining]),
      [
        [true, 1],
        [true, 0],
        [false, 0],
        [true, 1],
      ],
    );
    for (const { resetsIn_ms } of takes) assert.ok(resetsIn_ms > 0 && resetsIn_ms <= 60_000);
  });

  test('take nothing for what does not fit as a whole', async () => {
    const { take } = await open();
    const verdict = async (weight: number) => {
      const { isAllowed, remaining } = await take('batches', weight, 1_000);
      return [isAllowed, remaining];
    };
    assert.deepEqual(await verdict(700), [true, 300]);
    assert.deepEqual(await verdict(301), [false, 300]);
    assert.deepEqual(await verdict(300), [true, 0]);
    assert.deepEqual(await verdict(1), [false, 0]);
  });

  test('never allow more than the limit of concurrent requests', async () => {
    const { take } = await open();
    const takes = await Promise.all(Array.from({ length: 200 }, () => take('storm', 3, 100)));
    assert.equal(takes.filter(({ isAllowed }) => isAllowed).length, 33);
  });

  test('begin anew when they are over, and not before: a refused request does not prolong them', async () => {
    const { take } = await open(1_000);
    const begun_ms = performance.now();
    const first = await take('short', 1, 1);
    const resets_ms = [first.resetsIn_ms];
    await until(async () => {
      const { isAllowed, resetsIn_ms } = await take('short', 1, 1);
      if (!isAllowed) resets_ms.push(resetsIn_ms);
      return isAllowed;
    });
    const lasted_ms = performance.now() - begun_ms;
    assert.ok(lasted_ms >= 990, `${lasted_ms} ms`);
    assert.ok(resets_ms.length > 1);
    assert.deepEqual(
      resets_ms,
      resets_ms.toSorted((one, other) => other - one),
    );
  });
}

describe('windows in memory', () => {
  keepTheirPromises(async (length_ms) => memoryWindows(length_ms));

  test('are a hundred thousand at most, the youngest', async () => {
    const { take } = memoryWindows();
    for (let index = 0; index <= 100_000; index += 1) await take(`key-${index}`, 1, 1);
    assert.equal((await take('key-100000', 1, 1)).isAllowed, false, 'still known');
    assert.equal((await take('key-0', 1, 1)).isAllowed, true, 'forgotten');
  });
});

describe('windows in Redis', { skip: withoutRedis }, async () => {
  const redis = withoutRedis ? undefined : await startRedis();
  const url = redis?.url ?? '';
  let opened = 0;

  keepTheirPromises(async (length_ms) => {
    const { windows } = await connectTo(url, length_ms === undefined ? {} : { length_ms });
    opened += 1;
    const scope = opened;
    return { ...windows, take: (key, weight, max) => windows.take(`${scope} ${key}`, weight, max) };
  });

  test('are shared by all clients, under hashed names', async (t) => {
    const [one, other] = [await connectTo(url), await connectTo(url)];
    for (const { windows } of [one, other, one]) {
      assert.equal((await windows.take('login:alice@example.com', 1, 3)).isAllowed, true);
    }
    assert.equal((await other.windows.take('login:alice@example.com', 1, 3)).isAllowed, false);

    const client = new Redis(url);
    t.after(() => client.disconnect());
    const keys = await client.keys('*');
    assert.ok(keys.length > 0);
    for (const key of keys) {
      assert.match(key, /^clicknback:rate:[\w-]{43}$/);
      assert.ok((await client.pttl(key)) > 0, 'it goes by itself');
    }
  });

  test('are each process’s own while Redis is gone, and shared again after; it says so once', async () => {
    const { windows, lines } = await connectTo(url);
    assert.equal((await windows.take('outage', 1, 2)).remaining, 1);

    await redis?.kill();
    assert.deepEqual((await windows.take('outage', 1, 2)).remaining, 1, 'counted from the beginning');
    for (let count = 0; count < 20; count += 1) await windows.take('outage', 1, 2);
    assert.equal((await windows.take('outage', 1, 2)).isAllowed, false, 'and still limited');
    assert.deepEqual(lines, ['rate limits are not shared: Redis does not respond']);

    await redis?.start();
    await until(async () => {
      await windows.take('other', 1, 100_000);
      return lines.length > 1;
    });
    assert.deepEqual(lines.slice(1), ['rate limits are shared again']);
  });

  test('delay no request for long when Redis keeps its connections but does not respond', async () => {
    const { windows, lines } = await connectTo(url, { timeout_ms: 200 });
    await windows.take('frozen', 1, 1_000);
    redis?.freeze();
    try {
      // All answered while it is frozen.
      for (let count = 0; count < 20; count += 1) {
        assert.equal((await windows.take('frozen', 1, 1_000)).isAllowed, true);
        await pause(10);
      }
      assert.equal(lines.length, 1);
    } finally {
      redis?.goOn();
    }
    await until(async () => {
      await windows.take('other', 1, 100_000);
      return lines.length > 1;
    });
  });

  test('need no Redis to begin with', async () => {
    const { windows, lines } = await connectTo(`redis://127.0.0.1:${await freePort('127.0.0.1')}`);
    assert.equal((await windows.take('early', 1, 1)).isAllowed, true);
    assert.equal((await windows.take('early', 1, 1)).isAllowed, false);
    assert.equal(lines.length, 1);
  });
});
