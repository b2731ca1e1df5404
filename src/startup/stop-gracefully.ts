import closeWithGrace from 'close-with-grace';
import type { Logger } from '../core/logging.ts';

/** Requests and batches have this long to finish; what the database still flushes then, its guardian waits for. */
const DRAIN_TIMEOUT_MS = 5_000;

/** Closes on a signal, and on an error that nobody handled; the process ends when that is done, or out of time. */
export function stopGracefully(logger: Logger, close: () => Promise<void>): void {
  closeWithGrace({ delay: DRAIN_TIMEOUT_MS, logger: false }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, 'an error that nobody handled');
    logger.info({ signal }, 'stopping');
    await close();
  });
}
