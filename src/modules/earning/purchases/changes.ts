import type { Database } from '../../../core/database/index.ts';
import { isId } from '../../../core/id.ts';
import { distinct } from '../../../core/lists.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { FeedClient, FeedPosition } from '../../platform/events/index.ts';
import type { PartnerFilter, Purchase } from './model.ts';
import { isSelected } from './policies.ts';

/** Records that one step passes, and the most steps of a page: what a page costs, however rare the changes are. */
const STEP = 1_000;
const MOST_STEPS = 10;

/** True for a key of `listChanged`. */
export function isPlace(key: string): boolean {
  const { recordedIn, id } = readPlace(key);
  return /^\d{1,19}$/.test(recordedIn) && isId(id);
}

function readPlace(key: string): FeedPosition {
  const [recordedIn = '', id = ''] = key.split(':');
  return { recordedIn, id };
}

/**
 * Purchases that have changed since a time, in the order of the feed of events: the one that changed first comes first. No
 * index of purchases is needed, so ingestion writes none.
 */
export function purchaseChanges(deps: {
  database: Database;
  feed: Pick<FeedClient, 'findPlaceAt' | 'follow'>;
}) {
  const { feed } = deps;
  const { db } = deps.database;

  /**
   * `findOwn` returns those of the purchases that the caller may see, as they are now. Each is once on a page. A page may have
   * fewer than `limit`, or none, before the last one.
   */
  async function listChanged(
    findOwn: (ids: readonly string[]) => Promise<readonly Purchase[]>,
    { since, filter }: { readonly since: Temporal.Instant; readonly filter: PartnerFilter },
    page: Pick<PageRequest, 'limit' | 'after'>,
  ): Promise<PageOf<Purchase>> {
    const found = new Map<string, Purchase>();
    let place = page.after === undefined ? await feed.findPlaceAt(db, since) : readPlace(page.after);
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const { events, position, isEnd } = await feed.follow(db, {
        after: place,
        types: ['purchase.*'],
        limit: STEP,
      });
      const later = events.filter(({ occurredAt }) => Temporal.Instant.compare(occurredAt, since) >= 0);
      const ids = distinct(later.map(({ resourceId }) => resourceId)).filter((id) => !found.has(id));
      const own = new Map((await findOwn(ids)).map((purchase) => [purchase.id, purchase]));
      for (const event of later) {
        const purchase = own.get(event.resourceId);
        if (purchase !== undefined && !found.has(purchase.id) && isSelected(purchase, filter)) {
          if (found.size === page.limit) return pageAt(found, place);
          found.set(purchase.id, purchase);
        }
        place = event;
      }
      place = position;
      if (isEnd) return pageAt(found, undefined);
    }
    return pageAt(found, place);
  }

  return { listChanged };
}

/** The total is not known before the last page: it is at least what is shown. */
function pageAt(found: ReadonlyMap<string, Purchase>, place: FeedPosition | undefined): PageOf<Purchase> {
  const items = [...found.values()];
  if (place === undefined) return { items, total: items.length, nextKey: null };
  const nextKey = `${place.recordedIn}:${place.id}`;
  return { items, total: items.length + 1, totalIsEstimate: true, nextKey };
}
