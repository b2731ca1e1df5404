import type { Db } from '../../../core/database/index.ts';
import type { IdRange, LookupRepository } from './lookup-repository.ts';
import type { RecordedEvent } from './model.ts';
import { typesOf } from './policies.ts';
import { type EventSource, typesOfFeed } from './presenting.ts';

/** Records that a page of a range passes at most. */
const PAGE = 2_000;

/** Events by their ids, for those that must show an event again. */
export function eventLookup(deps: {
  readonly repository: LookupRepository;
  readonly sources: () => readonly EventSource[];
}) {
  const { repository, sources } = deps;

  /** All types of the feed. */
  const feedTypes = (): readonly string[] => typesOfFeed(sources());

  /** The events of the feed with these ids, in any order. */
  async function findEvents(db: Db, ids: readonly string[]): Promise<readonly RecordedEvent[]> {
    const types = new Set(feedTypes());
    const found = await repository.find(db, ids);
    return found.filter(({ action }) => types.has(action));
  }

  /**
   * The first events of a range that the patterns cover, in the order of their ids. `last` is the end of what was read, from
   * which the next page continues. Undefined if nothing is left.
   */
  function pageOfEvents(
    db: Db,
    range: IdRange,
    patterns: readonly string[],
  ): Promise<{ readonly events: readonly RecordedEvent[]; readonly last: string | undefined }> {
    return repository.passIds(db, range, { types: typesOf(patterns, feedTypes()), limit: PAGE });
  }

  return { feedTypes, findEvents, pageOfEvents };
}
