import type { Clock } from '../../../core/clock.ts';
import { compositeKey } from '../../../core/composite-key.ts';
import type { Database } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Refusal, RefusalCount, RefusedReport } from './model.ts';
import { isRefusal, storable } from './policies.ts';
import type { RefusalRepository } from './repository.ts';

/** The refusals of a partner that a process keeps in a minute. More are counted. */
const MOST_PER_MINUTE = 1_000;

/** What waits in memory while the database is away. More are counted. */
const MOST_WAITING = 10_000;

/** The wait after the first refusal, in which others gather for the same transaction. */
const GATHERING_MS = 1_000;

/** Notes refusals in memory and stores them behind the requests. */
export function refusalRecording(deps: {
  readonly database: Pick<Database, 'transaction'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly repository: Pick<RefusalRepository, 'queueInsert' | 'queueCount'>;
}) {
  const { database, clock, logger, repository } = deps;
  let waiting: Refusal[] = [];
  let counts = new Map<string, RefusalCount>();
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();
  let minute = 0;
  /** By partner: what was kept in this minute. */
  const keptOf = new Map<string, number>();

  /**
   * Notes the answer to a report, if it is a refusal. Never waits and never fails. A process that is killed loses the notes
   * of its last second.
   */
  function note(report: RefusedReport): void {
    if (!isRefusal(report)) return;
    const now = clock();
    add({ hour: hourOf(now), partnerId: report.partnerId, code: report.error.code, refused: 1 });
    if (waiting.length < MOST_WAITING && mayKeep(report.partnerId, now))
      waiting.push(storable(report, newId(now), now));
    timer ??= setTimeout(store, GATHERING_MS).unref();
  }

  function add(count: RefusalCount): void {
    const key = compositeKey(count.hour.epochMilliseconds, count.partnerId, count.code);
    counts.set(key, { ...count, refused: count.refused + (counts.get(key)?.refused ?? 0) });
  }

  function mayKeep(partnerId: string, now: Temporal.Instant): boolean {
    const present = Math.floor(now.epochMilliseconds / 60_000);
    if (present !== minute) keptOf.clear();
    minute = present;
    const kept = keptOf.get(partnerId) ?? 0;
    if (kept >= MOST_PER_MINUTE) return false;
    keptOf.set(partnerId, kept + 1);
    return true;
  }

  function store(): void {
    clearTimeout(timer);
    timer = undefined;
    const [refusals, counted] = [waiting, [...counts.values()]];
    if (counted.length === 0) return;
    waiting = [];
    counts = new Map();
    storing = storing.then(async () => {
      try {
        await database.transaction(async (trx) => {
          repository.queueInsert(trx, refusals);
          repository.queueCount(trx, counted);
        });
      } catch (error) {
        logger.warn({ err: error, refusals: refusals.length }, 'refusals could not be stored');
        putBack(refusals, counted);
      }
    });
  }

  /** They are stored with the next ones. */
  function putBack(refusals: readonly Refusal[], counted: readonly RefusalCount[]): void {
    waiting = [...refusals, ...waiting].slice(0, MOST_WAITING);
    for (const count of counted) add(count);
  }

  /** Stores what is noted. For the shutdown. */
  function settle(): Promise<void> {
    store();
    return storing;
  }

  return { note, settle };
}

function hourOf(now: Temporal.Instant): Temporal.Instant {
  return now.round({ smallestUnit: 'hour', roundingMode: 'floor' });
}
