import { type Books, requireTrueBooks } from './books.ts';
import type { DatabaseServer } from './database-server.ts';
import type { LoadResult } from './load/plan.ts';
import type { Cost, Measurement } from './measurement.ts';
import type { Api } from './platform.ts';

/** A load to measure. */
export type Outcome = Pick<LoadResult, 'seconds' | 'done' | 'purchases'> &
  Partial<LoadResult> &
  Pick<Measurement, 'memorySamples_bytes'>;

export type Task = Pick<Measurement, 'name' | 'load'> & {
  readonly unit?: Measurement['unit'];
  /** The processes whose cost counts. */
  readonly apis: readonly Api[];
  readonly run: () => Promise<Outcome>;
};

/** Measures one task after the other without a pause, and compares the books with all acknowledgements. */
export type Measure = (...tasks: readonly Task[]) => Promise<readonly Measurement[]>;

export function measuring(deps: {
  readonly database: Pick<DatabaseServer, 'settle' | 'cpu_ms' | 'countDeadlocks'>;
  readonly books: Books;
  readonly announce: (measurement: Measurement) => void;
}): Measure {
  const { database, books, announce } = deps;

  return async (...tasks) => {
    // No measurement pays for the work that a previous one left, nor for new log files, which an older server reuses.
    await database.settle();
    const before = await books.countPurchases();
    const measured: Measurement[] = [];
    let acknowledged = 0;
    let unanswered = 0;
    let lost = 0;
    for (const task of tasks) {
      const { outcome, measurement } = await measureTask(task);
      acknowledged += outcome.purchases;
      unanswered += (outcome.answers?.['hung up'] ?? 0) * (outcome.purchasesPerRequest ?? 1);
      lost += outcome.answers?.lost ?? 0;
      measured.push(measurement);
    }
    for (const measurement of measured) announce(measurement);
    await requireTrueBooks(books, { before, acknowledged, unanswered, lost });
    return measured;
  };

  async function measureTask({ name, load, unit = 'purchases', apis, run }: Task) {
    const costBefore = await readCost(apis);
    const outcome = await run();
    const costAfter = await readCost(apis);
    const { seconds, done, purchases: _, purchasesPerRequest: __, cpu_ms = 0, ...observed } = outcome;
    const costOf = (used_ms: number): Cost => ({
      perUnit_us: (used_ms * 1000) / done,
      cores: used_ms / 1000 / seconds,
    });
    const measurement: Measurement = {
      name,
      load,
      unit,
      perSecond: done / seconds,
      seconds,
      ...observed,
      cost: {
        api: costOf(costAfter.api - costBefore.api),
        database: costOf(costAfter.database - costBefore.database),
        load: costOf(cpu_ms),
      },
      memory_bytes: total(await Promise.all(apis.map((api) => api.memory_bytes()))),
      deadlocks: costAfter.deadlocks - costBefore.deadlocks,
    };
    return { outcome, measurement };
  }

  async function readCost(apis: readonly Api[]) {
    const inApis = await Promise.all(apis.map((api) => api.cpu_ms()));
    return { api: total(inApis), database: database.cpu_ms(), deadlocks: database.countDeadlocks() };
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
