import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { IdRange, Numeric, ReleaseMismatch, WrongDay } from './model.ts';
import { within } from './ranges-repository.ts';

/* Ceilings of what becomes available on a day: what was counted. */

/** True if the reward of a row of `purchases` became available at any time. */
export const IS_RELEASED: RawBuilder<boolean> = sql`
  (confirmed_at is not null and (release_queue is null or released_at is not null))
`;

type ReleaseMismatchRow = {
  source_id: string;
  purchase_id: string;
  namespace: string;
  currency: string;
  day: string;
  amount: Numeric;
  released_purchase: string | null;
  released_namespace: string | null;
  released_currency: string;
  released_day: string;
  released_amount: Numeric;
};

/** Counted releases that differ from what became available: a purchase by its confirmation or release, or a raise. */
export async function findReleaseMismatches(db: Db, range: IdRange): Promise<ReleaseMismatch[]> {
  const { rows } = await sql<ReleaseMismatchRow>`
    with counted as (
      select * from exposure_entries where ${within('purchase_id', range)}
    ),
    released as (
      select
        counted.source_id, purchases.id as purchase_id, purchases.currency, release_queue as queue,
        (coalesce(released_at, confirmed_at) at time zone 'UTC')::date as day, entry.amount
      from counted
      join purchases on purchases.id = counted.source_id and ${IS_RELEASED}
      join wallet_entries as entry on entry.source_id = purchases.id and entry.type = 'cashback_confirmation'
      union all
      select
        counted.source_id, revision.purchase_id, purchases.currency, null, (revision.created_at at time zone 'UTC')::date,
        revision.reward - revision.reward_before
      from counted
      join purchase_revisions as revision on revision.id = counted.source_id and revision.bucket_before = 'available'
      join purchases on purchases.id = revision.purchase_id
    ),
    compared as (
      select
        counted.source_id, counted.purchase_id, counted.namespace, counted.currency, counted.day::text as day,
        counted.amount,
        released.purchase_id as released_purchase,
        -- The queue, otherwise the partner, if it is a source. Who decided when is not known here.
        case
          when counted.source_id = counted.purchase_id and released.queue is not null then released.queue
          when counted.namespace = ${PLATFORM} or counted.namespace in (
            select partner_id from purchases where id = counted.purchase_id
            union all
            select partner_of_namespace(witness.namespace, purchases.merchant_id)
            from purchase_witnesses as witness join purchases on purchases.id = witness.purchase_id
            where witness.purchase_id = counted.purchase_id and source_kind = 'partner'
          ) then counted.namespace
        end as released_namespace,
        released.currency as released_currency, released.day::text as released_day, released.amount as released_amount
      from counted left join released using (source_id)
    )
    select * from compared
    where (purchase_id, namespace, currency, day, amount)
      is distinct from (released_purchase, released_namespace, released_currency, released_day, released_amount)
    order by source_id
  `.execute(db);
  return rows.map((row) => ({
    sourceId: row.source_id,
    counted: {
      purchase: row.purchase_id,
      namespace: row.namespace,
      currency: row.currency,
      day: row.day,
      amount: row.amount,
    },
    released:
      row.released_purchase === null
        ? null
        : {
            purchase: row.released_purchase,
            namespace: row.released_namespace,
            currency: row.released_currency,
            day: row.released_day,
            amount: row.released_amount,
          },
  }));
}

/** Days whose sum differs from that of their entries. */
export async function findWrongDays(db: Db): Promise<WrongDay[]> {
  const { rows } = await sql<WrongDay>`
    with counted as (
      select namespace, currency, day, sum(amount) as amount from exposure_entries group by 1, 2, 3
    )
    select namespace, currency, day::text as day, released as stated, coalesce(amount, 0) as counted
    from exposure_days full join counted using (namespace, currency, day)
    where released is distinct from coalesce(amount, 0)
    order by namespace, currency, day
  `.execute(db);
  return rows;
}

const PLATFORM = '00000000-0000-0000-0000-000000000000';
