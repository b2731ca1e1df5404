import pg from 'pg';
import { pino } from 'pino';
import type { OpenCache } from '../../src/core/cache.ts';
import type { ChangedKeys } from '../../src/core/database/changes.ts';
import { markRolledBack } from '../../src/core/database/errors.ts';
import type { Database } from '../../src/core/database/index.ts';
import { SessionTransaction } from '../../src/core/database/transaction.ts';
import { DomainError } from '../../src/core/errors.ts';
import type { LimitRate } from '../../src/core/http/rate-limit.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';
import { failure, success } from '../../src/core/outcome.ts';
import type { Kernel } from '../../src/kernel.ts';
import type { Event } from '../../src/modules/platform/events/index.ts';
import type { IdempotencyClient } from '../../src/modules/platform/idempotency/index.ts';
import { testClock } from './clock.ts';

/*
 * What unit tests hand to a service instead of a database and other modules.
 */

/** A stand-in that has the given members. A call of any other fails with its name. */
export function fake<T extends object>(given: Partial<T> = {}): T {
  const members: T = Object.assign(Object.create(null), given);
  return new Proxy(members, {
    get: (target, name) =>
      Reflect.has(target, name) ? Reflect.get(target, name) : () => neverExpected(String(name)),
  });
}

function neverExpected(name: string): never {
  throw new Error(`${name} was called, and this test does not expect it`);
}

/** What a repository throws when its statement violates the constraint of this name. */
export function constraintViolation(constraint: string): Error {
  return Object.assign(new pg.DatabaseError(`violates ${constraint}`, 0, 'error'), { constraint });
}

/** A transaction that can be handed on. A repository that is not replaced fails in it. */
export function fakeTransaction(): SessionTransaction {
  return new SessionTransaction({
    write: () => neverExpected('SQL'),
    connection: { executeQuery: () => neverExpected('SQL'), streamQuery: () => neverExpected('SQL') },
  });
}

/**
 * Everything that a module gets, without a database. `events` has what committed transactions recorded, `logged` each
 * line of the log, `forgotten` what caches were told to forget; `transactions` counts the attempts. Work that loses a
 * race is retried once.
 */
export function fakeKernel() {
  const events: Event[] = [];
  const logged: Record<string, unknown>[] = [];
  const forgotten: ChangedKeys[] = [];
  const clock = testClock();
  let recorded: Event[] = [];
  let transactions = 0;

  const transaction: Database['transaction'] = async (work, { isLostRace = () => false } = {}) => {
    try {
      return await attempt(work);
    } catch (error) {
      markRolledBack(error);
      if (!isLostRace(error)) throw error;
      return attempt(work);
    }
  };

  async function attempt<T>(work: (trx: SessionTransaction) => Promise<T>): Promise<T> {
    transactions += 1;
    recorded = [];
    const result = await work(fakeTransaction());
    events.push(...recorded);
    return result;
  }

  /** Loads each time. */
  const openCache: OpenCache = ({ load }) => ({
    find: load,
    forgetAfter: (keys, change) => {
      forgotten.push(keys);
      return change();
    },
  });

  const kernel = {
    database: fake<Database>({ transaction, db: fakeTransaction() }),
    clock,
    logger: pino(
      { base: null, timestamp: false },
      { write: (line: string) => void logged.push(JSON.parse(line)) },
    ),
    metrics: createMetrics(),
    events: { record: (_trx, list) => void recorded.push(...list) },
    openCache,
    limitRate: () => async () => undefined,
  } satisfies Kernel;
  return { kernel, clock, events, logged, forgotten, transactions: () => transactions };
}

/** Limits that refuse nothing. `counted` has name, limit per minute and key of each request that they count. */
export function fakeLimits() {
  const counted: [name: string, perMinute: number, key: string | undefined][] = [];
  const limitRate: LimitRate =
    ({ name, perMinute, keyOf }) =>
    async (request) =>
      void counted.push([name, perMinute, keyOf(request)]);
  return { limitRate, counted };
}

/** For a replaced service: `called` lists the arguments of a call and returns its result; `refuse` lets the next throw. */
export function fakeCalls() {
  const calls: unknown[][] = [];
  let refusal: Error | undefined;

  async function called<T>(result: T, ...call: unknown[]): Promise<T> {
    calls.push(call);
    const error = refusal;
    refusal = undefined;
    if (error !== undefined) throw error;
    return result;
  }

  function refuse(error: Error): void {
    refusal = error;
  }

  return { calls, called, refuse };
}

/** Idempotency keys without a memory: each request is new. */
export const everyRequestIsNew: IdempotencyClient = {
  once: async (_trx, _request, work) => {
    try {
      return success({ answer: await work(), replayed: false });
    } catch (error) {
      if (error instanceof DomainError) return failure(error);
      throw error;
    }
  },
  onceEach: async (_trx, items, _requestOf, work) =>
    (await work(items)).map((outcome) =>
      outcome.ok ? success({ answer: outcome.value, replayed: false }) : outcome,
    ),
};
