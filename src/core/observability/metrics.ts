import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../database/index.ts';
import { type Outcome, refusalCode } from '../outcome.ts';
import type { Batcher } from '../overload/batcher.ts';

export type Metrics = ReturnType<typeof createMetrics>;

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SCRAPE_TIMEOUT_MS = 1_000;
const JOB_BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800];

/** Each platform has its own registry, so that two platforms in one process count separately. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const httpRequestDuration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });

  const outcomes = new Counter({
    name: 'clicknback_outcomes_total',
    help: 'Outcomes of the items of a money operation, by error code or "ok"',
    labelNames: ['operation', 'outcome'],
    registers,
  });

  const jobRuns = new Counter({
    name: 'clicknback_job_runs_total',
    help: 'Runs of a recurring job: completed, failed, or interrupted by the stop of the process',
    labelNames: ['job', 'outcome'],
    registers,
  });
  const jobDuration = new Histogram({
    name: 'clicknback_job_duration_seconds',
    help: 'Time that a run of a job took, however it ended',
    labelNames: ['job'],
    buckets: JOB_BUCKETS_SECONDS,
    registers,
  });
  const jobItems = new Counter({
    name: 'clicknback_job_items_total',
    help: 'Items that a job has done, such as rows purged',
    labelNames: ['job'],
    registers,
  });
  const jobLastCompletion = new Gauge({
    name: 'clicknback_job_last_completion_timestamp_seconds',
    help: 'When this process last completed a run of the job; the newest of all processes counts',
    labelNames: ['job'],
    registers,
  });

  /** Starts to measure a run of a job. The returned function ends the measurement. */
  function observeJobRun(job: string): (outcome: 'completed' | 'failed' | 'interrupted') => void {
    const stopTimer = jobDuration.startTimer({ job });
    return (outcome) => {
      stopTimer();
      jobRuns.inc({ job, outcome });
      if (outcome === 'completed') jobLastCompletion.setToCurrentTime({ job });
    };
  }

  function countJobItems(job: string, count: number): void {
    jobItems.inc({ job }, count);
  }

  /** Wraps `run` so that its outcomes are counted. */
  function countOutcomes<Item, Result>(
    operation: string,
    run: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>,
  ): typeof run {
    return async (items) => {
      const answered = await run(items);
      for (const [outcome, those] of Map.groupBy(answered, labelOf)) {
        outcomes.inc({ operation, outcome }, those.length);
      }
      return answered;
    };
  }

  /** Adds a gauge that is read at each scrape. NaN if the value is not available in time. */
  function observeOnScrape(name: string, help: string, read: () => Promise<number>): void {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const late = new Promise<number>((resolve) => setTimeout(resolve, SCRAPE_TIMEOUT_MS, NaN).unref());
        this.set(await Promise.race([read().catch(() => NaN), late]));
      },
    });
  }

  function observeDatabase(database: Database): void {
    new Gauge({
      name: 'clicknback_database_connections',
      help: 'Connections of the pool, and callers that wait for one',
      labelNames: ['state'],
      registers,
      collect() {
        const { total, idle, waiting } = database.connections();
        this.set({ state: 'busy' }, total - idle);
        this.set({ state: 'idle' }, idle);
        this.set({ state: 'waited_for' }, waiting);
      },
    });
  }

  function observeBatcher(
    operation: string,
    batcher: Pick<Batcher<never, unknown>, 'queued' | 'inFlight'>,
  ): void {
    new Gauge({
      name: `clicknback_${operation}_queued_items`,
      help: 'Items that wait for a batch',
      registers,
      collect() {
        this.set(batcher.queued());
      },
    });
    new Gauge({
      name: `clicknback_${operation}_batches_in_flight`,
      help: 'Batches that are being written',
      registers,
      collect() {
        this.set(batcher.inFlight());
      },
    });
  }

  const cacheReads = new Counter({
    name: 'clicknback_cache_reads_total',
    help: 'Reads of a cache: found in memory, loaded, or read past it',
    labelNames: ['cache', 'result'],
    registers,
  });
  const cacheInvalidations = new Counter({
    name: 'clicknback_cache_invalidations_total',
    help: 'Changes that a cache forgot entries for',
    labelNames: ['cache'],
    registers,
  });
  const cacheSizes = new Map<string, () => number>();
  new Gauge({
    name: 'clicknback_cache_entries',
    help: 'Entries that a cache holds',
    labelNames: ['cache'],
    registers,
    collect() {
      for (const [cache, size] of cacheSizes) this.set({ cache }, size());
    },
  });

  function observeCache(cache: string, size: () => number) {
    cacheSizes.set(cache, size);
    return {
      reads(result: 'hit' | 'miss' | 'bypass', keys: number): void {
        cacheReads.inc({ cache, result }, keys);
      },
      invalidation(): void {
        cacheInvalidations.inc({ cache });
      },
    };
  }

  function observeChanges(areFollowed: () => boolean): void {
    new Gauge({
      name: 'clicknback_changes_followed',
      help: '1 while caches are used; 0 while they are bypassed, as changes by others would not be known',
      registers,
      collect() {
        this.set(areFollowed() ? 1 : 0);
      },
    });
  }

  return {
    registry,
    httpRequestDuration,
    countOutcomes,
    observeDatabase,
    observeBatcher,
    observeOnScrape,
    observeJobRun,
    countJobItems,
    observeCache,
    observeChanges,
  };
}

function labelOf(outcome: Outcome<unknown>): string {
  if (outcome.ok) return 'ok';
  return refusalCode(outcome.error);
}
