import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './observability/logging.ts';
import type { Metrics } from './observability/metrics.ts';

/** Work that is searched for again and again, in each process that runs jobs. */
export type Loop = {
  readonly name: string;
  /** The pause after a run that found nothing. After failures in a row it doubles, up to five seconds. */
  readonly interval_ms: number;
  /**
   * Does a batch of what is due and returns its size. It is called again at once while it returns more than 0. Processes run
   * a loop at the same time: the rows themselves say which process does them.
   */
  readonly run: (signal: AbortSignal) => Promise<number>;
};

/** While the database is away, loops log an error twice as rarely each time, up to this pause. */
const MAX_PAUSE_MS = 5_000;

/** The time that running batches get to finish at shutdown. Less than the process has to stop. */
const STOP_TIMEOUT_MS = 3_500;

/** Runs loops until the process stops. A run that fails is logged and counted, and its loop continues. */
export function loopRunner(options: {
  readonly loops: readonly Loop[];
  readonly metrics: Metrics;
  readonly logger: Logger;
}) {
  const { loops, metrics, logger } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<unknown> = Promise.resolve();

  function start(): void {
    running = Promise.all(loops.map(repeat));
  }

  async function repeat(loop: Loop): Promise<void> {
    let pause_ms = loop.interval_ms;
    while (!signal.aborted) {
      const items = await runOnce(loop);
      pause_ms = items === 'failed' ? afterFailure(pause_ms) : loop.interval_ms;
      if (items === 0 || items === 'failed') await pause(pause_ms);
    }
  }

  async function runOnce({ name, run }: Loop): Promise<number | 'failed'> {
    const finish = metrics.observeJobRun(name);
    try {
      const items = await run(signal);
      finish('completed');
      metrics.countJobItems(name, items);
      return items;
    } catch (error) {
      finish(signal.aborted ? 'interrupted' : 'failed');
      if (!signal.aborted) logger.error({ err: error, loop: name }, 'loop failed, and continues');
      return 'failed';
    }
  }

  /** Ends early when the process stops. */
  const pause = (interval_ms: number) => sleep(interval_ms, undefined, { signal }).catch(() => undefined);

  /** Lets running batches finish. Other processes and the next start continue the work. */
  async function stop(): Promise<void> {
    stopping.abort(new Error('the process stops'));
    const timedOut = new AbortController();
    const late = sleep(STOP_TIMEOUT_MS, 'late' as const, { signal: timedOut.signal }).catch(() => undefined);
    if ((await Promise.race([running, late])) === 'late') logger.warn('a loop could not be stopped cleanly');
    timedOut.abort();
  }

  return { start, stop };
}

/** The next pause after another failure. */
export function afterFailure(pause_ms: number): number {
  return Math.max(pause_ms, Math.min(2 * pause_ms, MAX_PAUSE_MS));
}
