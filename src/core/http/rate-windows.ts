import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../observability/logging.ts';

export type Take = {
  readonly isAllowed: boolean;
  readonly remaining: number;
  readonly resetsIn_ms: number;
};

/** Counts per key, in a window of a minute that begins with the first request. */
export type RateWindows = {
  /** Takes `weight` out of `max`, or nothing when less is left. */
  readonly take: (key: string, weight: number, max: number) => Promise<Take>;
  readonly close: () => Promise<void>;
};

const MINUTE_MS = 60_000;
/** Beyond this many windows the oldest gives way. */
const MAX_WINDOWS = 100_000;

/** The windows of one process, in its memory. */
export function memoryWindows(length_ms = MINUTE_MS): RateWindows {
  const windows = new Map<string, { used: number; readonly endsAt_ms: number }>();

  async function take(key: string, weight: number, max: number): Promise<Take> {
    const now_ms = performance.now();
    const window = windowOf(key, now_ms);
    const isAllowed = window.used + weight <= max;
    if (isAllowed) window.used += weight;
    return { isAllowed, remaining: Math.max(0, max - window.used), resetsIn_ms: window.endsAt_ms - now_ms };
  }

  function windowOf(key: string, now_ms: number) {
    const present = windows.get(key);
    if (present !== undefined && now_ms < present.endsAt_ms) return present;
    const window = { used: 0, endsAt_ms: now_ms + length_ms };
    // A map lists its keys in the order of their arrival: the first is the oldest.
    windows.delete(key);
    windows.set(key, window);
    const [oldest] = windows.keys();
    if (windows.size > MAX_WINDOWS && oldest !== undefined) windows.delete(oldest);
    return window;
  }

  return { take, close: async () => undefined };
}

const REDIS_PREFIX = 'clicknback:rate:';
/** The longest wait for Redis. Requests never wait for a connection to it. */
const REDIS_ANSWER_MS = 200;

/** One script, because the check and the update must be atomic. */
const TAKE = `
  local used = tonumber(redis.call('GET', KEYS[1]) or '0')
  local weight, max, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 then left = window end
  if used + weight > max then return {0, used, left} end
  redis.call('SET', KEYS[1], used + weight, 'PX', left)
  return {1, used + weight, left}
`;

type RedisWithTake = Redis & {
  clicknbackTake(key: string, weight: number, max: number, window: number): Promise<[number, number, number]>;
};

/**
 * Windows in Redis, shared by all processes. While Redis does not respond, each process counts alone: the protection of
 * the platform must not stop it.
 */
export async function sharedWindows(options: {
  readonly redisUrl: string;
  readonly logger: Logger;
  readonly length_ms?: number;
  readonly answerWithin_ms?: number;
}): Promise<RateWindows> {
  const { logger, length_ms = MINUTE_MS, answerWithin_ms = REDIS_ANSWER_MS } = options;
  const own = memoryWindows(length_ms);
  let outage: Error | undefined;
  let failure: Error | undefined;

  // Loaded where there is a Redis: it is 5 MiB.
  const { Redis } = await import('ioredis');
  const redis = new Redis(options.redisUrl, {
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: answerWithin_ms,
    // A connection that died silently is replaced.
    socketTimeout: 5 * answerWithin_ms,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
  }) as RedisWithTake;
  redis.defineCommand('clicknbackTake', { numberOfKeys: 1, lua: TAKE });
  // The client emits its errors as events; the failed commands show whether they matter.
  redis.on('error', (error) => {
    failure = error;
  });

  async function take(key: string, weight: number, max: number): Promise<Take> {
    // The hash keeps emails out of Redis and bounds the length of keys.
    const name = REDIS_PREFIX + createHash('sha256').update(key).digest('base64url');
    try {
      const [allowed, used, left] = await redis.clicknbackTake(name, weight, max, length_ms);
      if (outage !== undefined) logger.info('rate limits are shared again');
      outage = undefined;
      return { isAllowed: allowed === 1, remaining: Math.max(0, max - used), resetsIn_ms: left };
    } catch (error) {
      if (outage === undefined) {
        logger.warn({ err: failure ?? error }, 'rate limits are not shared: Redis does not answer');
      }
      outage = error as Error;
      return own.take(key, weight, max);
    }
  }

  // The start waits for the first attempt only; the client retries automatically.
  await redis.connect().catch(() => undefined);
  return {
    take,
    async close() {
      redis.disconnect();
    },
  };
}
