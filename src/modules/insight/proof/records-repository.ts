import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { IdRange, Numeric, RecordMismatch, SourceType } from './model.ts';
import { within } from './ranges-repository.ts';
import { REVISED_REWARDS } from './revisions-repository.ts';

/* Compares the audit log with the purchases, payouts and adjustments that it records. */

type RecordMismatchRow = {
  source_type: SourceType;
  source_id: string | null;
  action: string;
  is_demanded: boolean | null;
  demanded_user: string | null;
  demanded_amount: Numeric | null;
  demanded_cashback: Numeric | null;
  demanded_currency: string | null;
  demanded_direction: string | null;
  demanded_admin: string | null;
  demanded_reason: string | null;
  demanded_waits: string | null;
  record_id: string | null;
  record_user: string | null;
  record_amount: Numeric | null;
  record_cashback: Numeric | null;
  record_currency: string | null;
  record_direction: string | null;
  record_admin: string | null;
  record_reason: string | null;
  record_waits: string | null;
};

const REFUNDED = ['failed', 'cancelled', 'returned'] as const;

/** The records of revisions, by their cause. */
const REVISED = ['purchase.amended', 'purchase.matched', 'purchase.refilled'];

const ADJUSTED = ['adjusted', 'adjustment_requested', 'adjustment_rejected', 'adjustment_expired'].map(
  (action) => `wallet.${action}`,
);

const ACTIONS = [
  ...['purchase.recorded', 'purchase.confirmed', 'purchase.reward_released', 'purchase.reversed', ...REVISED],
  ...['payout.requested', 'payout.processing', 'payout.completed'],
  ...REFUNDED.map((status) => `payout.${status}`),
];

/** Finds the records of purchases and payouts that differ from them, that have no reason, or that are missing. */
export async function findRecordMismatches(db: Db, range: IdRange): Promise<RecordMismatch[]> {
  const { rows } = await sql<RecordMismatchRow>`
    with demanded as (
      select
        'purchase' as source_type, purchases.id as source_id, step.action, 0 as part, step.user_id::text as user_id,
        step.amount, step.cashback, purchases.currency::text as currency, null as direction, null as admin, step.reason,
        -- Of a confirmation: the queue that it left the reward in.
        step.waits::text as waits
      from purchases
      left join cashback_transactions as reward
        on reward.purchase_id = purchases.id and ${within('reward.purchase_id', range)}
      ${REVISED_REWARDS}
      cross join lateral (
        values
          ('purchase.recorded', purchases.user_id, purchases.amount::numeric, reward.amount::numeric, null, true, null),
          (
            'purchase.confirmed', null, null, coalesce(revised.confirmed, reward.amount), null, confirmed_at is not null,
            release_queue
          ),
          (
            'purchase.reward_released', null, null, coalesce(revised.released, reward.amount), null,
            released_at is not null, null
          ),
          (
            'purchase.reversed', null, null, coalesce(revised.present, reward.amount), reversal_reason::text,
            purchases.status = 'reversed', null
          )
      ) as step (action, user_id, amount, cashback, reason, is_due, waits)
      where is_due and ${within('purchases.id', range)}
      union all
      select
        'purchase', purchases.id, 'purchase.' || cause, seq, user_id::text, purchase_revisions.amount, reward,
        currency::text, null, null, null, null
      from purchase_revisions join purchases on purchases.id = purchase_id
      where ${within('purchase_id', range)}
      union all
      select 'payout', id, step.action, 0, step.user_id::text, amount, null, currency, null, step.admin::text, null, null
      from payouts
      cross join lateral (
        values
          ('payout.requested', user_id, null, true),
          ('payout.processing', null, processing_by, processing_at is not null),
          ('payout.completed', null, completed_by, status in ('completed', 'returned')),
          ('payout.' || status, null, null, status = any (${REFUNDED}::payout_status[]))
      ) as step (action, user_id, admin, is_due)
      where is_due and ${within('id', range)}
    ),
    records as (
      select
        id,
        resource_type as source_type,
        resource_id as source_id,
        action,
        case when action = any (${REVISED}) and details ->> 'revision' ~ '^[0-9]{1,9}$' then (details ->> 'revision')::int else 0 end as part,
        case when action = 'purchase.recorded' or action = any (${REVISED}) then details ->> 'user_id' when action = 'payout.requested' then actor_id::text end as user_id,
        ${moneyOf('amount')} as amount,
        ${moneyOf('cashback_amount')} as cashback,
        details ->> 'currency' as currency,
        null as direction,
        case when action in ('payout.processing', 'payout.completed') then actor_id::text end as admin,
        case when action = 'purchase.reversed' then details ->> 'reason' end as reason,
        case when action = 'purchase.confirmed' and details ->> 'awaiting_release' = 'true' then details ->> 'release_queue' end as waits
      from audit_logs
      where ${within('resource_id', range)} and action = any (${ACTIONS}) and outcome = 'success'
    )
    ${mismatches()}
  `.execute(db);
  return rows.map(toRecordMismatch);
}

/** Finds the same faults for adjustments. Their records are about the wallet and name the adjustment in the details. */
export async function findAdjustmentRecordMismatches(db: Db): Promise<RecordMismatch[]> {
  const { rows } = await sql<RecordMismatchRow>`
    with demanded as (
      select
        'adjustment' as source_type, id::text as source_id, step.action, 0 as part, user_id::text as user_id, amount,
        null::numeric as cashback, currency::text as currency, direction::text as direction, step.admin::text as admin, null as reason,
        null as waits
      from adjustments left join adjustment_decisions on adjustment_id = id
      cross join lateral (
        values
          ('wallet.adjusted', coalesce(decided_by, admin_id, user_id), not needs_four_eyes or verdict = 'approved'),
          ('wallet.adjustment_requested', admin_id, needs_four_eyes),
          ('wallet.adjustment_rejected', decided_by, verdict = 'rejected'),
          ('wallet.adjustment_expired', null, verdict = 'expired')
      ) as step (action, admin, is_due)
      where is_due
    ),
    records as (
      select
        id, 'adjustment' as source_type, details ->> 'adjustment_id' as source_id, action, 0 as part, resource_id::text as user_id,
        ${moneyOf('amount')} as amount, null::numeric as cashback, details ->> 'currency' as currency,
        details ->> 'direction' as direction, actor_id::text as admin, null as reason,
        null as waits
      from audit_logs
      -- Every type: the index begins with it.
      where actor_type = any (enum_range(null::actor_type))
        and resource_type = 'wallet' and action = any (${ADJUSTED}) and outcome = 'success'
    )
    ${mismatches()}
  `.execute(db);
  return rows.map(toRecordMismatch);
}

function mismatches(): RawBuilder<unknown> {
  return sql`
    select
      coalesce(demanded.source_type, numbered.source_type) as source_type,
      source_id,
      action,
      demanded.source_type is not null as is_demanded,
      demanded.user_id as demanded_user,
      demanded.amount as demanded_amount,
      demanded.cashback as demanded_cashback,
      demanded.currency as demanded_currency,
      demanded.direction as demanded_direction,
      demanded.admin as demanded_admin,
      demanded.reason as demanded_reason,
      demanded.waits as demanded_waits,
      numbered.id as record_id,
      numbered.user_id as record_user,
      numbered.amount as record_amount,
      numbered.cashback as record_cashback,
      numbered.currency as record_currency,
      numbered.direction as record_direction,
      numbered.admin as record_admin,
      numbered.reason as record_reason,
      numbered.waits as record_waits
    from (select *, 1::bigint as occurrence from demanded) as demanded
    full join (
      -- The second of its kind has no counterpart.
      select *, row_number() over (partition by source_id, action, part order by id) as occurrence from records
    ) as numbered using (source_id, action, part, occurrence)
    where (
        demanded.source_type, demanded.user_id, demanded.amount, demanded.cashback, demanded.currency, demanded.direction,
        -- Payouts that older versions processed name no administrator.
        coalesce(demanded.admin, numbered.admin), demanded.reason,
        demanded.waits
      ) is distinct from (
        numbered.source_type, numbered.user_id, numbered.amount, numbered.cashback, numbered.currency, numbered.direction,
        numbered.admin,
        -- Made-up records of reversals name no reason.
        coalesce(numbered.reason, demanded.reason), numbered.waits
      )
    order by source_id, action, part
  `;
}

/** Null if the text is not an amount: an altered record must be reported, and must not end the proof. */
function moneyOf(field: string): RawBuilder<unknown> {
  const text = sql`details ->> ${sql.lit(field)}`;
  return sql`case when ${text} ~ '^[0-9]{1,15}(\\.[0-9]{1,4})?$' then (${text})::numeric end`;
}

function toRecordMismatch(row: RecordMismatchRow): RecordMismatch {
  return {
    sourceType: row.source_type,
    sourceId: row.source_id ?? 'unknown',
    action: row.action,
    demanded: row.is_demanded
      ? {
          user: row.demanded_user,
          amount: row.demanded_amount,
          cashbackAmount: row.demanded_cashback,
          currency: row.demanded_currency,
          direction: row.demanded_direction,
          admin: row.demanded_admin,
          reason: row.demanded_reason,
          releaseQueue: row.demanded_waits,
        }
      : null,
    record:
      row.record_id === null
        ? null
        : {
            id: row.record_id,
            user: row.record_user,
            amount: row.record_amount,
            cashbackAmount: row.record_cashback,
            currency: row.record_currency,
            direction: row.record_direction,
            admin: row.record_admin,
            reason: row.record_reason,
            releaseQueue: row.record_waits,
          },
  };
}
