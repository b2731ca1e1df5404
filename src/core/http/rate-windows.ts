import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../observability/logging.ts';

export type Take = {
  readonly isAllowed: boolean;
  readonly remaining: number;
  readonly resetsIn_ms: number;
};

/** Counts per key, in windows of one minute. A window starts with the first request of its key. */
export type RateWindows = {
  /** Counts `weight` towards `max`. Counts nothing if the window would exceed `max`. */
  readonly take: (key: string, weight: number, max: number) => Promise<Take>;
  readonly close: () => Promise<void>;
};

const MINUTE_MS = 60_000;
/** If there are more windows, the oldest one is dropped. */
const MAX_WINDOWS = 100_000;

/** Keeps the windows of one process in memory. */
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
    // A map iterates its keys in insertion order, so the first window is the oldest.
    windows.delete(key);
    windows.set(key, window);
    const [oldest] = windows.keys();
    if (windows.size > MAX_WINDOWS && oldest !== undefined) windows.delete(oldest);
    return window;
  }

  return { take, close: async () => undefined };
}

const REDIS_PREFIX = 'clicknback:rate:';
/** The longest wait for a response of Redis. Requests never wait for a connection to Redis. */
const REDIS_TIMEOUT_MS = 200;

/** A script, because the check and the update must be atomic. */
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
 * Keeps the windows in Redis, shared by all processes. While Redis does not respond, each process counts alone, because
 * rate limits must not stop the platform.
 */
export async function sharedWindows(options: {
  readonly redisUrl: string;
  readonly logger: Logger;
  readonly length_ms?: number;
  readonly timeout_ms?: number;
}): Promise<RateWindows> {
  const { logger, length_ms = MINUTE_MS, timeout_ms = REDIS_TIMEOUT_MS } = options;
  const own = memoryWindows(length_ms);
  let outage: Error | undefined;
  let failure: Error | undefined;

  // Loaded only if Redis is used: the client needs 5 MiB.
  const { Redis } = await import('ioredis');
  const redis = new Redis(options.redisUrl, {
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: timeout_ms,
    // Detects and replaces a connection that is silently broken.
    socketTimeout: 5 * timeout_ms,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
  }) as RedisWithTake;
  redis.defineCommand('clicknbackTake', { numberOfKeys: 1, lua: TAKE });
  // The client emits its errors as events. They are logged only when a command fails.
  redis.on('error', (error) => {
    failure = error;
  });

  async function take(key: string, weight: number, max: number): Promise<Take> {
    // The hash keeps emails out of Redis and limits the length of keys.
    const name = REDIS_PREFIX + createHash('sha256').update(key).digest('base64url');
    try {
      const [allowed, used, left] = await redis.clicknbackTake(name, weight, max, length_ms);
      if (outage !== undefined) logger.info('rate limits are shared again');
      outage = undefined;
      return { isAllowed: allowed === 1, remaining: Math.max(0, max - used), resetsIn_ms: left };
    } catch (error) {
      if (outage === undefined) {
        logger.warn({ err: failure ?? error }, 'rate limits are not shared: Redis does not respond');
      }
      outage = error as Error;
      return own.take(key, weight, max);
    }
  }

  // The start waits only for the first attempt to connect. The client retries automatically.
  await redis.connect().catch(() => undefined);
  return {
    take,
    async close() {
      redis.disconnect();
    },
  };
}
