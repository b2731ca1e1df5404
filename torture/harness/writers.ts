import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneOf } from '../random.ts';
import type { Answer, Operation } from './acknowledgements.ts';
import { type Clerk, type Purchase, perform, performBatch, rewardOf } from './operations.ts';
import { rewardPercent } from './programme.ts';

const RETRY_AFTER_MS = 30;
const GIVES_UP_AFTER_MS = 60_000;
const MOST_PENDING = 50;

export type Writers = {
  /** Each writer finishes what it is at, to the answer that says what became of it. */
  readonly stop: () => Promise<void>;
  readonly counts: () => Readonly<WriterCounts>;
  /** By performance.now(): when a write was last acknowledged. */
  readonly lastSuccess: () => number;
  /** What no client can work with: refusals that were not expected, and operations that were never answered. */
  readonly violations: () => readonly string[];
};

type WriterCounts = {
  /** Operations that a client knows the result of. */
  acknowledged: number;
  /** Attempts whose outcome the client did not learn. */
  unknown: number;
  /** Attempts that did nothing. */
  refused: number;
  /** Attempts that were answered with status 500. */
  internalErrors: number;
  /** The longest time that one attempt waited for its answer, in milliseconds. */
  slowest_ms: number;
};

export type WriterOptions = {
  readonly random: () => number;
  readonly count?: number;
  /** Where the next attempt goes; undefined: nowhere, for the moment. */
  readonly target: () => string | undefined;
  /** Between two operations of one writer. */
  readonly pause_ms?: number;
};

/**
 * Clients that write all the time: purchases, single and in batches, confirmations, reversals and payouts with keys, for
 * the same shoppers. Each repeats an operation, with the same external id or key, until it knows what became of it.
 */
export function startWriters(clerk: Clerk, options: WriterOptions): Writers {
  const { random, count = 16, target, pause_ms = 0 } = options;
  const counts = { acknowledged: 0, unknown: 0, refused: 0, internalErrors: 0, slowest_ms: 0 };
  const violations: string[] = [];
  let lastSuccess = 0;
  let stopping = false;
  let purchases = 0;

  async function work(): Promise<void> {
    const own = { pending: [] as string[], confirmed: [] as string[] };
    while (!stopping) {
      await workOnce(own);
      await sleep(pause_ms * (0.5 + random()));
    }
  }

  async function workOnce({ pending, confirmed }: { pending: string[]; confirmed: string[] }): Promise<void> {
    const kind = random();
    const settles = kind > 0.5 && pending.length > 0;
    if (kind > 0.8) await finish({ ...newPayout(), kind: 'payout', key: randomUUID() });
    else if (settles && kind < 0.7) {
      const purchaseId = pending.shift() ?? '';
      if (await finish({ kind: 'confirm', purchaseId })) confirmed.push(purchaseId);
    } else if (settles) {
      const purchaseId = (random() < 0.5 ? confirmed.shift() : undefined) ?? pending.shift() ?? '';
      await finish({ kind: 'reverse', purchaseId });
    } else {
      const size = kind < 0.25 ? 2 + Math.floor(random() * 7) : 1;
      const recorded = await buy(Array.from({ length: size }, newPurchase));
      pending.push(...recorded);
      if (pending.length > MOST_PENDING) pending.splice(0, pending.length - MOST_PENDING);
    }
  }

  function newPurchase(): Purchase {
    purchases += 1;
    const { users, merchants } = clerk.programme;
    const merchant = Math.floor(random() * merchants.length);
    const cents = 100 + Math.floor(random() * 20_000);
    return {
      kind: 'purchase',
      externalId: `order-${purchases}-${randomUUID()}`,
      userId: oneOf(random, users),
      merchantId: merchants[merchant] ?? '',
      cents,
      rewardCents: rewardOf(cents, rewardPercent(merchant + 1)),
    };
  }

  function newPayout() {
    return { userId: oneOf(random, clerk.programme.users), cents: 1_000 + Math.floor(random() * 500) };
  }

  /** True once it is known to be done. */
  function finish(operation: Operation): Promise<boolean> {
    return untilKnown([operation], async (url) => {
      const { answer, reply } = await perform(clerk, url, operation);
      count500(reply.status);
      counts.slowest_ms = Math.max(counts.slowest_ms, reply.ms);
      return [answer];
    }).then(([id]) => id !== undefined);
  }

  /** The ids of those that were recorded. */
  async function buy(operations: readonly Purchase[]): Promise<string[]> {
    const ids = await untilKnown(operations, async (url, open) => {
      if (open.length === 1) {
        const { answer, reply } = await perform(clerk, url, open[0] as Purchase);
        count500(reply.status);
        counts.slowest_ms = Math.max(counts.slowest_ms, reply.ms);
        return [answer];
      }
      const { answers, reply } = await performBatch(clerk, url, open as Purchase[]);
      count500(reply.status);
      counts.slowest_ms = Math.max(counts.slowest_ms, reply.ms);
      return answers;
    });
    return ids.filter((id) => id !== undefined);
  }

  function count500(status: number): void {
    if (status === 500) counts.internalErrors += 1;
  }

  /** Sends what is open again and again. The id of each that is done; undefined for one that was refused for good. */
  async function untilKnown(
    operations: readonly Operation[],
    attempt: (url: string, open: readonly Operation[]) => Promise<readonly Answer[]>,
  ): Promise<(string | undefined)[]> {
    const ids = new Map<Operation, string>();
    let open = operations;
    const deadline = performance.now() + GIVES_UP_AFTER_MS;
    while (open.length > 0) {
      const url = target();
      if (url !== undefined) {
        const answers = await attempt(url, open);
        open = open.filter((operation, index) => !settle(operation, answers[index], ids));
        if (open.length === 0) break;
      }
      if (performance.now() > deadline) {
        violations.push(`no client could find out in a minute what became of ${JSON.stringify(open[0])}`);
        break;
      }
      await sleep(RETRY_AFTER_MS * (0.5 + random()));
    }
    return operations.map((operation) => ids.get(operation));
  }

  /** True if there is nothing more to find out. */
  function settle(operation: Operation, answer: Answer | undefined, ids: Map<Operation, string>): boolean {
    if (answer?.kind === 'done') {
      counts.acknowledged += 1;
      lastSuccess = performance.now();
      ids.set(operation, answer.id);
      return true;
    }
    if (answer?.kind !== 'refused') {
      counts.unknown += 1;
      return false;
    }
    counts.refused += 1;
    if (!answer.isFinal) return false;
    violations.push(`${JSON.stringify(operation)} was refused with ${answer.code}`);
    return true;
  }

  const working = Array.from({ length: count }, work);
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(working);
    },
    counts: () => counts,
    lastSuccess: () => lastSuccess,
    violations: () => violations,
  };
}
