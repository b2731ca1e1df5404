import { isDeepStrictEqual } from 'node:util';
import type { RecordedEvent } from './model.ts';

/** Fields of an object, as the API shows them. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object as it was after an event. `previous` has the fields that the event changed, with their values before it. */
export type Presented = { readonly data: Fields; readonly previous: Fields | null };

/** What a module says of the events about its objects. */
export type ObjectHistory = {
  /**
   * The fields that the event set, with their values after it. `now` is the object as it is today, and `events` are all
   * events of it.
   */
  readonly changeOf: (event: RecordedEvent, now: Fields, events: readonly RecordedEvent[]) => Fields;
  /**
   * Orders the events of one object before their order in the feed does. For objects of which two transactions may have
   * written events in another order than they began in: the one that began first may have waited for the other one.
   */
  readonly phaseOf?: (event: RecordedEvent) => number;
};

/**
 * Shows an object as it was after each of its events, by the id of the event. `events` are all events of the object, in the
 * order of the feed. Fields that no event changes are as they are today: no event stores its object.
 * `data.sequence` numbers the events of the object from 1.
 */
export function replay(
  now: Fields,
  events: readonly RecordedEvent[],
  { changeOf, phaseOf = () => 0 }: ObjectHistory,
): ReadonlyMap<string, Presented> {
  const presented = new Map<string, Presented>();
  let data = now;
  /** The fields whose value is known: an event before has set them. */
  let known: Fields = {};
  for (const [index, event] of events.toSorted((one, other) => phaseOf(one) - phaseOf(other)).entries()) {
    const change = changeOf(event, now, events);
    const previous = Object.entries(known).filter(
      ([name, value]) => name in change && !isDeepStrictEqual(change[name], value),
    );
    data = { ...data, ...change, sequence: index + 1 };
    known = { ...known, ...change };
    presented.set(event.id, {
      data,
      previous: previous.length === 0 ? null : Object.fromEntries(previous),
    });
  }
  return presented;
}
