import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import type { Db } from '../../../core/database/index.ts';
import { equalTo, pageNewestFirst, withinSeconds } from '../../../core/database/newest-first.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { newId } from '../../../core/id.ts';
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

export type AuditRow = RowOf<'audit_logs', typeof AUDIT_COLUMNS>;

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
    const { actorType, actorId, resourceType, action, resourceId, outcome, requestId, from, to } = filter;
    const indexed = equalTo<'audit_logs'>({
      actor_type: actorType,
      actor_id: actorId,
      resource_type: resourceType,
      action,
      resource_id: resourceId,
      request_id: requestId,
    });
    // Nearly all records are successes, so that filter has no index and needs none.
    const hasIndex = indexed.length > 0 || outcome === 'failure';
    const where = [...indexed, ...equalTo<'audit_logs'>({ outcome }), ...withinSeconds(from, to)];
    const merge = mergeOf(filter);
    const list = {
      table: 'audit_logs',
      columns: AUDIT_COLUMNS,
      where,
      hasIndex,
      onlyGrows: true,
      merge,
    } as const;
    return pageNewestFirst(db, list, toAuditLog, page);
  }

  return { queueInsert, list };
}

/**
 * The indexes by actor and by kind have the whole kind (actor type, resource type, action) before the id. A filter by only a
 * part of the kind must therefore merge the lists of a few dozen kinds. Filters by resource or request have their own
 * indexes and few rows.
 */
function mergeOf({ actorType, actorId, resourceType, action, resourceId, requestId }: AuditFilter) {
  if (resourceId !== undefined || requestId !== undefined) return undefined;
  const named = [actorType, resourceType, action].filter((part) => part !== undefined).length;
  if (named === 3 || (named === 0 && actorId === undefined)) return undefined;
  return {
    each: sql`(${kindsOf(actorId)}) as each (actor_type, resource_type, action)`,
    where: sql<SqlBool>`${KIND} = (each.actor_type, each.resource_type, each.action)`,
  };
}

const KIND = sql`(audit_logs.actor_type, audit_logs.resource_type, audit_logs.action)`;

/** Finds the existing kinds by a skip scan of the index: one lookup per kind. */
function kindsOf(actorId: string | undefined) {
  const ofActor = actorId === undefined ? sql`` : sql`and actor_id = ${actorId}`;
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
    details: row.details,
  };
}
