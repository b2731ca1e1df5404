import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { type Config, readConfig } from '../config.ts';
import { createLogger, type Logger, STANDARD_OUTPUT } from '../core/observability/logging.ts';
import { report } from './run.ts';

/** Sent by Ctrl-C, by service managers and container runtimes, and by a closed terminal. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const UNHANDLED_ERRORS = ['uncaughtException', 'unhandledRejection'] as const;

/** Less than the five seconds that docs/operations.md promises. */
const STOP_TIMEOUT_MS = 4_700;

/** The steps of the shutdown. They are filled in while the process starts. */
export type Stopping = {
  /** Finishes the running work. If the time ends before that, the process exits with 1. */
  drain: () => Promise<void>;
  /** Closes the database. If the time ends first, the guardian of the embedded server stops it. */
  release: () => Promise<void>;
};

/** Runs a process that serves until a signal or an unhandled error stops it. */
export async function serve(
  start: (process: {
    readonly config: Config;
    readonly logger: Logger;
    readonly stopping: Stopping;
  }) => Promise<void>,
): Promise<void> {
  const stopping: Stopping = { drain: async () => undefined, release: async () => undefined };
  let isStopping = false;
  try {
    const config = readConfig(process.env);
    const isForPeople = config.mode === 'development' && isatty(STANDARD_OUTPUT);
    const logger = createLogger({ level: config.logLevel, readable: isForPeople });

    const stop = async (reason: { signal?: string; error?: unknown }) => {
      // Ctrl-C arrives twice, because npm forwards it. The second signal must not interrupt the drain. See ADR 0032.
      if (isStopping) return;
      isStopping = true;
      logger.info({ signal: reason.signal }, 'stopping');
      const isDrained = await stopInTime(stopping, logger);
      if (isDrained && config.mode === 'development') console.log('\n  Stopped. Your data is kept.\n');
      process.exit(isDrained && reason.error === undefined ? 0 : 1);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, () => stop({ signal }));
    for (const event of UNHANDLED_ERRORS) {
      process.on(event, (error) => {
        logger.fatal({ err: error }, 'unhandled error');
        void stop({ error: error ?? event });
      });
    }
    await start({ config, logger, stopping });
  } catch (error) {
    // If a signal interrupts the start, it fails because resources are closed already.
    if (isStopping) return;
    report(error);
    await stopping.release();
    process.exit(1);
  }
}

/** Stops within the time limit. Returns true if all work was finished. */
async function stopInTime({ drain, release }: Stopping, logger: Logger): Promise<boolean> {
  let isDrained = false;
  async function close(): Promise<void> {
    await drain();
    isDrained = true;
    await release();
  }
  const failed = (error: unknown) => logger.error({ err: error }, 'the shutdown failed');
  await Promise.race([close().catch(failed), sleep(STOP_TIMEOUT_MS)]);
  if (!isDrained) logger.error('stopped before all work was finished');
  return isDrained;
}
