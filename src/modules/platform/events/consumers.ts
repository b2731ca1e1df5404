import type { Database, Db, Trx } from '../../../core/database/index.ts';
import type { Loop } from '../../../core/loops.ts';
import { endOf, type FeedRepository } from './feed-repository.ts';
import type { RecordedEvent } from './model.ts';
import { typesOf } from './policies.ts';
import { type EventSource, typesOfFeed } from './presenting.ts';

/** A reader inside the platform. Its place in the feed is stored, so that each event has its effect exactly once. */
export type EventConsumer = {
  /** Letters and underscores, such as `webhooks`. */
  readonly name: string;
  /**
   * Exact types, and `*` or `purchase.*` for those of the feed. Read at each run. Empty: the consumer reads nothing, and its
   * place moves to the present end.
   */
  readonly types: (db: Db) => Promise<readonly string[]>;
  /**
   * Runs in the transaction that moves the consumer's place. Gets at most 500 events, in the order of the feed. Failures are
   * left out: only what happened is read.
   */
  readonly consume: (trx: Trx, events: readonly RecordedEvent[]) => Promise<void>;
};

/** Records that a consumer passes in one transaction, of which it gets those that it asked for. */
const BATCH = 500;

const INTERVAL_MS = 500;

/** Readers of the feed inside the platform, which work in the transaction that moves their place in it. */
export function eventConsumers(deps: {
  readonly database: Database;
  readonly feed: FeedRepository;
  readonly sources: () => readonly EventSource[];
}) {
  const { database, feed, sources } = deps;

  /**
   * The loop of a consumer. A consumer that is new starts at the present end. Each process may run the loop: they take turns,
   * and a batch of a killed process is that of another one.
   */
  function consumerLoop(consumer: EventConsumer): Loop {
    const { name } = consumer;
    return {
      name: `consume-events:${name}`,
      interval_ms: INTERVAL_MS,
      run: async () => {
        if (!(await feed.hasMore(database.db, name))) return 0;
        return database.transaction((trx) => consumeBatch(trx, consumer));
      },
    };
  }

  /** Returns the number of records that the consumer has passed. */
  async function consumeBatch(trx: Trx, { name, types, consume }: EventConsumer): Promise<number> {
    await feed.addConsumer(trx, name);
    // Reads the end before the types: a subscription that was made after them misses nothing that was committed after it.
    const place = await feed.lockConsumer(trx, name);
    if (place === undefined) return 0;
    const wanted = typesOf(await types(trx), typesOfFeed(sources()));
    if (wanted.length === 0) {
      await feed.moveConsumer(trx, name, endOf(place.end));
      return 0;
    }
    const { events, records, last } = await feed.pass(trx, { ...place, types: wanted, limit: BATCH });
    if (last === undefined) return 0;
    if (events.length > 0) await consume(trx, events);
    await feed.moveConsumer(trx, name, last);
    return records;
  }

  return {
    consumerLoop,
    /** For a first subscription, in its transaction: the consumer gets what is committed after this. */
    moveToEnd: (trx: Trx, consumerName: string) => feed.moveToEnd(trx, consumerName),
  };
}
