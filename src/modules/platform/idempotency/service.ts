import type { Clock } from '../../../core/clock.ts';
import { type Database, isLockNotAvailable, type Trx } from '../../../core/database/index.ts';
import { failure, type Outcome, success } from '../../../core/outcome.ts';
import type { fingerprints } from '../../../core/secrets/fingerprint.ts';
import { idempotencyInProgress, idempotencyKeyReused } from './errors.ts';
import type { IdempotentRequest, IdempotentResponse, Json, StoredRequest } from './model.ts';
import { canonicalText, isStoredRefusal, repeat, repeatOutcome, requestKey, toStored } from './policies.ts';
import type { IdempotencyRepository } from './repository.ts';

export type IdempotencyService = ReturnType<typeof idempotencyService>;

/** The minimum lifetime of a stored key. */
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
   * Does the work of a request once. A repeat gets the stored outcome of the first request, also if that is a refusal.
   * Without a request (no key was sent) the work simply runs. Key, outcome and effect are written in the caller's
   * transaction. The caller must therefore throw a refusal only after COMMIT.
   *
   * The work runs under a savepoint, which a refusal rolls back. Any error that is not stored as a response is thrown:
   * the transaction rolls back and the key stays free.
   */
  async function once<Body extends Json>(
    trx: Trx,
    request: IdempotentRequest | undefined,
    work: () => Promise<Body>,
  ): Promise<Outcome<IdempotentResponse<Body>>> {
    const [outcome] = await onceEach(
      trx,
      [request],
      (only) => only,
      async () => [await attempt(trx, work)],
    );
    if (outcome === undefined) throw new Error('a request has no outcome');
    return outcome;
  }

  async function attempt<Body>(trx: Trx, work: () => Promise<Body>): Promise<Outcome<Body>> {
    repository.queueSavepoint(trx);
    try {
      const answer = await work();
      repository.queueReleaseSavepoint(trx);
      return success(answer);
    } catch (error) {
      if (!isStoredRefusal(error)) throw error;
      repository.queueRollBackToSavepoint(trx);
      return failure(error);
    }
  }

  /**
   * Does the work of a list of requests, each once. `work` gets the new items in order and must return one outcome for
   * each. It must leave no effect of an item that it refuses. Two items with the same key are one request, sent twice.
   *
   * Locks the keys first, before any other lock. If the first request is still running in another transaction, its
   * repeat waits for it and gets its outcome. A key with different content is refused with IDEMPOTENCY_KEY_REUSED.
   * @throws IDEMPOTENCY_IN_PROGRESS if the first request runs longer than a lock is waited for; nothing is done then.
   */
  async function onceEach<Item, Body extends Json>(
    trx: Trx,
    items: readonly Item[],
    requestOf: (item: Item) => IdempotentRequest | undefined,
    work: (items: readonly Item[]) => Promise<readonly Outcome<Body>[]>,
  ): Promise<readonly Outcome<IdempotentResponse<Body>>[]> {
    const requests = items.map(requestOf);
    const firsts = await lockKnown<Body>(trx, requests.filter(isKeyed));
    const taken = new Set(firsts.keys());
    const isNew = requests.map((request) => {
      if (request === undefined) return true;
      const key = requestKey(request);
      if (taken.has(key)) return false;
      taken.add(key);
      return true;
    });

    const fresh = items.filter((_, index) => isNew[index]);
    const worked = (fresh.length === 0 ? [] : await work(fresh)).values();
    const outcomes = requests.map((_, index) => (isNew[index] ? worked.next().value : undefined));
    const remembered = requests.flatMap((request, index) => toStoredRequest(request, outcomes[index]));
    repository.queueInsert(trx, remembered, clock().toString());

    return requests.map((request, index) => {
      const outcome = outcomes[index];
      if (request === undefined) return asFirst(required(outcome));
      const key = requestKey(request);
      if (outcome === undefined) return repeatOf(request, required(firsts.get(key)));
      const isSame = (other: IdempotentRequest) => canonicalText(other) === canonicalText(request);
      firsts.set(key, { isSame, outcome: repeatOutcome(outcome) });
      return asFirst(outcome);
    });
  }

  /** Locks the keys and returns their earlier requests, by `requestKey`. Reads after the lock, so none is missed. */
  async function lockKnown<Body extends Json>(
    trx: Trx,
    requests: readonly IdempotentRequest[],
  ): Promise<Map<string, First<Body>>> {
    if (requests.length === 0) return new Map();
    repository.queueLock(trx, [...new Set(requests.map(requestKey))]);
    const stored = await findOfLocked(trx, requests);
    return new Map(
      stored.map((request) => [
        requestKey(request),
        {
          isSame: (other) => matches(request.fingerprint, canonicalText(other)),
          outcome: repeat<Body>(request.outcome),
        },
      ]),
    );
  }

  /** The query itself takes no lock: a lock that is not available is that of a key. */
  async function findOfLocked(trx: Trx, requests: readonly IdempotentRequest[]) {
    try {
      return await repository.find(trx, requests);
    } catch (error) {
      if (isLockNotAvailable(error)) throw idempotencyInProgress({ retry_after_seconds: 1 });
      throw error;
    }
  }

  function toStoredRequest<Body extends Json>(
    request: IdempotentRequest | undefined,
    outcome: Outcome<Body> | undefined,
  ): StoredRequest[] {
    const kept = outcome && toStored(outcome);
    if (request === undefined || kept === undefined) return [];
    const { callerId, key } = request;
    return [{ callerId, key, fingerprint: fingerprint(canonicalText(request)), outcome: kept }];
  }

  function repeatOf<Body extends Json>(
    request: IdempotentRequest,
    first: First<Body>,
  ): Outcome<IdempotentResponse<Body>> {
    if (first.isSame(request)) return first.outcome;
    return failure(idempotencyKeyReused({ reason: 'different_request' }));
  }

  /** Deletes up to `limit` expired keys and returns their number. */
  async function purgeExpired(limit: number): Promise<number> {
    return database.transaction((trx) => repository.deleteOlder(trx, clock().subtract(KEPT_FOR), limit));
  }

  /** Deletes the responses to a caller who is erased. They may show what is erased elsewhere. */
  function queueForget(trx: Trx, callerId: string): void {
    repository.queueDeleteOf(trx, callerId);
  }

  return { once, onceEach, queueForget, purgeExpired };
}

function isKeyed(request: IdempotentRequest | undefined): request is IdempotentRequest {
  return request !== undefined;
}

/** The first request with a key, and the outcome that its repeats get. */
type First<Body> = {
  readonly isSame: (request: IdempotentRequest) => boolean;
  readonly outcome: Outcome<IdempotentResponse<Body>>;
};

function asFirst<Body>(outcome: Outcome<Body>): Outcome<IdempotentResponse<Body>> {
  return outcome.ok ? success({ answer: outcome.value, replayed: false }) : outcome;
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('an item of the list has no outcome');
  return value;
}
