import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { failure, type Outcome, success } from '../../../core/outcome.ts';
import type { fingerprints } from '../../../core/secrets/fingerprint.ts';
import { idempotencyKeyReused } from './errors.ts';
import type { Answered, IdempotentRequest, Json, StoredRequest } from './model.ts';
import { canonicalText, isAnswer, nameOf, repeat, repeatOutcome, toStored } from './policies.ts';
import type { IdempotencyRepository } from './repository.ts';

export type IdempotencyService = ReturnType<typeof idempotencyService>;

/** A key is remembered for at least this long. */
const KEPT_FOR = { hours: 24 };

export function idempotencyService(deps: {
  database: Database;
  clock: Clock;
  repository: IdempotencyRepository;
  fingerprints: ReturnType<typeof fingerprints>;
}) {
  const { database, clock, repository } = deps;
  const { fingerprint, matches } = deps.fingerprints;

  /**
   * Does the work of a request once, however often the request comes: a repeat is answered as the first one was, be
   * that a refusal. Without a request it just works. The key is written in the caller's transaction, so that key,
   * answer and effect are there together or not at all; the caller throws a refusal after COMMIT only.
   *
   * The work runs under a savepoint: a refusal leaves nothing of it behind. An error that is no answer to the request
   * is thrown, and with the transaction the key goes too.
   */
  async function once<Answer extends Json>(
    trx: Trx,
    request: IdempotentRequest | undefined,
    work: () => Promise<Answer>,
  ): Promise<Outcome<Answered<Answer>>> {
    const [outcome] = await onceEach(
      trx,
      [request],
      (only) => only,
      async () => [await attempt(trx, work)],
    );
    if (outcome === undefined) throw new Error('a request was not answered');
    return outcome;
  }

  async function attempt<Answer>(trx: Trx, work: () => Promise<Answer>): Promise<Outcome<Answer>> {
    repository.queueSavepoint(trx);
    try {
      const answer = await work();
      repository.queueReleaseSavepoint(trx);
      return success(answer);
    } catch (error) {
      if (!isAnswer(error)) throw error;
      repository.queueRollBackToSavepoint(trx);
      return failure(error);
    }
  }

  /**
   * The same for a list: `work` gets the items that are new, in order, answers for each, and leaves nothing behind of
   * those that it refuses. Two items of one key are one request that came twice.
   * Locks the keys before anything else is locked. A repeat whose first is still under way, in another transaction,
   * waits for its end and gets its answer. A key that came with another content is refused with IDEMPOTENCY_KEY_REUSED.
   */
  async function onceEach<Item, Answer extends Json>(
    trx: Trx,
    items: readonly Item[],
    requestOf: (item: Item) => IdempotentRequest | undefined,
    work: (items: readonly Item[]) => Promise<readonly Outcome<Answer>[]>,
  ): Promise<readonly Outcome<Answered<Answer>>[]> {
    const requests = items.map(requestOf);
    const firsts = await lockKnown<Answer>(trx, requests.filter(isKeyed));
    const taken = new Set(firsts.keys());
    const isNew = requests.map((request) => {
      if (request === undefined) return true;
      const name = nameOf(request);
      if (taken.has(name)) return false;
      taken.add(name);
      return true;
    });

    const fresh = items.filter((_, index) => isNew[index]);
    const worked = (fresh.length === 0 ? [] : await work(fresh)).values();
    const outcomes = requests.map((_, index) => (isNew[index] ? worked.next().value : undefined));
    const remembered = requests.flatMap((request, index) => toStoredRequest(request, outcomes[index]));
    repository.queueInsert(trx, remembered, clock().toString());

    return requests.map((request, index) => {
      const outcome = outcomes[index];
      if (request === undefined) return asFirst(answered(outcome));
      const name = nameOf(request);
      if (outcome === undefined) return repeatOf(request, answered(firsts.get(name)));
      const isSame = (other: IdempotentRequest) => canonicalText(other) === canonicalText(request);
      firsts.set(name, { isSame, outcome: repeatOutcome(outcome) });
      return asFirst(outcome);
    });
  }

  /** The earlier requests, by name. Sees what a transaction committed before it released its lock. */
  async function lockKnown<Answer extends Json>(
    trx: Trx,
    requests: readonly IdempotentRequest[],
  ): Promise<Map<string, First<Answer>>> {
    if (requests.length === 0) return new Map();
    repository.queueLock(trx, [...new Set(requests.map(nameOf))]);
    const stored = await repository.find(trx, requests);
    return new Map(
      stored.map((request) => [
        nameOf(request),
        {
          isSame: (other) => matches(request.fingerprint, canonicalText(other)),
          outcome: repeat<Answer>(request.outcome),
        },
      ]),
    );
  }

  function toStoredRequest<Answer extends Json>(
    request: IdempotentRequest | undefined,
    outcome: Outcome<Answer> | undefined,
  ): StoredRequest[] {
    const kept = outcome && toStored(outcome);
    if (request === undefined || kept === undefined) return [];
    const { callerId, key } = request;
    return [{ callerId, key, fingerprint: fingerprint(canonicalText(request)), outcome: kept }];
  }

  function repeatOf<Answer extends Json>(
    request: IdempotentRequest,
    first: First<Answer>,
  ): Outcome<Answered<Answer>> {
    if (first.isSame(request)) return first.outcome;
    return failure(idempotencyKeyReused({ reason: 'different_request' }));
  }

  /** Deletes up to `limit` expired keys and returns their number. */
  async function purgeExpired(limit: number): Promise<number> {
    return database.transaction((trx) => repository.deleteOlder(trx, clock().subtract(KEPT_FOR), limit));
  }

  return { once, onceEach, purgeExpired };
}

function isKeyed(request: IdempotentRequest | undefined): request is IdempotentRequest {
  return request !== undefined;
}

/** The first request of a key, and what a repeat of it is answered with. */
type First<Answer> = {
  readonly isSame: (request: IdempotentRequest) => boolean;
  readonly outcome: Outcome<Answered<Answer>>;
};

function asFirst<Answer>(outcome: Outcome<Answer>): Outcome<Answered<Answer>> {
  return outcome.ok ? success({ answer: outcome.value, replayed: false }) : outcome;
}

function answered<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('an item of the list was not answered');
  return value;
}
