import { setTimeout as sleep } from 'node:timers/promises';
import { oneOf } from '../random.ts';
import type { Clerk } from './operations.ts';

export type Readers = {
  readonly stop: () => Promise<void>;
  /** The longest response time, in milliseconds. */
  readonly slowest_ms: () => number;
  /** The number of responses by status, without successes and requests to retry. Status 0 means no response. */
  readonly unexpected: () => Readonly<Record<string, number>>;
};

const PATHS = ['/users/me', '/users/me/wallet', '/users/me/purchases?limit=5', '/offers/active?limit=5'];
const EXPECTED = [200, 429, 503];

/** Shoppers that read their own data all the time. */
export function startReaders(
  { client, programme }: Clerk,
  { url, random, count = 4, pause_ms = 50 }: ReaderOptions,
): Readers {
  let stopping = false;
  let slowest_ms = 0;
  const unexpected: Record<string, number> = {};

  async function read(): Promise<void> {
    while (!stopping) {
      const path = oneOf(random, PATHS);
      const { status, ms } = await client.send(url, {
        method: 'GET',
        path,
        token: oneOf(random, programme.tokens),
      });
      slowest_ms = Math.max(slowest_ms, ms);
      if (!EXPECTED.includes(status)) unexpected[status] = (unexpected[status] ?? 0) + 1;
      await sleep(pause_ms);
    }
  }

  const reading = Array.from({ length: count }, read);
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(reading);
    },
    slowest_ms: () => slowest_ms,
    unexpected: () => unexpected,
  };
}

type ReaderOptions = {
  readonly url: string;
  readonly random: () => number;
  readonly count?: number;
  readonly pause_ms?: number;
};
