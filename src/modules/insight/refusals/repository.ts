import { sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { allOf, anyValueOf, pageNewestFirst, withinSeconds } from '../../../core/database/newest-first.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { firstIdAt } from '../../../core/id.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Refusal, RefusalCount, RefusalFilter } from './model.ts';

export type RefusalRepository = ReturnType<typeof refusalRepository>;

const COLUMNS = [
  'id',
  'refused_at',
  'partner_id',
  'external_id',
  'code',
  'message',
  'details',
  'request_id',
] as const;

const queueInsert = bulkInsert<Refusal>('refusals', {
  id: ['uuid', ({ id }) => id],
  refused_at: ['timestamptz', ({ refusedAt }) => refusedAt.toString()],
  partner_id: ['uuid', ({ partnerId }) => partnerId],
  external_id: ['text', ({ externalId }) => externalId],
  code: ['text', ({ code }) => code],
  message: ['text', ({ message }) => message],
  details: ['jsonb', ({ details }) => JSON.stringify(details)],
  request_id: ['text', ({ requestId }) => requestId],
});

/** Adds to the counts. In the order of the key, so that processes do not wait for each other in a circle. */
const queueCount = bulkInsert<RefusalCount>(
  'refusal_hours',
  {
    hour: ['timestamptz', ({ hour }) => hour.toString()],
    partner_id: ['uuid', ({ partnerId }) => partnerId],
    code: ['text', ({ code }) => code],
    refused: ['bigint', ({ refused }) => refused],
  },
  `order by 1, 2, 3
   on conflict (hour, partner_id, code) do update set refused = refusal_hours.refused + excluded.refused`,
);

export function refusalRepository() {
  /** Newest first. The cursor is the id. */
  function list(db: Db, filter: RefusalFilter, page: PageRequest): Promise<PageOf<Refusal>> {
    const { externalIds, partnerIds, codes, from, to } = filter;
    // The narrowest index is read, and its rows are compared with the other filters.
    const [byId, byPartner] = [externalIds !== undefined, partnerIds !== undefined];
    const chosen = allOf(
      anyValueOf('external_id', 'text', externalIds),
      anyValueOf('partner_id', 'uuid', partnerIds, { isIndexed: !byId }),
      anyValueOf('code', 'text', codes, { isIndexed: !byId && !byPartner }),
    );
    return pageNewestFirst(
      db,
      {
        table: 'refusals',
        columns: COLUMNS,
        onlyGrows: false,
        where: [...chosen.where, ...withinSeconds(from, to)],
        merges: chosen.merges,
        hasIndex: byId || byPartner || codes !== undefined,
      },
      toRefusal,
      page,
    );
  }

  /** Deletes up to `limit` refusals and up to `limit` counts of before this time. Returns the greater number. */
  async function removeBefore(trx: Trx, time: Temporal.Instant, limit: number): Promise<number> {
    const { rows } = await sql<{ removed: number }>`
      with refusal as (
        delete from refusals where id in (
          select id from refusals where id < ${firstIdAt(time)} order by id limit ${limit}
        ) returning id
      ),
      counted as (
        delete from refusal_hours where (hour, partner_id, code) in (
          select hour, partner_id, code from refusal_hours where hour < ${time.toString()}
          order by hour limit ${limit}
        ) returning code
      )
      select greatest((select count(*) from refusal), (select count(*) from counted))::int as removed
    `.execute(trx);
    return rows[0]?.removed ?? 0;
  }

  return { queueInsert, queueCount, list, removeBefore };
}

function toRefusal(row: RowOf<'refusals', typeof COLUMNS>): Refusal {
  return {
    id: row.id,
    refusedAt: row.refused_at,
    partnerId: row.partner_id,
    externalId: row.external_id,
    code: row.code,
    message: row.message,
    details: row.details as Refusal['details'],
    requestId: row.request_id,
  };
}
