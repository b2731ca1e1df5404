import { PgBoss } from 'pg-boss';
import type { Database } from './database/index.ts';
import type { Logger } from './observability/logging.ts';
import type { Metrics } from './observability/metrics.ts';
import { steadyClock } from './steady-clock.ts';

/** Recurring work. Only one run of a job is active at a time, across all processes. */
export type Job = {
  readonly name: string;
  /** A cron expression in UTC. The start of a process also requests a run, for work that became due while none ran. */
  readonly schedule: string;
  /**
   * Does all due work in batches, and yields the size of each batch. A run may end between two batches, and another run
   * continues. A batch must therefore be complete and independent of the previous one. The signal ends a batch that takes
   * longer than a stopping process has.
   */
  readonly run: (signal: AbortSignal) => AsyncIterable<number>;
};

const PURGE_BATCH = 1_000;

/** An hourly job that deletes expired rows: `purge` deletes up to `limit` rows and returns their number. */
export function purgeJob(name: string, purge: (limit: number) => Promise<number>): Job {
  async function* run() {
    let purged: number;
    do {
      purged = await purge(PURGE_BATCH);
      yield purged;
    } while (purged === PURGE_BATCH);
  }
  return { name, schedule: '0 * * * *', run };
}

/** Fetches, heartbeats and supervision are short queries. With two connections they do not wait for each other. */
const CONNECTIONS = 2;

/*
 * A killed process is detected by a check every 5 seconds, once its heartbeat is 10 seconds old (the minimum of pg-boss).
 * Workers poll every 2 seconds, so another one takes the run over within 20 seconds.
 */
const SUPERVISION = { superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 };
const POLLING = { pollingIntervalSeconds: 2 };
const QUEUE = {
  heartbeatSeconds: 10,
  // A failed run is retried soon. After the last retry, the next scheduled run is the next attempt.
  retryLimit: 3,
  retryDelay: 1,
  // Only for a run that never ends: the heartbeat detects dead processes.
  expireInSeconds: 6 * 3600,
  // Leaves time to inspect a failed run.
  deleteAfterSeconds: 24 * 3600,
};

/**
 * The schedule uses the clock of the database. If that clock is set back, no run is due until it has caught up. A process
 * that has seen no run for this long therefore requests one. Several processes that alternate request a few idle runs.
 */
const OVERDUE = { afterIntervals: 1.25, checkEvery_ms: 5_000 };

/** The time that a running batch gets to finish at shutdown. Less than the process has to stop. */
const STOP_TIMEOUT_MS = 3_500;

/** Runs jobs from a queue in the database, which any number of processes can share. */
export function jobRunner(options: {
  readonly database: Pick<Database, 'openQueueConnections'>;
  readonly jobs: readonly Job[];
  readonly metrics: Metrics;
  readonly logger: Logger;
}) {
  const { database, jobs, metrics, logger } = options;
  const stopping = new AbortController();
  let connections: ReturnType<Database['openQueueConnections']> | undefined;
  let queue: PgBoss | undefined;
  let started: Promise<void> | undefined;
  let isWorking = false;
  /** By job name, in milliseconds of `performance.now()`. */
  const lastRun_ms = new Map<string, number>();

  /** Starts to work. The tables of the queue are made by the migration of the database. */
  function start(): Promise<void> {
    started = open();
    return started;
  }

  async function open(): Promise<void> {
    connections = database.openQueueConnections(CONNECTIONS);
    queue = new PgBoss({
      db: { executeSql: connections.query },
      ...SUPERVISION,
      // Only the owner of the indexes can rebuild them, and with some runs a minute they stay small.
      reindex: false,
      // With the real clock, a clock that is set back would stop all timers of the queue until it has caught up.
      clock: steadyClock(),
    });
    // The loops of the queue continue automatically after a lost connection.
    queue.on('error', (error) => logger.error({ err: error }, 'the job queue failed, and continues'));
    queue.on('warning', ({ message, data }) => logger.warn({ data }, message));
    await queue.start();
    for (const job of jobs) {
      if (stopping.signal.aborted) return;
      await recur(queue, job);
    }
    const timer = setInterval(() => void requestOverdueRuns(), OVERDUE.checkEvery_ms);
    stopping.signal.addEventListener('abort', () => clearInterval(timer));
    isWorking = true;
  }

  async function requestOverdueRuns(): Promise<void> {
    for (const job of jobs) {
      const waited_ms = performance.now() - (lastRun_ms.get(job.name) ?? 0);
      if (waited_ms < OVERDUE.afterIntervals * intervalOf_ms(job)) continue;
      lastRun_ms.set(job.name, performance.now());
      await queue?.send(job.name).catch((error: unknown) => {
        logger.warn(
          { err: error, job: job.name },
          'an overdue job could not be requested; the request is repeated',
        );
      });
    }
  }

  async function recur(on: PgBoss, job: Job): Promise<void> {
    await on.createQueue(job.name, { ...QUEUE, policy: 'exclusive' });
    // `createQueue` does not change the settings of an existing queue.
    await on.updateQueue(job.name, QUEUE);
    await on.schedule(job.name, job.schedule);
    await on.work(job.name, POLLING, async ([attempt]) => {
      await run(
        job,
        attempt === undefined ? stopping.signal : AbortSignal.any([stopping.signal, attempt.signal]),
      );
    });
    // The queue ignores this request if a run is waiting or active.
    await on.send(job.name);
    lastRun_ms.set(job.name, performance.now());
  }

  /** @throws the error of the job, so that the queue retries the run. */
  async function run(job: Job, signal: AbortSignal): Promise<void> {
    lastRun_ms.set(job.name, performance.now());
    const log = logger.child({ job: job.name });
    const finish = metrics.observeJobRun(job.name);
    let items = 0;
    try {
      for await (const count of job.run(signal)) {
        items += count;
        metrics.countJobItems(job.name, count);
        signal.throwIfAborted();
      }
    } catch (error) {
      finish(signal.aborted ? 'interrupted' : 'failed');
      if (signal.aborted) log.info({ items }, 'job interrupted, another run continues');
      else log.error({ err: error, items }, 'job failed');
      throw error;
    }
    finish('completed');
    log[items > 0 ? 'info' : 'debug']({ items }, 'job completed');
  }

  /** Lets running batches finish. Another process or the next start continues the work. */
  async function stop(): Promise<void> {
    stopping.abort(new Error('the process stops'));
    // The caller of `start` already has its error.
    await started?.catch(() => undefined);
    await queue?.stop({ timeout: STOP_TIMEOUT_MS }).catch((error: unknown) => {
      logger.warn({ err: error }, 'the job queue could not be stopped cleanly');
    });
    await connections?.close();
  }

  return {
    start,
    stop,
    /** True while the queue is open and its jobs are processed. */
    isWorking: () => isWorking && !stopping.signal.aborted,
  };
}

/** Every schedule here is either each minute or each hour. */
function intervalOf_ms({ schedule }: Job): number {
  return schedule.startsWith('* ') ? 60_000 : 3_600_000;
}
