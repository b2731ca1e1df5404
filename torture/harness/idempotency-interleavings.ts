import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../src/core/clock.ts';
import type { Database, Trx } from '../../src/core/database/index.ts';
import { DomainError } from '../../src/core/errors.ts';
import { failure, type Outcome, success } from '../../src/core/outcome.ts';
import { fingerprints } from '../../src/core/secrets/fingerprint.ts';
import type {
  IdempotentRequest,
  IdempotentResponse,
  StoredRequest,
} from '../../src/modules/platform/idempotency/model.ts';
import { requestKey } from '../../src/modules/platform/idempotency/policies.ts';
import { idempotencyService } from '../../src/modules/platform/idempotency/service.ts';

/*
 * Repeats requests that are still in flight, under every order of events that fast-check's scheduler chooses. Memory
 * replaces PostgreSQL: locks are queues, and COMMIT makes rows visible.
 */

const CALLER = '01936f2e-8c1b-7c3a-9d55-000000000001';
const KEYS = [{ id: 'test', key: Buffer.alloc(32, 'test') }];

class Crash extends Error {}

const sequences = fc.array(
  fc.record({
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 }),
    content: fc.constantFrom(1, 1, 1, 2),
    fate: fc.constantFrom('done', 'done', 'done', 'refused', 'crash'),
  }),
  { minLength: 2, maxLength: 6 },
);

/** Each key must take effect at most once, and a repeat with the same content must get the first response. */
export const repeatsGetTheFirstAnswer = fc.asyncProperty(
  fc.scheduler(),
  sequences,
  async (scheduler, requests) => {
    const step = (name: string) => scheduler.schedule(Promise.resolve(), name);
    const memory = memoryDatabase(step);
    const service = idempotencyService({
      database: {} as Database,
      clock: systemClock,
      repository: memory.repository,
      fingerprints: fingerprints(KEYS),
    });
    const answered: { request: IdempotentRequest; outcome: Outcome<IdempotentResponse<string>> }[] = [];

    async function send(number: number): Promise<void> {
      const { keys, content, fate } = requests[number] as (typeof requests)[number];
      const items = keys.map(
        (key): IdempotentRequest => ({ callerId: CALLER, key, operation: 'test', content }),
      );
      await step('a request comes');
      const outcomes = await memory.transaction((trx) =>
        service.onceEach<IdempotentRequest, string>(
          trx,
          items,
          (item) => item,
          async (fresh) => {
            await step('the work is done');
            if (fate === 'crash') throw new Crash();
            if (fate === 'refused')
              return fresh.map(() => failure(new DomainError('conflict', 'REFUSED', 'No.', { number })));
            memory.takeEffect(trx, fresh);
            return fresh.map(() => success(`answer ${number}`));
          },
        ),
      );
      for (const [index, outcome] of outcomes.entries())
        answered.push({ request: items[index] as IdempotentRequest, outcome });
    }

    const sent = requests.map((_, number) =>
      send(number).catch((error: unknown) => assert.ok(error instanceof Crash, String(error))),
    );
    await scheduler.waitFor(Promise.all(sent));

    for (const [name, effects] of memory.effects)
      assert.equal(effects, 1, `${name} took effect ${effects} times`);
    for (const { request, outcome } of answered) {
      const first = memory.rows.get(requestKey(request));
      assert.ok(first, 'an answered request was not remembered');
      const own = answered.filter((other) => other.request.key === request.key);
      const words = own
        .filter((other) => other.request.content === request.content)
        .map((other) => inWords(other.outcome));
      assert.equal(new Set(words).size, 1, `${request.key} got ${words.join(' and ')}`);
      assert.ok(!inWords(outcome).includes('in_progress'));
    }
  },
);

function inWords(outcome: Outcome<IdempotentResponse<string>>): string {
  if (outcome.ok) return outcome.value.answer;
  const { code, details } = outcome.error as DomainError;
  return `${code} ${JSON.stringify(details)}`;
}

/** A transaction of `memoryDatabase`. */
type Session = {
  /** Resolves when the transaction has its locks. */
  locking: Promise<void>;
  readonly rows: StoredRequest[];
  readonly effects: string[];
};

function memoryDatabase(step: (name: string) => Promise<unknown>) {
  const rows = new Map<string, StoredRequest>();
  const effects = new Map<string, number>();
  /** The end of the queue of each lock. */
  const queues = new Map<string, Promise<void>>();
  const releases = new Map<Session, (() => void)[]>();
  const sessionOf = (trx: Trx) => trx as unknown as Session;

  async function lock(session: Session, name: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = queues.get(name);
    queues.set(
      name,
      (before ?? Promise.resolve()).then(() => promise),
    );
    releases.get(session)?.push(resolve);
    await before;
  }

  async function transaction<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    const session: Session = { locking: Promise.resolve(), rows: [], effects: [] };
    releases.set(session, []);
    try {
      const result = await work(session as unknown as Trx);
      await step('COMMIT is done');
      for (const row of session.rows) {
        assert.ok(!rows.has(requestKey(row)), `${row.key} is stored twice`);
        rows.set(requestKey(row), row);
      }
      for (const name of session.effects) effects.set(name, (effects.get(name) ?? 0) + 1);
      return result;
    } finally {
      await session.locking;
      for (const release of releases.get(session) ?? []) release();
    }
  }

  return {
    rows,
    effects,
    transaction,
    takeEffect(trx: Trx, requests: readonly IdempotentRequest[]): void {
      sessionOf(trx).effects.push(...requests.map(requestKey));
    },
    repository: {
      queueLock(trx: Trx, names: readonly string[]): void {
        const session = sessionOf(trx);
        session.locking = names
          .toSorted()
          .reduce((locked, name) => locked.then(() => lock(session, name)), session.locking);
      },
      async find(trx: Trx, keys: readonly { readonly callerId: string; readonly key: string }[]) {
        await sessionOf(trx).locking;
        await step('keys are read');
        return keys.flatMap((key) => rows.get(requestKey(key)) ?? []);
      },
      queueInsert(trx: Trx, requests: readonly StoredRequest[]): void {
        sessionOf(trx).rows.push(...requests);
      },
      deleteOlder: async () => 0,
      queueSavepoint: () => undefined,
      queueReleaseSavepoint: () => undefined,
      queueRollBackToSavepoint: () => undefined,
      queueDeleteOf: () => undefined,
    },
  };
}
