import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import type { Db } from '../../../core/database/index.ts';
import {
  allOf,
  anyValueOf,
  type Chosen,
  type NewestFirst,
  pageNewestFirst,
  withinSeconds,
} from '../../../core/database/newest-first.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { newId } from '../../../core/id.ts';
import { distinct } from '../../../core/lists.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { AuditFilter, AuditLog, Event } from './model.ts';

export type EventRepository = ReturnType<typeof eventRepository>;

export const AUDIT_COLUMNS = [
  'id',
  'occurred_at',
  'actor_type',
  'actor_id',
  'action',
  'resource_type',
  'resource_id',
  'outcome',
  'details',
  'request_id',
] as const;

type AuditRow = RowOf<'audit_logs', typeof AUDIT_COLUMNS>;

const queueInsert = bulkInsert<Event, Temporal.Instant>('audit_logs', {
  id: ['uuid', (_, now) => newId(now)],
  occurred_at: ['timestamptz', (_, now) => now.toString()],
  actor_type: ['actor_type', ({ actor }) => actor.type],
  actor_id: ['uuid', ({ actor }) => actor.id],
  action: ['text', ({ type }) => type],
  resource_type: ['text', ({ resourceType }) => resourceType],
  resource_id: ['uuid', ({ resourceId }) => resourceId],
  outcome: ['audit_outcome', ({ outcome }) => outcome],
  details: ['jsonb', ({ details }) => JSON.stringify(details)],
  request_id: ['text', ({ actor }) => actor.requestId],
});

export function eventRepository() {
  /** Newest first. The cursor is the id, which contains the millisecond of `occurred_at`. */
  async function list(db: Db, filter: AuditFilter, page: PageRequest): Promise<PageOf<AuditLog>> {
    const list = {
      table: 'audit_logs',
      columns: AUDIT_COLUMNS,
      onlyGrows: true,
      ...selectionOf(filter),
    } as const;
    return pageNewestFirst(db, list, toAuditLog, page);
  }

  return { queueInsert, list };
}

function selectionOf(filter: AuditFilter): Pick<NewestFirst, 'where' | 'merges' | 'hasIndex'> {
  const { actorIds, resourceIds, requestIds, outcomes, from, to } = filter;
  // Filters by resource or request have their own indexes and few rows.
  const isNarrow = resourceIds !== undefined || requestIds !== undefined;
  const indexed = allOf(
    anyValueOf('resource_id', 'uuid', resourceIds),
    anyValueOf('request_id', 'text', requestIds, { isIndexed: resourceIds === undefined }),
    anyValueOf('actor_id', 'uuid', actorIds, { isIndexed: !isNarrow }),
    kindOf(filter, isNarrow),
  );
  // Nearly all records are successes, so that filter has no index and needs none.
  const byOutcome = anyValueOf('outcome', 'audit_outcome', outcomes, { isIndexed: false });
  const isOfFailures = outcomes?.every((outcome) => outcome === 'failure') === true;
  return {
    where: [...indexed.where, ...byOutcome.where, ...withinSeconds(from, to)],
    merges: indexed.merges,
    hasIndex: indexed.where.length > 0 || indexed.merges.length > 0 || isOfFailures,
  };
}

/**
 * The indexes by actor and by kind have the whole kind (actor type, resource type, action) before the id. A filter by only a
 * part of the kind, or by several values of a part, must therefore merge the lists of a few dozen kinds.
 */
function kindOf({ actorIds, actorTypes, resourceTypes, actions }: AuditFilter, isNarrow: boolean): Chosen {
  const parts = [actorTypes, resourceTypes, actions];
  const isWhole = parts.every((values) => values?.length === 1);
  const isAny = parts.every((values) => values === undefined) && actorIds === undefined;
  const named = allOf(
    anyValueOf('actor_type', 'actor_type', actorTypes, { isIndexed: false }),
    anyValueOf('resource_type', 'text', resourceTypes, { isIndexed: false }),
    anyValueOf('action', 'text', actions, { isIndexed: false }),
  );
  if (isNarrow || isWhole || isAny) return named;
  const all = named.where.length === 0 ? {} : { all: sql<SqlBool>`${sql.join(named.where, sql` and `)}` };
  const kinds = sql`(select * from (${kindsOf(actorIds)}) as kind where ${all.all ?? sql`true`})`;
  return {
    where: [],
    merges: [
      {
        each: sql`lateral ${kinds} as each_kind (actor_type, resource_type, action)`,
        where: sql`${KIND} = (each_kind.actor_type, each_kind.resource_type, each_kind.action)`,
        ...all,
      },
    ],
  };
}

const KIND = sql`(audit_logs.actor_type, audit_logs.resource_type, audit_logs.action)`;

/** Finds the existing kinds by a skip scan of the index: one lookup per kind. */
function kindsOf(actorIds: readonly string[] | undefined) {
  const [actorId, ...others] = distinct(actorIds ?? []);
  const ofActor =
    actorId === undefined
      ? sql``
      : others.length === 0
        ? sql`and actor_id = ${actorId}`
        : sql`and actor_id = each_actor_id.value`;
  const next = (after: RawBuilder<SqlBool>) => sql`
    select actor_type, resource_type, action from audit_logs
    where ${after} ${ofActor}
    order by actor_type, resource_type, action
    limit 1
  `;
  return sql`
    with recursive kinds as (
      (${next(sql`true`)})
      union all
      select following.* from kinds cross join lateral (
        ${next(sql`${KIND} > (kinds.actor_type, kinds.resource_type, kinds.action)`)}
      ) as following
    )
    select * from kinds
  `;
}

export function toAuditLog(row: AuditRow): AuditLog {
  return {
    id: row.id,
    occurredAt: row.occurred_at,
    actor: { type: row.actor_type, id: row.actor_id, requestId: row.request_id },
    action: row.action,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    outcome: row.outcome,
    details: row.details as AuditLog['details'],
  };
}
