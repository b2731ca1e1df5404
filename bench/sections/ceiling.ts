import { driveByNode, driveByPgbench, hasPgbench } from '../ceiling/index.ts';
import { fastest, ofName } from '../measurement.ts';
import type { Task } from '../measuring.ts';
import type { Bench } from './section.ts';

const CLIENTS = [8, 16, 32] as const;

/** At the beginning and at the end of a run, as machines drift: the best of all is the ceiling. */
export async function measureCeiling(
  { measure, seconds, database }: Bench,
  time: 'before' | 'after',
): Promise<void> {
  const drivers = { ...((await hasPgbench()) && { pgbench: driveByPgbench }), Node: driveByNode };
  for (const [driver, drive] of Object.entries(drivers)) {
    for (const clients of CLIENTS) {
      await measure({
        name: 'ceiling',
        load: `${driver}, ${clients} clients, ${time}`,
        apis: [],
        run: () => drive({ url: database.url, pace: { connections: clients, seconds: Math.ceil(seconds) } }),
      });
    }
  }
}

/**
 * The latency of this machine at a fixed rate: the database alone, at half of its ceiling, on few connections, because each
 * new one loads the tables' definitions first. Nothing if no ceiling was measured.
 */
export async function measureHalfOfCeiling(
  { measure, measurements, database }: Bench,
  seconds: { readonly first: number; readonly rest: number },
): Promise<void> {
  const ceiling = fastest(ofName(measurements, 'ceiling'));
  if (ceiling === undefined) return;
  const perSecond = ceiling.perSecond / 2;
  const atHalf = (seconds: number, when = ''): Task => ({
    name: 'ceiling',
    load: `Node, ${Math.round(perSecond)} a second${when}`,
    apis: [],
    run: () => driveByNode({ url: database.url, pace: { perSecond, seconds, mostCallers: CLIENTS[0] } }),
  });
  await measure(atHalf(seconds.first, ', at first'), atHalf(seconds.rest));
}
