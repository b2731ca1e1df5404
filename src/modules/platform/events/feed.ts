import type { Database } from '../../../core/database/index.ts';
import { validationError } from '../../../core/errors.ts';
import type { FeedRepository } from './feed-repository.ts';
import { type FeedPosition, START_OF_FEED } from './model.ts';
import { typesOf, unknownTypes } from './policies.ts';
import {
  type EventObject,
  type EventSource,
  type eventPresenting,
  typesOfFeed,
  type Viewer,
} from './presenting.ts';

export type FeedRequest = {
  /** Exact types and patterns such as `purchase.*`. Undefined: all. */
  readonly types?: readonly string[] | undefined;
  readonly resourceId?: string | undefined;
  /** Undefined: from the start. `latest`: from the present end. */
  readonly after?: FeedPosition | 'latest' | undefined;
  readonly limit: number;
};

export type FeedPage = {
  readonly events: readonly EventObject[];
  /** Where the next page begins. The reader has seen all before it that it asked for. */
  readonly position: FeedPosition;
  /** True if the page ends before the present end of the feed. */
  readonly hasMore: boolean;
};

/** The records that one page passes at most, in steps: what a page costs, however rare the events are that it asks for. */
const MOST_PASSED = 10_000;
const STEP = 1_000;

export type EventFeed = ReturnType<typeof eventFeed>;

export function eventFeed(deps: {
  readonly database: Pick<Database, 'db'>;
  readonly feed: Pick<FeedRepository, 'findEnd' | 'findLast' | 'isPlace' | 'pass' | 'findOfResource'>;
  readonly present: ReturnType<typeof eventPresenting>;
  readonly sources: () => readonly EventSource[];
}) {
  const { feed, present, sources } = deps;
  const { db } = deps.database;

  /**
   * A page of the feed, oldest first. A page may have fewer events than `limit`, or none, before the end: it passes a bounded
   * number of records.
   * @throws VALIDATION_ERROR for types that the feed does not have, or a place that this database does not have.
   */
  async function listEvents(request: FeedRequest, viewer?: Viewer): Promise<FeedPage> {
    const types = requireTypes(request.types ?? ['*']);
    const end = await feed.findEnd(db);
    const after = await placeOf(request.after, end);
    const page = { after, end, types, limit: request.limit };
    return request.resourceId === undefined
      ? listAll(page, viewer)
      : listOfResource({ ...page, resourceId: request.resourceId }, viewer);
  }

  async function listAll(
    page: { after: FeedPosition; end: string; types: readonly string[]; limit: number },
    viewer: Viewer | undefined,
  ): Promise<FeedPage> {
    const { end, types, limit } = page;
    const events: EventObject[] = [];
    let position = page.after;
    let step = limit;
    for (let passed = 0; passed < MOST_PASSED; passed += step, step = STEP) {
      const {
        events: found,
        records,
        last,
      } = await feed.pass(db, { after: position, end, types, limit: step });
      // More than are left to show only where the page is nearly full.
      const shown = await present(db, found, viewer);
      const left = limit - events.length;
      events.push(...shown.slice(0, left));
      const lastShown = found.find(({ id }) => id === events.at(-1)?.id);
      if (shown.length > left && lastShown !== undefined)
        return { events, position: lastShown, hasMore: true };
      position = last ?? position;
      if (records < step) return { events, position, hasMore: false };
      if (events.length === limit) break;
    }
    return { events, position, hasMore: true };
  }

  /** The records of one resource are few, and have an index. */
  async function listOfResource(
    page: { resourceId: string; after: FeedPosition; end: string; types: readonly string[]; limit: number },
    viewer: Viewer | undefined,
  ): Promise<FeedPage> {
    const found = await feed.findOfResource(db, { ...page, limit: page.limit + 1 });
    const events = found.slice(0, page.limit);
    return {
      events: await present(db, events, viewer),
      position: events.at(-1) ?? page.after,
      hasMore: found.length > page.limit,
    };
  }

  function requireTypes(patterns: readonly string[]): readonly string[] {
    const ofFeed = typesOfFeed(sources());
    const unknown = unknownTypes(patterns, ofFeed);
    if (unknown.length > 0) throw violation('type', `must be types of the feed, not ${unknown.join(', ')}`);
    return typesOf(patterns, ofFeed);
  }

  async function placeOf(after: FeedRequest['after'], end: string): Promise<FeedPosition> {
    if (after === undefined) return START_OF_FEED;
    if (after === 'latest') return (await feed.findLast(db, end)) ?? START_OF_FEED;
    if (after.id === START_OF_FEED.id || (await feed.isPlace(db, after))) return after;
    throw violation(
      'cursor',
      'must be a cursor of this feed; after a restore to an earlier time, continue from an earlier one',
    );
  }

  return { listEvents };
}

function violation(field: string, reason: string) {
  return validationError({ violations: [{ field, reason }] });
}
