import { type SqlBool, sql } from 'kysely';
import type { Db, Trx } from '../../core/database.ts';
import { newId } from '../../core/id.ts';
import { type PageOf, type PageRequest, pageOf } from '../../core/page.ts';
import type { AuditFilter, AuditLog, AuditRecord } from './model.ts';

export type AuditRepository = ReturnType<typeof auditRepository>;

export function auditRepository() {
  async function insert(trx: Trx, records: readonly AuditRecord[], now: Temporal.Instant): Promise<void> {
    await sql`
      insert into audit_logs (
        id, occurred_at, actor_type, actor_id, action, resource_type, resource_id, outcome, details, request_id
      )
      select id, ${now.toString()}, actor_type, actor_id, action, resource_type, resource_id, outcome, details, request_id
      from unnest(
        ${records.map(() => newId(now))}::uuid[],
        ${records.map(({ actor }) => actor.type)}::actor_type[],
        ${records.map(({ actor }) => actor.id)}::uuid[],
        ${records.map(({ action }) => action)}::text[],
        ${records.map(({ resourceType }) => resourceType)}::text[],
        ${records.map(({ resourceId }) => resourceId)}::uuid[],
        ${records.map(({ outcome }) => outcome ?? 'success')}::audit_outcome[],
        ${records.map(({ details }) => JSON.stringify(details ?? {}))}::jsonb[],
        ${records.map(({ actor }) => actor.requestId)}::text[]
      ) as record (id, actor_type, actor_id, action, resource_type, resource_id, outcome, details, request_id)
    `.execute(trx);
  }

  async function list(db: Db, filter: AuditFilter, page: PageRequest): Promise<PageOf<AuditLog>> {
    let matching = db.selectFrom('audit_logs');
    if (filter.actorType !== undefined) matching = matching.where('actor_type', '=', filter.actorType);
    if (filter.actorId !== undefined) matching = matching.where('actor_id', '=', filter.actorId);
    if (filter.action !== undefined) matching = matching.where('action', '=', filter.action);
    if (filter.resourceType !== undefined)
      matching = matching.where('resource_type', '=', filter.resourceType);
    if (filter.resourceId !== undefined) matching = matching.where('resource_id', '=', filter.resourceId);
    if (filter.outcome !== undefined) matching = matching.where('outcome', '=', filter.outcome);
    if (filter.requestId !== undefined) matching = matching.where('request_id', '=', filter.requestId);
    if (filter.from !== undefined) matching = matching.where(sql<SqlBool>`occurred_at >= ${filter.from}`);
    if (filter.to !== undefined)
      matching = matching.where(sql<SqlBool>`occurred_at < ${filter.to}::timestamptz + interval '1 second'`);

    const { total } = await matching.select(sql<number>`count(*)::int`.as('total')).executeTakeFirstOrThrow();
    let rows = matching
      .selectAll()
      .orderBy('id', 'desc')
      .offset(page.offset)
      .limit(page.limit + 1);
    if (page.after !== undefined) rows = rows.where('id', '<', page.after);
    const logs = (await rows.execute()).map((row) => ({
      id: row.id,
      occurredAt: row.occurred_at,
      actor: { type: row.actor_type, id: row.actor_id, requestId: row.request_id },
      action: row.action,
      resourceType: row.resource_type,
      resourceId: row.resource_id,
      outcome: row.outcome,
      details: row.details,
    }));
    return pageOf(logs, total, page, ({ id }) => id);
  }

  return { insert, list };
}
