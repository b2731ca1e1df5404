import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { endOfDay, startOfDay } from '../../../core/clock.ts';
import { allOf, anyValueOf, type Chosen, type NewestFirst } from '../../../core/database/newest-first.ts';
import { firstIdAt } from '../../../core/id.ts';
import { type DueWindow, PLATFORM, type PurchaseFilter } from './model.ts';

/** Stands for all shoppers in `purchases_by_source`. */
const SHOPPERS = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Who reported a purchase first, as the index `purchases_by_source` has it: the partner, `SHOPPERS` or `PLATFORM`. */
const SOURCE = sql`
  case
    when partner_id is not null then partner_id
    when namespace is not null then ${sql.lit(SHOPPERS)}::uuid
    else ${sql.lit(PLATFORM)}::uuid
  end
`;

/** What a list of purchases selects, in the order of an index. */
export function selectionOf(
  filter: PurchaseFilter,
): Pick<NewestFirst, 'where' | 'merges' | 'hasIndex' | 'onlyGrows'> {
  const { userIds, merchantIds, held, due, from, to } = filter;
  const statuses = due === undefined ? filter.statuses : PENDING;
  // Few purchases are held or have a name in common: they are read, compared and sorted.
  const isNarrow =
    held === true ||
    filter.externalIds !== undefined ||
    filter.firstExternalIds !== undefined ||
    filter.orderKeys !== undefined;
  const leading = isNarrow ? undefined : leadingOf(filter);
  const chosen = allOf(
    anyValueOf('user_id', 'uuid', userIds, { isIndexed: leading === 'user' }),
    // The windows are of these merchants already.
    due === undefined
      ? anyValueOf('merchant_id', 'uuid', merchantIds, { isIndexed: leading === 'merchant' })
      : dueOf(due, filter.statuses, leading === 'due'),
    sourceOf(filter, leading === 'source'),
    // The indexes of users, merchants and sources have the status before the id.
    statuses === undefined && leading !== undefined
      ? EACH_STATUS
      : anyValueOf('status', 'purchase_status', statuses, { isIndexed: !isNarrow }),
    { where: [...namesOf(filter), ...(held === true ? [sql<SqlBool>`held`] : [])], merges: [] },
  );
  return {
    where: [
      ...chosen.where,
      // Nearly all purchases are not held, so this filter has no index and needs none.
      ...(held === false ? [sql<SqlBool>`not held`] : []),
      ...(from === undefined ? [] : [sql<SqlBool>`id >= ${firstIdAt(startOfDay(from))}`]),
      ...(to === undefined ? [] : [sql<SqlBool>`id < ${firstIdAt(endOfDay(to))}`]),
    ],
    merges: chosen.merges,
    hasIndex: chosen.where.length > 0 || chosen.merges.length > 0,
    onlyGrows: statuses === undefined && held === undefined,
  };
}

/** The index whose first column the filter names, the most selective one first. */
function leadingOf({ userIds, due, merchantIds, partnerIds, sources }: PurchaseFilter) {
  if (userIds !== undefined) return 'user';
  if (due !== undefined) return 'due';
  if (merchantIds !== undefined) return 'merchant';
  return partnerIds !== undefined || sources !== undefined ? 'source' : undefined;
}

const PENDING = ['pending'] as const;

/** Pending purchases of the windows that are not held: the first ids of each merchant, in the index of merchants. */
function dueOf(due: readonly DueWindow[], statuses: PurchaseFilter['statuses'], isIndexed: boolean): Chosen {
  const windows = sql`unnest(
    ${due.map(({ merchantId }) => merchantId)}::uuid[],
    ${due.map(({ recordedUntil }) => firstIdAt(recordedUntil.add({ milliseconds: 1 })))}::uuid[]
  ) as due (merchant_id, end_id)`;
  const isDue = sql<SqlBool>`purchases.merchant_id = due.merchant_id and id < due.end_id`;
  const all = sql<SqlBool>`exists (select from ${windows} where ${isDue})`;
  const where = [
    // Few are held, and both indexes have all that is read: no row is fetched to find a page, nor to count it.
    sql<SqlBool>`id not in (select id from purchases where held)`,
    ...(statuses === undefined || statuses.includes('pending') ? [] : [sql<SqlBool>`false`]),
  ];
  return isIndexed
    ? { where, merges: [{ each: windows, where: isDue, all }] }
    : { where: [...where, all], merges: [] };
}

const EACH_STATUS: Chosen = {
  where: [],
  merges: [
    {
      each: sql`unnest(enum_range(null::purchase_status)) as each_status (value)`,
      where: sql`status = each_status.value`,
    },
  ],
};

function sourceOf({ partnerIds, sources }: PurchaseFilter, isIndexed: boolean): Chosen {
  const ofPartners = anyValueOf(SOURCE, 'uuid', partnerIds, { isIndexed });
  if (sources === undefined) return ofPartners;
  const takesPartners = sources.includes('partner');
  if (partnerIds !== undefined) return takesPartners ? ofPartners : { where: [sql`false`], merges: [] };

  const others = sources.flatMap((source) =>
    source === 'shopper' ? SHOPPERS : source === 'admin' ? PLATFORM : [],
  );
  if (!takesPartners) return anyValueOf(SOURCE, 'uuid', others, { isIndexed });
  const all = sql<SqlBool>`(partner_id is not null or ${SOURCE} = any (${others}::uuid[]))`;
  if (!isIndexed) return { where: [all], merges: [] };
  const each = sql`(select id from partners union select unnest(${others}::uuid[])) as each_source (value)`;
  return { where: [], merges: [{ each, where: sql`${SOURCE} = each_source.value`, all }] };
}

/** By the names that any source gave the purchase, and by the order. */
function namesOf({ externalIds, firstExternalIds, orderKeys }: PurchaseFilter): RawBuilder<SqlBool>[] {
  const where: RawBuilder<SqlBool>[] = [];
  if (externalIds !== undefined)
    where.push(sql`id in (
      select id from purchases where external_id = any (${externalIds}::text[])
      union all
      select purchase_id from purchase_witnesses where external_id = any (${externalIds}::text[])
    )`);
  if (firstExternalIds !== undefined) where.push(sql`external_id = any (${firstExternalIds}::text[])`);
  if (orderKeys !== undefined) where.push(sql`order_key = any (${orderKeys}::text[])`);
  return where;
}
