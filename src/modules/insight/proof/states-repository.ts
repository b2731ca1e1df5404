import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { IdRange, StateMismatch } from './model.ts';
import { within } from './ranges-repository.ts';

/* Purchases, payouts and decisions that contradict themselves, where no other record would show it. */

export async function findStateMismatches(db: Db, range: IdRange): Promise<StateMismatch[]> {
  const { rows } = await sql<{
    source_type: StateMismatch['sourceType'];
    source_id: string;
    currency: string;
    status: string;
    problem: StateMismatch['problem'];
  }>`
    select 'purchase' as source_type, id as source_id, currency, status::text as status, problem
    from purchases
    left join purchase_holds on purchase_id = id and resolution is null
    cross join lateral (
      select case
        when status <> 'reversed' and (reversed_at is not null or reversal_reason is not null)
          then 'names a reversal'
        when release_queue is not null and confirmed_at is null then 'names a release queue'
        when released_at is not null and release_queue is null then 'was released out of no queue'
        when released_at < confirmed_at then 'was released before it was confirmed'
        when held and purchase_id is null then 'is held without an open hold'
        when not held and purchase_id is not null then 'is not held by its open hold'
      end as problem
    ) as judged
    where ${within('purchases.id', range)} and problem is not null
    union all
    select 'payout', id, currency, status::text, problem
    from payouts
    cross join lateral (
      select case
        when (status = 'requested' and processing_at is not null) or (processing_at is null and processing_by is not null)
          then 'names who processed it'
        when status not in ('completed', 'returned') and completed_by is not null then 'names who completed it'
      end as problem
    ) as judged
    where ${within('payouts.id', range)} and problem is not null
    union all
    select 'adjustment', adjustment_id, coalesce(currency, '?'), verdict::text, 'is a decision that no adjustment needs'
    from adjustment_decisions left join adjustments on adjustments.id = adjustment_id
    where ${within('adjustment_id', range)} and needs_four_eyes is not true
    order by 1, 2
  `.execute(db);
  return rows.map(({ source_type, source_id, ...row }) => ({
    sourceType: source_type,
    sourceId: source_id,
    ...row,
  }));
}
