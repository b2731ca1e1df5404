import { PgBoss } from 'pg-boss';
import type { Database } from './database/index.ts';
import type { Logger } from './observability/logging.ts';
import type { Metrics } from './observability/metrics.ts';
import { steadyClock } from './steady-clock.ts';

/** Recurring work. Only one run of a job is active at a time among all processes. */
export type Job = {
  readonly name: string;
  /** Cron, to the minute, in UTC. Each start of a process requests a run too, for work that became due meanwhile. */
  readonly schedule: string;
  /**
   * Does all due work batch by batch, and yields the size of each batch. Between two batches the run may end and another
   * one continue, so a batch is complete and independent of the previous one.
   */
  readonly run: () => AsyncIterable<number>;
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

/** Fetches, heartbeats and supervision are short queries: with two connections they do not wait for each other. */
const CONNECTIONS = 2;

/*
 * A killed process is detected when its heartbeat is 10 seconds old (pg-boss's minimum), by a check every 5 seconds. A
 * worker that polls every 2 seconds takes its run over: within 20 seconds, not a minute.
 */
const SUPERVISION = { superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 };
const POLLING = { pollingIntervalSeconds: 2 };
const QUEUE = {
  heartbeatSeconds: 10,
  // A failed run is tried again soon; after that the schedule's next run is the next try.
  retryLimit: 3,
  retryDelay: 1,
  // The heartbeat detects dead processes, so this only bounds a run that loops.
  expireInSeconds: 6 * 3600,
  // Time to inspect a failed run.
  deleteAfterSeconds: 24 * 3600,
};

/**
 * The schedule is kept by the database's clock. If that is set back, no run is due until it has caught up, so a process
 * that has seen no run for this long asks for one itself. Where several processes take turns, this adds a few idle runs.
 */
const OVERDUE = { afterIntervals: 1.25, checkEvery_ms: 5_000 };

/** A batch under way is waited for this long: less than the process is given to stop. */
const STOP_TIMEOUT_MS = 3_500;

/** Runs jobs from a queue in the same database, with as many other processes as do the same. */
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
  /** By job, on the clock of `performance.now()`. */
  const lastRun_ms = new Map<string, number>();

  /** Makes or updates the queue's tables, in a schema of their own, and begins to work. */
  function start(): Promise<void> {
    started = open();
    return started;
  }

  async function open(): Promise<void> {
    connections = database.openQueueConnections(CONNECTIONS);
    queue = new PgBoss({
      db: { executeSql: connections.query },
      ...SUPERVISION,
      // With the real clock, all timers of the queue stand still until a clock that was set back has caught up.
      clock: steadyClock(),
    });
    // After a lost connection every loop of the queue continues automatically.
    queue.on('error', (error) => logger.error({ err: error }, 'the job queue failed, and continues'));
    queue.on('warning', ({ message, data }) => logger.warn({ data }, message));
    await queue.start();
    for (const job of jobs) {
      if (stopping.signal.aborted) return;
      await recur(queue, job);
    }
    const timer = setInterval(() => void askForOverdueRuns(), OVERDUE.checkEvery_ms);
    stopping.signal.addEventListener('abort', () => clearInterval(timer));
    isWorking = true;
  }

  async function askForOverdueRuns(): Promise<void> {
    for (const job of jobs) {
      const waited_ms = performance.now() - (lastRun_ms.get(job.name) ?? 0);
      if (waited_ms < OVERDUE.afterIntervals * intervalOf_ms(job)) continue;
      lastRun_ms.set(job.name, performance.now());
      await queue?.send(job.name).catch((error: unknown) => {
        logger.warn(
          { err: error, job: job.name },
          'an overdue job could not be asked for, and is asked for again',
        );
      });
    }
  }

  async function recur(on: PgBoss, job: Job): Promise<void> {
    await on.createQueue(job.name, { ...QUEUE, policy: 'exclusive' });
    // A queue that is there keeps its old settings otherwise.
    await on.updateQueue(job.name, QUEUE);
    await on.schedule(job.name, job.schedule);
    await on.work(job.name, POLLING, async ([attempt]) => {
      await run(
        job,
        attempt === undefined ? stopping.signal : AbortSignal.any([stopping.signal, attempt.signal]),
      );
    });
    // Refused by the queue while a run waits or is under way.
    await on.send(job.name);
    lastRun_ms.set(job.name, performance.now());
  }

  /** @throws the job's error, by which the queue knows that the run must be tried again. */
  async function run(job: Job, signal: AbortSignal): Promise<void> {
    lastRun_ms.set(job.name, performance.now());
    const log = logger.child({ job: job.name });
    const finish = metrics.observeJobRun(job.name);
    let items = 0;
    try {
      for await (const count of job.run()) {
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

  /** Lets batches under way finish, and leaves the rest to another process or the next start. */
  async function stop(): Promise<void> {
    stopping.abort(new Error('the process stops'));
    // `start` has already thrown its error to the caller.
    await started?.catch(() => undefined);
    await queue?.stop({ timeout: STOP_TIMEOUT_MS }).catch((error: unknown) => {
      logger.warn({ err: error }, 'the job queue did not stop in order');
    });
    await connections?.close();
  }

  return {
    start,
    stop,
    /** Whether the queue is open and its jobs are taken up. */
    isWorking: () => isWorking && !stopping.signal.aborted,
  };
}

/** Schedules run each minute or each hour. */
function intervalOf_ms({ schedule }: Job): number {
  return schedule.startsWith('* ') ? 60_000 : 3_600_000;
}
