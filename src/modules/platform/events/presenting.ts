import { formatInstant } from '../../../core/clock.ts';
import type { Db } from '../../../core/database/index.ts';
import { distinct } from '../../../core/lists.ts';
import type { EventDefinition } from './define.ts';
import type { FeedRepository } from './feed-repository.ts';
import { type Fields, type ObjectHistory, type Presented, replay } from './history.ts';
import type { RecordedEvent } from './model.ts';

/** Who reads events: a partner sees those about its own purchases. Undefined: an administrator. */
export type Viewer = { readonly partnerId: string };

/** The events about one kind of resource that the feed shows, and how they show it. */
export type EventSource = {
  readonly events: readonly { readonly definition: EventDefinition }[];
  /** Undefined for the events of a module that are about the objects of another one. */
  readonly objects?: EventObjects;
};

/** For objects that say themselves what they were after an event. By the id of the event. */
export type PresentEach = (
  db: Db,
  events: readonly RecordedEvent[],
) => Promise<ReadonlyMap<string, Presented>>;

export type EventObjects = {
  readonly resourceType: string;
  /** The schema of `data`. */
  readonly schema: object;
} & (
  | (ObjectHistory & {
      /** The objects of these ids as the API shows them to an administrator today. */
      readonly find: (db: Db, ids: readonly string[]) => Promise<ReadonlyMap<string, Fields>>;
      /** Those that the viewer may see, as the viewer sees them. Undefined: partners see none. */
      readonly findFor?: (
        db: Db,
        ids: readonly string[],
        viewer: Viewer,
      ) => Promise<ReadonlyMap<string, Fields>>;
    })
  | { readonly present: PresentEach }
);

/** An event as the feed and webhooks show it. */
export type EventObject = {
  readonly id: string;
  readonly type: string;
  readonly created_at: string;
  /** The object as the API shows it after the change, with its `sequence`. */
  readonly data: Fields;
  /** The fields that the event changed, with their values before it. Null if it changed none that is known. */
  readonly previous: Fields | null;
};

export function eventPresenting(deps: {
  readonly feed: Pick<FeedRepository, 'findHistories'>;
  readonly sources: () => readonly EventSource[];
}) {
  const { feed, sources } = deps;

  /**
   * Presents events in their order. Leaves out those that the feed does not show, and those that the viewer must not see: a
   * partner sees the purchases of which it is a source.
   */
  async function present(
    db: Db,
    events: readonly RecordedEvent[],
    viewer?: Viewer,
  ): Promise<readonly EventObject[]> {
    const byType = Map.groupBy(events, ({ resourceType }) => resourceType);
    const presented = new Map<string, Presented>();
    for (const { objects } of sources()) {
      const own = objects === undefined ? undefined : byType.get(objects.resourceType);
      if (objects === undefined || own === undefined) continue;
      for (const [id, one] of await presentOwn(db, objects, own, viewer)) presented.set(id, one);
    }
    return events.flatMap(({ id, action, occurredAt }) => {
      const one = presented.get(id);
      if (one === undefined) return [];
      return { id, type: action, created_at: formatInstant(occurredAt), ...one };
    });
  }

  async function presentOwn(
    db: Db,
    objects: EventObjects,
    events: readonly RecordedEvent[],
    viewer: Viewer | undefined,
  ): Promise<ReadonlyMap<string, Presented>> {
    if ('present' in objects) return viewer === undefined ? objects.present(db, events) : new Map();
    const ids = distinct(events.map(({ resourceId }) => resourceId));
    const found =
      viewer === undefined ? await objects.find(db, ids) : await objects.findFor?.(db, ids, viewer);
    if (found === undefined || found.size === 0) return new Map();
    const histories = await feed.findHistories(db, [...found.keys()], typesOfFeed(sources()));
    const presented = new Map<string, Presented>();
    for (const [resourceId, now] of found) {
      const history = (histories.get(resourceId) ?? []).filter(
        ({ resourceType }) => resourceType === objects.resourceType,
      );
      for (const [id, one] of replay(now, history, objects)) presented.set(id, one);
    }
    return presented;
  }

  return present;
}

export function typesOfFeed(sources: readonly EventSource[]): readonly string[] {
  return sources.flatMap(({ events }) => events.map(({ definition }) => definition.type));
}

/** The events about one kind of object: their types, and the schema of `data`. */
export type KindOfEvents = {
  readonly resourceType: string;
  readonly types: readonly string[];
  readonly schema: object;
};

export function kindsOfEvents(sources: readonly EventSource[]): readonly KindOfEvents[] {
  const definitions = sources.flatMap(({ events }) => events.map(({ definition }) => definition));
  return sources.flatMap(({ objects }) => {
    if (objects === undefined) return [];
    const { resourceType, schema } = objects;
    const own = definitions.filter((definition) => definition.resourceType === resourceType);
    return [{ resourceType, schema, types: own.map(({ type }) => type) }];
  });
}
