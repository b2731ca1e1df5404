import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { CapMismatch, Numeric } from './model.ts';

/* Compares what users have used of monthly caps with the rewards that count against them. */

type CapMismatchRow = {
  user_id: string;
  offer_id: string;
  month: string;
  currency: string;
  stated_used: Numeric | null;
  stated_cap: Numeric | null;
  demanded_used: Numeric | null;
  demanded_cap: Numeric | null;
};

/**
 * A reward uses what it is now, and nothing once it is reversed. A cap is the largest of those that its rewards state. The
 * database keeps each usage within its cap, so no cap was exceeded.
 */
export async function findCapMismatches(db: Db): Promise<CapMismatch[]> {
  const { rows } = await sql<CapMismatchRow>`
    with latest as (
      select distinct on (purchase_id) purchase_id, reward from purchase_revisions order by purchase_id, seq desc
    ),
    demanded as (
      select
        user_id,
        coalesce(cap_group, offer_id) as offer_id,
        cap_month as month,
        min(currency) as currency,
        sum(case status when 'reversed' then 0 else coalesce(reward, amount) end)::numeric(38, 4) as used,
        max(monthly_cap)::numeric(19, 4) as cap
      from cashback_transactions left join latest using (purchase_id)
      where cap_month is not null
      group by user_id, coalesce(cap_group, offer_id), cap_month
    )
    select
      user_id, offer_id, month::text, coalesce(currency, '?') as currency, usage.used as stated_used, usage.cap as stated_cap,
      demanded.used as demanded_used, demanded.cap as demanded_cap
    from demanded full join cashback_cap_usage as usage using (user_id, offer_id, month)
    where (usage.used, usage.cap) is distinct from (demanded.used, demanded.cap)
    order by user_id, offer_id, month
  `.execute(db);
  return rows.map((row) => ({
    user: row.user_id,
    offer: row.offer_id,
    month: row.month,
    currency: row.currency,
    stated: sideOf(row.stated_used, row.stated_cap),
    demanded: sideOf(row.demanded_used, row.demanded_cap),
  }));
}

function sideOf(used: Numeric | null, cap: Numeric | null): CapMismatch['stated'] {
  return used === null || cap === null ? null : { used, cap };
}
