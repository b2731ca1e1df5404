import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import { anyOf } from '../../../core/database/rows.ts';
import { FEED_COLUMNS, type FeedRow, toRecordedEvent } from './feed-repository.ts';
import type { RecordedEvent } from './model.ts';

export type LookupRepository = ReturnType<typeof lookupRepository>;

/** Events above the id `after` and up to `until`. An id contains the millisecond of its event. */
export type IdRange = { readonly after: string; readonly until: string };

/** Finds events by their ids. The feed has another order, which no event joins late. */
export function lookupRepository() {
  async function find(db: Db, ids: readonly string[]): Promise<RecordedEvent[]> {
    const rows = await db
      .selectFrom('audit_logs')
      .select(FEED_COLUMNS)
      .where('id', '=', anyOf(ids))
      .where('outcome', '=', 'success')
      .execute();
    return rows.map(toRecordedEvent);
  }

  /** Reads up to `limit` records. Returns the last id of them, and the events among them that have these types. */
  async function passIds(
    db: Db,
    { after, until }: IdRange,
    { types, limit }: { readonly types: readonly string[]; readonly limit: number },
  ): Promise<{ readonly events: readonly RecordedEvent[]; readonly last: string | undefined }> {
    const columns = sql.join(FEED_COLUMNS.map((column) => sql.ref(column)));
    const { rows } = await sql<{ last_id: string } & ({ id: null } | FeedRow)>`
      with passed as materialized (
        select ${columns} from audit_logs
        where id > ${after}::uuid and id <= ${until}::uuid
        order by id
        limit ${limit}
      )
      select bounds.*, asked.*
      from (select id as last_id from passed order by id desc limit 1) as bounds
      left join passed as asked on outcome = 'success' and action = any (${[...types]}::text[])
      order by asked.id
    `.execute(db);
    return {
      events: rows.flatMap((row) => (row.id === null ? [] : [toRecordedEvent(row)])),
      last: rows[0]?.last_id,
    };
  }

  return { find, passIds };
}
