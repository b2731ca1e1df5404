import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneOf } from '../random.ts';
import type { Answer, Operation } from './acknowledgements.ts';
import { type Clerk, type Purchase, perform, performBatch, rewardOf } from './operations.ts';
import { rewardPercent } from './programme.ts';
import { until } from './until.ts';

const RETRY_AFTER_MS = 30;
const GIVES_UP_AFTER_MS = 30_000;
/** The longer limit for attempts without a response, such as when the process was killed. */
const GIVES_UP_WITHOUT_RESPONSE_AFTER_MS = 300_000;
const MOST_PENDING = 50;

export type Writers = {
  /** Stops after each writer has a definite response for its current operation. */
  readonly stop: () => Promise<void>;
  /** Resolves when no request is in flight. Useful only while `target` returns undefined. */
  readonly settled: () => Promise<void>;
  readonly counts: () => Readonly<WriterCounts>;
  /** The time (`performance.now()`) of the last acknowledgement. */
  readonly lastSuccess: () => number;
  /** The time of the last attempt without an acknowledgement. */
  readonly lastFailure: () => number;
  /** Unexpected refusals, and operations without a definite response. */
  readonly violations: () => readonly string[];
};

type WriterCounts = {
  /** Operations with a known result. */
  acknowledged: number;
  /** Attempts with an unknown outcome. */
  unknown: number;
  /** The attempts without a key among `unknown`. They are not repeated. */
  keylessUnknown: number;
  /** Attempts without an effect. */
  refused: number;
  /** Attempts whose connection ended without a response, or could not be opened. */
  unanswered: number;
  /** Attempts with a response of status 500. */
  internalErrors: number;
  /** The longest time to a response, in milliseconds. */
  slowest_ms: number;
};

export type WriterOptions = {
  readonly random: () => number;
  readonly count?: number;
  /** The URL of the process for the next attempt. Undefined if no process is available now. */
  readonly target: () => string | undefined;
  /** The pause between two operations of one writer. */
  readonly pause_ms?: number;
  /** The share of operations that are payouts without a key. They are sent only once. */
  readonly keyless?: number;
};

/**
 * Starts clients that write continuously for the same shoppers: single purchases, batches, confirmations, reversals and
 * payouts with keys. Each client repeats an operation with the same external id or key until the result is known.
 */
export function startWriters(clerk: Clerk, options: WriterOptions): Writers {
  const { random, count = 16, target, pause_ms = 0, keyless = 0 } = options;
  const counts = {
    acknowledged: 0,
    unknown: 0,
    keylessUnknown: 0,
    refused: 0,
    unanswered: 0,
    internalErrors: 0,
    slowest_ms: 0,
  };
  const violations: string[] = [];
  let lastSuccess = 0;
  let lastFailure = 0;
  let stopping = false;
  let purchases = 0;
  let underWay = 0;

  async function work(): Promise<void> {
    const own = { pending: [] as string[], confirmed: [] as string[] };
    while (!stopping) {
      await workOnce(own);
      await sleep(pause_ms * (0.5 + random()));
    }
  }

  async function workOnce({ pending, confirmed }: { pending: string[]; confirmed: string[] }): Promise<void> {
    if (random() < keyless) {
      await attemptOnce({ ...newPayout(), kind: 'keyless payout', name: randomUUID() });
      return;
    }
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

  async function attemptOnce(operation: Operation): Promise<void> {
    const url = target();
    if (url === undefined) return;
    const [answer] = (await attempt(url, [operation])).answers;
    settle(operation, answer, new Map());
    if (answer?.kind === 'unknown') counts.keylessUnknown += 1;
  }

  /** Returns true when the operation is known to be done. */
  async function finish(operation: Operation): Promise<boolean> {
    const [id] = await untilKnown([operation]);
    return id !== undefined;
  }

  /** Returns the ids of the recorded purchases. */
  async function buy(operations: readonly Purchase[]): Promise<string[]> {
    return (await untilKnown(operations)).filter((id) => id !== undefined);
  }

  async function attempt(url: string, operations: readonly Operation[]) {
    underWay += 1;
    const [first] = operations;
    const isBatch = operations.length > 1;
    const { answers, reply } = isBatch
      ? await performBatch(clerk, url, operations.filter(isPurchase))
      : await perform(clerk, url, first as Operation).then(({ answer, reply }) => ({
          answers: [answer],
          reply,
        }));
    underWay -= 1;
    if (reply.status === 500) counts.internalErrors += 1;
    if (reply.status === 0) counts.unanswered += 1;
    counts.slowest_ms = Math.max(counts.slowest_ms, reply.ms);
    return { answers, hasResponse: reply.status !== 0 };
  }

  /** Repeats open operations. Returns the id of each success, and undefined for a final refusal. */
  async function untilKnown(operations: readonly Operation[]): Promise<(string | undefined)[]> {
    const ids = new Map<Operation, string>();
    let open = operations;
    /** While no process runs, a request without a response is not a fault. */
    const tried_ms = { withResponse: 0, withoutResponse: 0 };
    while (open.length > 0) {
      const url = target();
      if (url !== undefined) {
        const since = performance.now();
        const { answers, hasResponse } = await attempt(url, open);
        open = open.filter((operation, index) => !settle(operation, answers[index], ids));
        if (open.length === 0) break;
        tried_ms[hasResponse ? 'withResponse' : 'withoutResponse'] +=
          performance.now() - since + RETRY_AFTER_MS;
      }
      if (
        tried_ms.withResponse > GIVES_UP_AFTER_MS ||
        tried_ms.withoutResponse > GIVES_UP_WITHOUT_RESPONSE_AFTER_MS
      ) {
        violations.push(`no client could find out in time what became of ${JSON.stringify(open[0])}`);
        break;
      }
      await sleep(RETRY_AFTER_MS * (0.5 + random()));
    }
    return operations.map((operation) => ids.get(operation));
  }

  /** Returns true if the result is known. */
  function settle(operation: Operation, answer: Answer | undefined, ids: Map<Operation, string>): boolean {
    if (answer?.kind === 'done') {
      counts.acknowledged += 1;
      lastSuccess = performance.now();
      ids.set(operation, answer.id);
      return true;
    }
    lastFailure = performance.now();
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
    settled: async () => {
      await until(() => underWay === 0, { patience_ms: GIVES_UP_AFTER_MS });
    },
    counts: () => counts,
    lastSuccess: () => lastSuccess,
    lastFailure: () => lastFailure,
    violations: () => violations,
  };
}

function isPurchase(operation: Operation): operation is Purchase {
  return operation.kind === 'purchase';
}
