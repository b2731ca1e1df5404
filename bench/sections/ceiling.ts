import { driveByNode, driveByPgbench, hasPgbench } from '../ceiling/index.ts';
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
        run: () => drive({ url: database.url, clients, seconds: Math.ceil(seconds) }),
      });
    }
  }
}
