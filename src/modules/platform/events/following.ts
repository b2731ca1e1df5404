import type { Db } from '../../../core/database/index.ts';
import { firstIdAt } from '../../../core/id.ts';
import type { FeedRepository } from './feed-repository.ts';
import { type FeedPosition, type RecordedEvent, START_OF_FEED } from './model.ts';
import { typesOf } from './policies.ts';
import { type EventSource, typesOfFeed } from './presenting.ts';

/** A step through the feed: the events of the types, and where the next step begins. */
export type FeedStep = {
  readonly events: readonly RecordedEvent[];
  readonly position: FeedPosition;
  /** True if the step has reached the present end. */
  readonly isEnd: boolean;
};

/** No transaction stores its events later than this after their time. */
const LONGEST_TRANSACTION = { minutes: 2 };

/** Lets modules read the feed on behalf of a caller, whose place they do not store. */
export function feedFollowing(deps: {
  readonly feed: Pick<FeedRepository, 'findEnd' | 'findBefore' | 'pass'>;
  readonly sources: () => readonly EventSource[];
}) {
  const { feed, sources } = deps;

  /** A place before all events from this time on. Some events before this time follow it. */
  async function findPlaceAt(db: Db, time: Temporal.Instant): Promise<FeedPosition> {
    return (await feed.findBefore(db, firstIdAt(time.subtract(LONGEST_TRANSACTION)))) ?? START_OF_FEED;
  }

  /** Passes up to `limit` records of any type after the place. `types` may have patterns such as `purchase.*`. */
  async function follow(
    db: Db,
    {
      after,
      types,
      limit,
    }: { readonly after: FeedPosition; readonly types: readonly string[]; readonly limit: number },
  ): Promise<FeedStep> {
    const end = await feed.findEnd(db);
    const wanted = typesOf(types, typesOfFeed(sources()));
    const { events, records, last } = await feed.pass(db, { after, end, types: wanted, limit });
    return { events, position: last ?? after, isEnd: records < limit };
  }

  return { findPlaceAt, follow };
}
