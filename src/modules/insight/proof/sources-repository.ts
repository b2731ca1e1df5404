import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { WalletBucket, WalletEntryType } from '../../../core/database/schema.generated.ts';
import type { EntryMismatch, IdRange, Numeric, RewardMismatch, SourceType } from './model.ts';
import { within } from './ranges-repository.ts';
import { IS_RELEASED } from './releases-repository.ts';
import { REVISED_REWARDS, rewardOf, unitsOfCurrencies } from './revisions-repository.ts';

/* Compares the journal with the sources of its entries, and rewards with their purchases. */

type EntryMismatchRow = {
  source_id: string;
  type: WalletEntryType;
  source_status: string | null;
  demanded_source_type: SourceType | null;
  demanded_user_id: string;
  demanded_currency: string;
  demanded_amount: Numeric;
  demanded_from: WalletBucket;
  demanded_to: WalletBucket;
  source_type: SourceType | null;
  user_id: string | null;
  currency: string | null;
  amount: Numeric;
  from_bucket: WalletBucket;
  to_bucket: WalletBucket;
  wallet_id: string;
  sequence: bigint;
};

type RewardMismatchRow = {
  purchase_id: string;
  is_purchase: boolean | null;
  is_reward: boolean | null;
  demanded_user_id: string;
  demanded_offer_id: string;
  demanded_currency: string;
  demanded_status: string;
  demanded_terms: string | null;
  demanded_uncapped_amount: Numeric | null;
  demanded_amount: Numeric | null;
  user_id: string;
  offer_id: string;
  currency: string;
  status: string;
  terms: string;
  uncapped_amount: Numeric;
  amount: Numeric;
};

/** Finds the entries that differ from their source, that have no source, or that are missing. */
export async function findEntryMismatches(db: Db, range: IdRange): Promise<EntryMismatch[]> {
  const { rows } = await sql<EntryMismatchRow>`
    with demanded as (${demandedEntries(range)}),
    entries as (
      select
        wallet_entries.*, wallets.user_id, wallets.currency,
        -- The second of its kind has no counterpart.
        row_number() over (partition by source_id, type order by wallet_id, sequence) as occurrence
      from wallet_entries left join wallets on wallets.id = wallet_entries.wallet_id
      where ${within('source_id', range)}
    )
    select
      source_id,
      type,
      case coalesce(demanded.source_type, entries.source_type)
        when 'purchase' then (select status::text from purchases where id = source_id)
        when 'revision' then (select state::text from purchase_revisions where id = source_id)
        when 'payout' then (select status::text from payouts where id = source_id)
        when 'adjustment' then (
          select
            case when not needs_four_eyes or verdict = 'approved' then direction::text
              else coalesce(verdict::text, 'awaiting approval') end
          from adjustments left join adjustment_decisions on adjustment_id = id
          where id = source_id
        )
      end as source_status,
      demanded.source_type as demanded_source_type,
      demanded.user_id as demanded_user_id,
      demanded.currency as demanded_currency,
      demanded.amount as demanded_amount,
      demanded.from_bucket as demanded_from,
      demanded.to_bucket as demanded_to,
      entries.source_type,
      entries.user_id,
      entries.currency,
      entries.amount,
      entries.from_bucket,
      entries.to_bucket,
      entries.wallet_id,
      entries.sequence
    from demanded full join entries using (source_id, type, occurrence)
    where (
        demanded.source_type, demanded.user_id, demanded.currency, demanded.amount, demanded.from_bucket, demanded.to_bucket
      ) is distinct from (
        entries.source_type, entries.user_id, entries.currency, entries.amount, entries.from_bucket, entries.to_bucket
      )
    order by source_id, type
  `.execute(db);
  return rows.map(toEntryMismatch);
}

/** The entries that each source requires in its current status. A reward of zero requires none. */
function demandedEntries(range: IdRange): RawBuilder<unknown> {
  return sql`
    select
      'purchase'::wallet_source_type as source_type, purchases.id as source_id, purchases.user_id, purchases.currency,
      step.amount, step.type, step.from_bucket, step.to_bucket, 1::bigint as occurrence
    from purchases
    join cashback_transactions as reward on reward.purchase_id = purchases.id
    ${REVISED_REWARDS}
    cross join lateral (
      values
        ('cashback_credit'::wallet_entry_type, 'platform'::wallet_bucket, 'pending'::wallet_bucket, reward.amount, true),
        (
          'cashback_confirmation', 'pending', 'available', coalesce(revised.released, reward.amount), ${IS_RELEASED}
        ),
        (
          'cashback_reversal',
          (case when ${IS_RELEASED} then 'available' else 'pending' end)::wallet_bucket,
          'platform',
          coalesce(revised.present, reward.amount),
          purchases.status = 'reversed'
        )
    ) as step (type, from_bucket, to_bucket, amount, is_due)
    where is_due and step.amount > 0
      and ${within('purchases.id', range)} and ${within('reward.purchase_id', range)}
    union all
    select
      'revision', purchase_revisions.id, purchases.user_id, purchases.currency, step.amount, step.type, step.from_bucket,
      step.to_bucket, 1
    from purchase_revisions
    join purchases on purchases.id = purchase_revisions.purchase_id
    cross join lateral (
      values
        (
          'cashback_credit'::wallet_entry_type, 'platform'::wallet_bucket, 'pending'::wallet_bucket,
          reward - reward_before
        ),
        ('cashback_reversal', bucket_before, 'platform', reward_before - reward),
        (
          'cashback_confirmation', 'pending', 'available',
          case
            when bucket <> 'available' then 0
            when bucket_before = 'available' then reward - reward_before
            else reward
          end
        )
    ) as step (type, from_bucket, to_bucket, amount)
    where step.amount > 0 and ${within('purchase_revisions.id', range)}
    union all
    select 'payout', payouts.id, user_id, currency, amount, step.type, step.from_bucket, step.to_bucket, 1
    from payouts
    cross join lateral (
      values
        ('payout'::wallet_entry_type, 'available'::wallet_bucket, 'paid'::wallet_bucket, true),
        ('payout_refund', 'paid', 'available', status in ('failed', 'cancelled', 'returned'))
    ) as step (type, from_bucket, to_bucket, is_due)
    where is_due and ${within('payouts.id', range)}
    union all
    select
      'adjustment', id, user_id, currency, amount, 'adjustment',
      (case direction when 'credit' then 'platform' else 'available' end)::wallet_bucket,
      (case direction when 'credit' then 'available' else 'platform' end)::wallet_bucket,
      1
    from adjustments left join adjustment_decisions on adjustment_id = id
    where (not needs_four_eyes or (verdict = 'approved' and decided_by <> admin_id)) and ${within('id', range)}
  `;
}

function toEntryMismatch(row: EntryMismatchRow): EntryMismatch {
  return {
    sourceId: row.source_id,
    entryType: row.type,
    sourceStatus: row.source_status,
    demanded: row.demanded_source_type && {
      sourceType: row.demanded_source_type,
      user: row.demanded_user_id,
      currency: row.demanded_currency,
      amount: row.demanded_amount,
      from: row.demanded_from,
      to: row.demanded_to,
    },
    entry: row.source_type && {
      sourceType: row.source_type,
      user: row.user_id,
      currency: row.currency,
      amount: row.amount,
      from: row.from_bucket,
      to: row.to_bucket,
      walletId: row.wallet_id,
      sequence: row.sequence,
    },
  };
}

/** Finds the rewards that differ from their purchase and the terms of its offer, or that are missing. */
export async function findRewardMismatches(db: Db, range: IdRange): Promise<RewardMismatch[]> {
  const { rows } = await sql<RewardMismatchRow>`
    with units as (${unitsOfCurrencies()}),
    rewards as (
      select * from cashback_transactions where ${within('purchase_id', range)}
    ),
    rewarded as (
      select
        purchases.*,
        offers.cashback_type, offers.cashback_value, offers.monthly_cap,
        ${rewardOf(sql`purchases.amount`)} as uncapped_amount
      from purchases
      left join offers on offers.id = purchases.offer_id
      left join units on units.currency = purchases.currency
      where ${within('purchases.id', range)}
    ),
    demanded as (
      select
        id as purchase_id, true as is_purchase, user_id, offer_id, currency,
        (case when status = 'confirmed' then case when ${IS_RELEASED} then 'available' else 'pending' end else status::text end) as status,
        cashback_type, cashback_value, monthly_cap, uncapped_amount
      from rewarded
    ),
    compared as (
      select
        purchase_id,
        is_purchase,
        reward.id is not null as is_reward,
        demanded.user_id as demanded_user_id,
        demanded.offer_id as demanded_offer_id,
        demanded.currency as demanded_currency,
        demanded.status as demanded_status,
        demanded.cashback_type as demanded_type,
        demanded.cashback_value as demanded_value,
        demanded.monthly_cap as demanded_cap,
        demanded.uncapped_amount as demanded_uncapped_amount,
        -- What earlier purchases left of a cap is not known here.
        case
          when reward.amount between 0 and least(demanded.uncapped_amount, demanded.monthly_cap)
            and demanded.monthly_cap is not null then reward.amount
          else least(demanded.uncapped_amount, demanded.monthly_cap)
        end as demanded_amount,
        reward.user_id,
        reward.offer_id,
        reward.currency,
        reward.status::text as status,
        reward.cashback_type as type,
        reward.cashback_value as value,
        reward.monthly_cap as cap,
        reward.uncapped_amount,
        reward.amount
      from demanded full join rewards as reward using (purchase_id)
    )
    select
      *,
      concat_ws(' ', demanded_type, demanded_value, 'capped at ' || demanded_cap) as demanded_terms,
      concat_ws(' ', type, value, 'capped at ' || cap) as terms
    from compared
    where (
        demanded_user_id, demanded_offer_id, demanded_currency, demanded_status, demanded_type, demanded_value, demanded_cap,
        demanded_uncapped_amount, demanded_amount
      ) is distinct from (user_id, offer_id, currency, status, type, value, cap, uncapped_amount, amount)
    order by purchase_id
  `.execute(db);
  return rows.map(toRewardMismatch);
}

function toRewardMismatch(row: RewardMismatchRow): RewardMismatch {
  return {
    purchaseId: row.purchase_id,
    demanded: row.is_purchase
      ? {
          user: row.demanded_user_id,
          offer: row.demanded_offer_id,
          currency: row.demanded_currency,
          status: row.demanded_status,
          terms: row.demanded_terms,
          uncappedAmount: row.demanded_uncapped_amount,
          amount: row.demanded_amount,
        }
      : null,
    reward: row.is_reward
      ? {
          user: row.user_id,
          offer: row.offer_id,
          currency: row.currency,
          status: row.status,
          terms: row.terms,
          uncappedAmount: row.uncapped_amount,
          amount: row.amount,
        }
      : null,
  };
}
