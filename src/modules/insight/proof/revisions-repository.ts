import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import { minorDigitsByCurrency } from '../../../core/money.ts';
import type { IdRange, Numeric, RevisionCountMismatch, RevisionMismatch } from './model.ts';
import { within } from './ranges-repository.ts';

/* Amendments: what they make of a purchase's reward. */

/**
 * The rewards of a purchase at its confirmation, when they became available, and now; nulls if it has no revision. Joined
 * to `purchases`.
 */
export const REVISED_REWARDS: RawBuilder<unknown> = sql`
  left join lateral (
    select
      coalesce(
        (array_agg(reward_before order by seq) filter (where state = 'confirmed'))[1],
        (array_agg(reward order by seq desc))[1]
      ) as confirmed,
      coalesce(
        (array_agg(reward_before order by seq) filter (where bucket_before = 'available'))[1],
        (array_agg(reward order by seq desc))[1]
      ) as released,
      (array_agg(reward order by seq desc))[1] as present
    from purchase_revisions
    where purchases.revision > 0 and purchase_id = purchases.id
  ) as revised on true
`;

/** The minor units of each currency, for `rewardOf`. */
export function unitsOfCurrencies(): RawBuilder<unknown> {
  const units = [...minorDigitsByCurrency].map(([currency, digits]) => ({ currency, scale: 10 ** digits }));
  return sql`
    select
      unnest(${units.map(({ currency }) => currency)}::text[]) as currency,
      unnest(${units.map(({ scale }) => scale)}::numeric[]) as scale
  `;
}

/** What a row of `offers` gives for an amount before the cap, rounded half to even in a row of `units`. */
export function rewardOf(amount: RawBuilder<unknown>): RawBuilder<unknown> {
  const exact = sql`(${amount} * offers.cashback_value * 0.01 * units.scale)`;
  return sql`
    least(
      ${amount},
      case
        when offers.cashback_type = 'fixed' then offers.cashback_value
        when ${exact} - floor(${exact}) > 0.5 then (floor(${exact}) + 1) / units.scale
        when ${exact} - floor(${exact}) = 0.5 then (floor(${exact}) + mod(floor(${exact}), 2)) / units.scale
        else floor(${exact}) / units.scale
      end
    )
  `;
}

type RevisionMismatchRow = {
  purchase_id: string;
  currency: string;
  seq: number;
  demanded_seq: number;
  reward_before: Numeric | null;
  demanded_reward_before: Numeric | null;
  uncapped_amount: Numeric | null;
  demanded_uncapped_amount: Numeric | null;
  reward: Numeric | null;
  demanded_reward: Numeric | null;
  way: string | null;
  demanded_way: string | null;
};

/** Revisions that do not follow from the previous one and the terms of the offer. */
export async function findRevisionMismatches(db: Db, range: IdRange): Promise<RevisionMismatch[]> {
  const { rows } = await sql<RevisionMismatchRow>`
    with units as (${unitsOfCurrencies()}),
    chained as (
      select
        purchase_revisions.*,
        row_number() over chain as position,
        lag(reward) over chain as previous_reward,
        lag(bucket) over chain as previous_bucket,
        lag(amount) over chain as previous_amount
      from purchase_revisions
      where ${within('purchase_id', range)}
      window chain as (partition by purchase_id order by seq)
    ),
    compared as (
      select
        purchases.id as purchase_id,
        purchases.currency,
        chained.seq,
        chained.position::int as demanded_seq,
        chained.reward_before,
        coalesce(chained.previous_reward, recorded.amount) as demanded_reward_before,
        chained.uncapped_amount,
        given.uncapped as demanded_uncapped_amount,
        chained.reward,
        -- What other purchases left of a cap is not known here.
        case
          when chained.cause = 'refilled' and not offers.cap_refill then chained.reward_before
          when offers.monthly_cap is not null and chained.reward between 0 and least(given.uncapped, offers.monthly_cap)
            then chained.reward
          else least(given.uncapped, offers.monthly_cap)
        end as demanded_reward,
        chained.bucket_before || ' to ' || chained.bucket as way,
        case
          when chained.previous_bucket = 'available' or chained.bucket_before = 'available' then 'available to available'
          when chained.state = 'confirmed' and not coalesce(
            purchases.release_queue is not null
              and (purchases.released_at is null or chained.created_at <= purchases.released_at),
            false
          ) then 'pending to available'
          else 'pending to pending'
        end as demanded_way
      from chained
      join purchases on purchases.id = chained.purchase_id
      left join cashback_transactions as recorded on recorded.purchase_id = purchases.id
      left join offers on offers.id = purchases.offer_id
      left join units on units.currency = purchases.currency
      -- A refill leaves the amount as it was.
      cross join lateral (
        select case chained.cause
          when 'refilled' then coalesce(chained.previous_amount, purchases.amount) else chained.amount
        end as amount
      ) as told
      cross join lateral (select ${rewardOf(sql`told.amount`)} as uncapped) as given
    )
    select * from compared
    where (seq, reward_before, uncapped_amount, reward, way)
      is distinct from (demanded_seq, demanded_reward_before, demanded_uncapped_amount, demanded_reward, demanded_way)
    order by purchase_id, seq
  `.execute(db);
  return rows.map((row) => ({
    purchaseId: row.purchase_id,
    currency: row.currency,
    stated: {
      seq: row.seq,
      rewardBefore: row.reward_before,
      uncappedAmount: row.uncapped_amount,
      reward: row.reward,
      way: row.way,
    },
    demanded: {
      seq: row.demanded_seq,
      rewardBefore: row.demanded_reward_before,
      uncappedAmount: row.demanded_uncapped_amount,
      reward: row.demanded_reward,
      way: row.demanded_way,
    },
  }));
}

/** Purchases whose number of revisions is not that of their latest one. */
export async function findRevisionCountMismatches(db: Db, range: IdRange): Promise<RevisionCountMismatch[]> {
  const { rows } = await sql<{ id: string; currency: string; revision: number; latest: number }>`
    with latest as (
      select purchase_id, max(seq) as seq from purchase_revisions
      where ${within('purchase_id', range)}
      group by purchase_id
    )
    select id, currency, revision, coalesce(seq, 0) as latest
    from purchases left join latest on purchase_id = id
    where ${within('id', range)} and revision <> coalesce(seq, 0)
    order by id
  `.execute(db);
  return rows.map(({ id, currency, revision, latest }) => ({
    purchaseId: id,
    currency,
    stated: revision,
    latest,
  }));
}
