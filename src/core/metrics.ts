import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Batcher } from './batcher.ts';
import type { Database } from './database.ts';
import { DomainError } from './errors.ts';
import type { Outcome } from './outcome.ts';

export type Metrics = ReturnType<typeof createMetrics>;

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** One registry per platform, so that two of them in one process count apart. */
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
    help: 'What became of the items of a money operation, by error code or "ok"',
    labelNames: ['operation', 'outcome'],
    registers,
  });

  /** The same work on a list, with what became of each item counted. */
  function countOutcomes<Item, Result>(
    operation: string,
    run: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>,
  ): typeof run {
    return async (items) => {
      const answered = await run(items);
      for (const outcome of answered) outcomes.inc({ operation, outcome: labelOf(outcome) });
      return answered;
    };
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

  return { registry, httpRequestDuration, countOutcomes, observeDatabase, observeBatcher };
}

function labelOf(outcome: Outcome<unknown>): string {
  if (outcome.ok) return 'ok';
  return outcome.error instanceof DomainError ? outcome.error.code : 'unknown';
}
