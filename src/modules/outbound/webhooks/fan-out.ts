import type { Clock } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import type { Loop } from '../../../core/loops.ts';
import type { EventConsumer, RecordedEvent } from '../../platform/events/index.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import type { EventFeed } from './feed.ts';
import type { Endpoint, NewDelivery } from './model.ts';
import { covers } from './policies.ts';
import type { EndpointRepository } from './repository.ts';

/** The name of this reader of the feed. */
export const CONSUMER = 'webhooks';

const REPLAY_INTERVAL_MS = 2_000;

/** Turns events into deliveries: one for each endpoint that subscribes to the type and may see the event. */
export function fanOut(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly endpoints: Pick<EndpointRepository, 'findActive' | 'lockReplay' | 'moveReplay'>;
  readonly deliveries: Pick<DeliveryRepository, 'insert' | 'insertAgain'>;
  readonly feed: Pick<EventFeed, 'present' | 'pageOfEvents'>;
}) {
  const { database, clock, endpoints, deliveries, feed } = deps;

  const consumer: EventConsumer = {
    name: CONSUMER,
    types: async (db) => [
      ...new Set((await endpoints.findActive(db)).flatMap(({ eventTypes }) => eventTypes)),
    ],
    consume: async (trx, events) => {
      const subscribed = await endpoints.findActive(trx);
      await deliveries.insert(trx, await deliveriesOf(trx, events, subscribed), clock());
    },
  };

  async function deliveriesOf(
    db: Db,
    events: readonly RecordedEvent[],
    subscribed: readonly Endpoint[],
  ): Promise<NewDelivery[]> {
    const lists = await Promise.all(
      [...Map.groupBy(subscribed, ({ partnerId }) => partnerId)].map(async ([partnerId, of]) => {
        const visible = partnerId === null ? events : await visibleTo(db, partnerId, events);
        return of.flatMap(({ id, eventTypes }) =>
          visible
            .filter(({ action }) => eventTypes.some((pattern) => covers(pattern, action)))
            .map((event) => ({ endpointId: id, eventId: event.id, eventType: event.action })),
        );
      }),
    );
    return lists.flat();
  }

  async function visibleTo(
    db: Db,
    partnerId: string,
    events: readonly RecordedEvent[],
  ): Promise<readonly RecordedEvent[]> {
    const presented = await feed.present(db, events, { partnerId });
    const ids = new Set(presented.map(({ id }) => id));
    return events.filter(({ id }) => ids.has(id));
  }

  const replayLoop: Loop = {
    name: 'replay-webhooks',
    interval_ms: REPLAY_INTERVAL_MS,
    run: () => database.transaction(replayBatch),
  };

  /** Does a page of a replay. Returns 0 if there is none, or if it has ended. */
  async function replayBatch(trx: Trx): Promise<number> {
    const found = await endpoints.lockReplay(trx);
    if (found === undefined) return 0;
    const { endpoint, replay } = found;
    const { events, last } = await feed.pageOfEvents(trx, replay, endpoint.eventTypes);
    await deliveries.insertAgain(trx, await deliveriesOf(trx, events, [endpoint]), clock());
    await endpoints.moveReplay(trx, endpoint.id, last ?? null);
    return last === undefined ? 0 : 1;
  }

  return { consumer, replayLoop };
}
