import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Loop } from '../../../core/loops.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Exchange } from '../../../core/outbound/exchange.ts';
import { type Outcome, onlyValue, success } from '../../../core/outcome.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { EventObject } from '../../platform/events/index.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import type { EventFeed } from './feed.ts';
import type { AttemptResult, Endpoint, TakenDelivery } from './model.ts';
import { verdictOf } from './policies.ts';
import type { EndpointRepository } from './repository.ts';
import type { Sender } from './sending.ts';

const INTERVAL_MS = 250;

/** For a whole exchange, from the lookup of the name to the end of the response. */
const TIMEOUT_MS = 15_000;

/** Requests of this process at a time. An endpoint that hangs has 4 of them, as it is soon known to fail. */
const MAX_IN_FLIGHT = 1_000;

/** Attempts that one search takes. They start at once. */
const MAX_TAKEN = 256;

/** Attempts that end within this time are replaced by one search. */
const GATHER_MS = 10;

/** The time that requests get to finish when the process stops. */
const GRACE_MS = 1_000;

const RESULT_BATCHES = { maxItems: 256, maxInFlight: 1, maxQueued: 2 * MAX_IN_FLIGHT };

/** The result of the policy's random number, in steps of a thousandth. */
const JITTER_STEPS = 1_000;

/** Sends what is due. No request waits for that of another endpoint. */
export function webhookDelivery(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly endpoints: Pick<EndpointRepository, 'findMany'>;
  readonly deliveries: Pick<DeliveryRepository, 'lockDueEndpoints' | 'take' | 'release'>;
  readonly feed: Pick<EventFeed, 'findEvents' | 'present'>;
  readonly sender: Sender;
  readonly recordResults: (results: readonly AttemptResult[]) => Promise<void>;
  readonly observeAttempt: (result: AttemptResult) => void;
}) {
  const { database, clock, logger, endpoints, deliveries, feed, sender, recordResults, observeAttempt } =
    deps;
  const inFlight = new Set<Promise<void>>();
  const stopping = new AbortController();
  let ended = Promise.withResolvers<void>();
  const results = batcher<AttemptResult, void>({
    ...RESULT_BATCHES,
    isolates: () => false,
    run: async (items): Promise<Outcome<void>[]> => {
      await recordResults(items);
      return items.map(() => success(undefined));
    },
  });

  const loop: Loop = { name: 'deliver-webhooks', interval_ms: INTERVAL_MS, run };

  /** Starts what is due and returns its number. Returns 0 when nothing is due and nothing is in flight. */
  async function run(signal: AbortSignal): Promise<number> {
    while (!signal.aborted && !stopping.signal.aborted) {
      // What ends during the search may make room for more.
      const wasIdle = inFlight.size === 0;
      const started = await startDue();
      if (started > 0 || wasIdle) return started;
      if (inFlight.size > 0) await someEnded(signal);
    }
    return 0;
  }

  /** Waits until requests have ended, but not for long: others may be due by then. */
  async function someEnded(signal: AbortSignal): Promise<void> {
    ended = Promise.withResolvers();
    const waiting = new AbortController();
    const waits = AbortSignal.any([signal, waiting.signal]);
    await Promise.race([
      ended.promise.then(() => sleep(GATHER_MS)),
      sleep(INTERVAL_MS, undefined, { signal: waits }).catch(() => undefined),
    ]);
    waiting.abort();
  }

  async function startDue(): Promise<number> {
    const limit = Math.min(MAX_TAKEN, MAX_IN_FLIGHT - inFlight.size);
    if (limit <= 0) return 0;
    const now = clock();
    const taken = await database.transaction(async (trx) => {
      const due = await deliveries.lockDueEndpoints(trx, now);
      return due.length === 0 ? [] : deliveries.take(trx, due, limit, now);
    });
    if (taken.length === 0) return 0;
    const endpointOf = await findEndpoints(taken);
    const eventOf = await presentEvents(taken, endpointOf);
    for (const delivery of taken) {
      const endpoint = endpointOf.get(delivery.endpointId);
      // Deleted a moment ago.
      if (endpoint === undefined) continue;
      start(endpoint, delivery, eventOf(delivery));
    }
    return taken.length;
  }

  async function findEndpoints(taken: readonly TakenDelivery[]): Promise<ReadonlyMap<string, Endpoint>> {
    const ids = [...new Set(taken.map(({ endpointId }) => endpointId))];
    const found = await endpoints.findMany(database.db, ids);
    return new Map(found.map((endpoint) => [endpoint.id, endpoint]));
  }

  /** The objects that are sent, made for this attempt: nothing is stored that was shown once. */
  async function presentEvents(
    taken: readonly TakenDelivery[],
    endpointOf: ReadonlyMap<string, Endpoint>,
  ): Promise<(delivery: TakenDelivery) => EventObject | undefined> {
    const viewerOf = (delivery: TakenDelivery) => endpointOf.get(delivery.endpointId)?.partnerId ?? null;
    const ids = [...new Set(taken.map(({ eventId }) => eventId))];
    const recorded = await feed.findEvents(database.db, ids);
    const shownTo = new Map<string | null, ReadonlyMap<string, EventObject>>();
    for (const [partnerId, of] of Map.groupBy(taken, viewerOf)) {
      const wanted = new Set(of.map(({ eventId }) => eventId));
      const objects = await feed.present(
        database.db,
        recorded.filter(({ id }) => wanted.has(id)),
        partnerId === null ? undefined : { partnerId },
      );
      shownTo.set(partnerId, new Map(objects.map((object) => [object.id, object])));
    }
    return (delivery) => shownTo.get(viewerOf(delivery))?.get(delivery.eventId);
  }

  function start(endpoint: Endpoint, delivery: TakenDelivery, event: EventObject | undefined): void {
    const work = (event === undefined ? giveUp(delivery) : attempt(endpoint, delivery, event))
      // Not recorded: the delivery is taken again when its lease ends.
      .catch((error: unknown) => logger.error({ err: error }, 'the result of a webhook was not recorded'))
      .finally(() => {
        inFlight.delete(work);
        ended.resolve();
      });
    inFlight.add(work);
  }

  async function attempt(endpoint: Endpoint, delivery: TakenDelivery, event: EventObject): Promise<void> {
    const limits = { timeout_ms: TIMEOUT_MS, signal: stopping.signal };
    const { exchange, attempt: made } = await sender.send(endpoint, event, limits);
    if (isInterrupted(exchange)) return giveBack(delivery);
    const chance = { now: clock(), random: randomInt(JITTER_STEPS) / JITTER_STEPS };
    const verdict = verdictOf(exchange, delivery.attempted + 1, chance);
    await record({ delivery, attempt: made, verdict });
  }

  /** The endpoint may no longer see the event, such as a partner one that another partner has taken over. */
  function giveUp(delivery: TakenDelivery): Promise<void> {
    return record({
      delivery,
      attempt: {
        attempted_at: clock().toString({ smallestUnit: 'millisecond' }),
        duration_ms: 0,
        status: null,
        failure: 'event_unavailable',
        response: null,
      },
      verdict: { status: 'failed', dueAt: null, isGone: false, pausedUntil: null },
    });
  }

  async function record(result: AttemptResult): Promise<void> {
    observeAttempt(result);
    onlyValue(await results.submit([result]));
  }

  function giveBack(delivery: TakenDelivery): Promise<void> {
    return database.transaction((trx) => deliveries.release(trx, delivery));
  }

  /** Lets requests finish for a while, and gives back what they have not done. Call it when the loop has stopped. */
  async function settle(): Promise<void> {
    const grace = setTimeout(() => stopping.abort(), GRACE_MS);
    await Promise.all(inFlight);
    clearTimeout(grace);
  }

  return { loop, settle };
}

function isInterrupted(exchange: Exchange): boolean {
  return 'failure' in exchange && exchange.failure === 'interrupted';
}
