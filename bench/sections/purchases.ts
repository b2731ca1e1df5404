import type { ClosedLoop } from '../load/plan.ts';
import type { Task } from '../measuring.ts';
import type { Api } from '../platform.ts';
import { measureHalfOfCeiling } from './ceiling.ts';
import { type Bench, type BuyingOptions, buying, inWords, peakOf, type Section, send } from './section.ts';

const CURVE = [1, 8, 32, 64, 128, 256, 512] as const;
const BATCH_SIZE = 100;
const BATCH_CONNECTIONS = [2, 4, 8] as const;
const SECONDS_AT_HALF = 30;
const LONG_SECONDS_AT_HALF = 120;
/** The time after a checkpoint in which each changed page is written to the log as a whole. */
const SECONDS_AFTER_CHECKPOINT = 5;

/**
 * The latency of a lone purchase: by the platform, without batching, and as one SQL text with all rules.
 */
export const lone: Section = {
  name: 'lone',
  run: async (bench, api) => {
    const pace = { connections: 1, seconds: bench.seconds };
    await measurePurchases(bench, [api], { name: 'lone', load: 'gathered', pace });
    const oneByOne = await bench.startApi('src/main.ts', { MAX_PURCHASES_PER_BATCH: '1' });
    await measurePurchases(bench, [oneByOne], { name: 'lone', load: 'one by one', pace });
    await oneByOne.stop();
    const oneStatement = await bench.startApi('bench/unbatched.ts');
    await measurePurchases(bench, [oneStatement], { name: 'lone', load: 'one statement', pace });
    await oneStatement.stop();
  },
};

/** The curve over the number of callers. */
export const single: Section = {
  name: 'single',
  run: async (bench, api) => {
    for (const connections of CURVE) {
      const pace = { connections, seconds: bench.seconds };
      await measurePurchases(bench, [api], { name: 'single', load: inWords(connections), pace });
    }
  },
};

/**
 * Half of the peak's rate in an open loop: right after the checkpoint that begins each measurement, and then long enough
 * to include events of every quarter of a minute, such as a major collection.
 */
export const half: Section = {
  name: 'half',
  needs: 'single',
  run: async (bench, api) => {
    const { measure, programme, long } = bench;
    const perSecond = peakOf(bench).perSecond / 2;
    const atHalf = (seconds: number, when = ''): Task => ({
      name: 'half',
      load: `${Math.round(perSecond)} a second${when}`,
      apis: [api],
      run: () => send([api], { kind: 'purchases', ...buying(programme) }, { perSecond, seconds }),
    });
    const seconds = long ? LONG_SECONDS_AT_HALF : SECONDS_AT_HALF;
    await measure(atHalf(SECONDS_AFTER_CHECKPOINT, ', at first'), atHalf(seconds));
    await measureHalfOfCeiling(bench, { first: SECONDS_AFTER_CHECKPOINT, rest: seconds });
  },
};

export const batch: Section = {
  name: 'batch',
  run: async (bench, api) => {
    for (const connections of BATCH_CONNECTIONS) {
      const pace = { connections, seconds: bench.seconds };
      const load = `${inWords(connections)} × ${BATCH_SIZE}`;
      await measurePurchases(bench, [api], { name: 'batch', load, pace, batch: BATCH_SIZE });
    }
  },
};

/** Reports that name their order: the reports of other sources are read, and one more index is written. */
export const ordered: Section = {
  name: 'ordered',
  needs: 'single',
  run: async (bench, api) => {
    const { connections } = peakOf(bench);
    const pace = { connections, seconds: bench.seconds };
    const shopper = { namesOrders: true };
    await measurePurchases(bench, [api], { name: 'ordered', load: inWords(connections), pace, shopper });
  },
};

/** All purchases of one shopper: every batch writes the same wallet. Without the velocity rule, which would hold nearly all. */
export const hot: Section = {
  name: 'hot',
  needs: 'single',
  run: async (bench) => {
    const api = await bench.startApi('src/main.ts', { VELOCITY_PURCHASES_PER_USER_DAY: '0' });
    const { connections } = peakOf(bench);
    const shopper = { users: bench.programme.users.slice(0, 1) };
    const pace = { connections, seconds: bench.seconds };
    await measurePurchases(bench, [api], { name: 'hot', load: inWords(connections), pace, shopper });
    await api.stop();
  },
};

/** A second process on the same database. */
export const two: Section = {
  name: 'two',
  needs: 'single',
  run: async (bench, api) => {
    const other = await bench.startApi();
    const { connections } = peakOf(bench);
    const pace = { connections, seconds: bench.seconds };
    await measurePurchases(bench, [api, other], { name: 'two', load: inWords(connections), pace });
    await other.stop();
  },
};

async function measurePurchases(
  { measure, programme }: Bench,
  apis: readonly Api[],
  options: {
    readonly name: string;
    readonly load: string;
    readonly pace: ClosedLoop;
    readonly batch?: number;
    readonly shopper?: BuyingOptions;
  },
): Promise<void> {
  const { name, load, pace, batch, shopper } = options;
  const scenario = {
    kind: 'purchases',
    ...buying(programme, shopper),
    ...(batch !== undefined && { batch }),
  } as const;
  await measure({ name, load, apis, run: () => send(apis, scenario, pace) });
}
