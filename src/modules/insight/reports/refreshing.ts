import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Loop } from '../../../core/loops.ts';
import type { RollupRepository } from './rollup-repository.ts';
import type { StatesRepository } from './states-repository.ts';

/** Records of the audit log that are counted in one transaction: a fraction of a second. */
const LIMIT = 10_000;

const INTERVAL_MS = 15_000;

/** After one process has brought the reports up to date, others leave them alone for this long. */
const REST_SECONDS = 10;

/** Refusals are counted for 30 days. */
const PARTNERS_KEPT = { hours: 24 * 31 };

/** Overdue purchases are read again after ten times the time that it took. */
const OVERDUE_PAUSE = 10;

/** Brings the reports up to date: counts what the feed has more, then reads what wallets, payouts and purchases are. */
export function reportRefreshing(deps: {
  readonly database: Pick<Database, 'transaction' | 'snapshot'>;
  readonly clock: Clock;
  readonly rollup: RollupRepository;
  readonly states: StatesRepository;
  /** The least payout in each currency, as a decimal. */
  readonly minimums: ReadonlyMap<string, string>;
  readonly defaultConfirmationDays: number;
  readonly autoConfirmFlag: string;
}) {
  const { database, clock, rollup, states, minimums } = deps;
  const overdueOf = { defaultDays: deps.defaultConfirmationDays, flag: deps.autoConfirmFlag };
  let overdueFrom_ms = 0;

  /**
   * Counts a batch of records. Returns their number, or undefined while another process does it or has just done it. A batch
   * that is not full reaches the end: then this process brings the rest up to date.
   */
  function count(limit: number, restSeconds: number): Promise<number | undefined> {
    return database.transaction(
      async (trx) => {
        const place = await rollup.lockPlace(trx, restSeconds);
        if (place === undefined) return undefined;
        const partnersSince = clock().subtract(PARTNERS_KEPT);
        const records = await rollup.countNext(trx, place, { limit, partnersSince });
        if (records < limit) {
          await rollup.takeOn(trx);
          await rollup.forgetPartners(trx, partnersSince);
        }
        return records;
      },
      { usesIndexPlans: true },
    );
  }

  async function readStates(): Promise<void> {
    const now = clock();
    const readsOverdue = performance.now() >= overdueFrom_ms;
    const {
      states: read,
      uncountedSince,
      overdue,
    } = await database.snapshot(async (snapshot) => ({
      ...(await states.readStates(snapshot, minimums)),
      overdue: readsOverdue ? await readOverdue(now, snapshot) : undefined,
    }));
    const isBehind = uncountedSince !== null && Temporal.Instant.compare(uncountedSince, now) < 0;
    await database.transaction(async (trx) => {
      await states.storeStates(trx, read);
      if (overdue !== undefined) await states.storeOverdue(trx, overdue);
      await states.storeAsOf(trx, isBehind ? uncountedSince : now);
    });
  }

  async function readOverdue(
    now: Temporal.Instant,
    snapshot: Parameters<StatesRepository['readOverdue']>[0],
  ) {
    const started_ms = performance.now();
    const overdue = await states.readOverdue(snapshot, { now, ...overdueOf });
    const ended_ms = performance.now();
    overdueFrom_ms = ended_ms + OVERDUE_PAUSE * (ended_ms - started_ms) - INTERVAL_MS;
    return overdue;
  }

  /** Counts a batch, and reads the rest behind the last one. Returns the size of a full batch, otherwise 0. */
  async function run(
    signal: AbortSignal,
    { limit = LIMIT, restSeconds = REST_SECONDS } = {},
  ): Promise<number> {
    const started_ms = performance.now();
    const records = await count(limit, restSeconds);
    if (records === undefined) return 0;
    if (records === limit) {
      // The past of a large database is counted at half speed.
      await sleep(performance.now() - started_ms, undefined, { signal }).catch(() => undefined);
      return records;
    }
    await readStates();
    return 0;
  }

  /** Brings the reports up to date now. */
  async function refresh({ limit = LIMIT } = {}): Promise<void> {
    const { signal } = new AbortController();
    while ((await run(signal, { limit, restSeconds: 0 })) > 0);
  }

  const loop: Loop = { name: 'refresh-reports', interval_ms: INTERVAL_MS, run: (signal) => run(signal) };

  return { loop, refresh };
}
