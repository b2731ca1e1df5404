import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import type {
  Blocker,
  Day,
  DayRange,
  MerchantSales,
  Outcomes,
  Overdue,
  PendingDay,
  Progress,
  RefusalsOfDay,
  State,
  Verification,
} from './model.ts';

export type ReportRepository = ReturnType<typeof reportRepository>;

/** Reads what the loop of the reports has added up. */
export function reportRepository() {
  async function findProgress(db: Db): Promise<Progress> {
    const row = await db
      .selectFrom('report_progress')
      .select(['as_of', 'completed_at'])
      .executeTakeFirstOrThrow();
    return { asOf: row.as_of, isComplete: row.completed_at !== null };
  }

  /** All zero for a currency without a wallet. */
  async function findState(db: Db, currency: string): Promise<State> {
    const row = await db
      .selectFrom('report_states')
      .selectAll()
      .where('currency', '=', currency)
      .executeTakeFirst();
    return row === undefined ? { ...NO_STATE, currency } : toState(row);
  }

  async function findOverdue(db: Db, currency: string): Promise<readonly Overdue[]> {
    const rows = await db
      .selectFrom('report_overdue')
      .selectAll()
      .where('currency', '=', currency)
      .orderBy('day')
      .execute();
    return rows.map((row) => ({
      currency,
      day: row.day,
      blockedBy: row.blocked_by as Blocker,
      purchases: Number(row.purchases),
      cashback: moneyFromNumeric(row.cashback, currency),
      since: row.since,
    }));
  }

  /** Of the purchases that were recorded in the range. */
  async function findOutcomes(db: Db, currency: string, range: DayRange): Promise<Outcomes> {
    const { rows } = await sql<{ confirmed: number; reversed: number; available: string; taken: string }>`
      select
        coalesce(sum(confirmed_purchases), 0)::float8 as confirmed,
        coalesce(sum(reversed_purchases), 0)::float8 as reversed,
        coalesce(sum(available_cashback), 0)::text as available,
        coalesce(sum(reversed_cashback), 0)::text as taken
      from report_days where currency = ${currency} and day between ${range.from} and ${range.to}
    `.execute(db);
    const { confirmed = 0, reversed = 0, available = '0', taken = '0' } = rows[0] ?? {};
    return {
      confirmedPurchases: confirmed,
      reversedPurchases: reversed,
      availableCashback: moneyFromNumeric(available, currency),
      reversedCashback: moneyFromNumeric(taken, currency),
    };
  }

  /** The days on which anything moved. */
  async function findDays(db: Db, currency: string, range: DayRange): Promise<readonly Day[]> {
    const { rows } = await sql<{ day: string; credited: string; confirmed: string; taken: string }>`
      select day, credited::text, confirmed::text, (taken_from_pending + taken_from_available)::text as taken
      from report_days where currency = ${currency} and day between ${range.from} and ${range.to}
    `.execute(db);
    return rows.map(({ day, credited, confirmed, taken }) => ({
      day,
      recorded: moneyFromNumeric(credited, currency),
      confirmed: moneyFromNumeric(confirmed, currency),
      reversed: moneyFromNumeric(taken, currency),
    }));
  }

  /** The days of which rewards are pending. */
  async function findPendingDays(db: Db, currency: string): Promise<readonly PendingDay[]> {
    const rows = await db
      .selectFrom('report_days')
      .select(['day', 'pending_rewards', 'pending_cashback'])
      .where('currency', '=', currency)
      .where('pending_rewards', '>', 0n)
      .execute();
    return rows.map((row) => ({
      day: row.day,
      count: Number(row.pending_rewards),
      amount: moneyFromNumeric(row.pending_cashback, currency),
    }));
  }

  /** The merchants with the most pending and available cashback of the purchases that were recorded in the range. */
  async function findTopMerchants(
    db: Db,
    currency: string,
    range: DayRange,
    limit: number,
  ): Promise<readonly MerchantSales[]> {
    const { rows } = await sql<{
      merchant_id: string;
      name: string;
      purchases: number;
      cashback: string;
      available: string;
      taken: string;
    }>`
      select merchant_id, merchants.name, purchases, cashback, available, taken
      from (
        select
          merchant_id,
          sum(purchases)::float8 as purchases,
          sum(pending_cashback + available_cashback) as cashback,
          sum(available_cashback)::text as available,
          sum(reversed_cashback)::text as taken
        from report_merchants
        where currency = ${currency} and day between ${range.from} and ${range.to}
        group by merchant_id
        order by cashback desc, merchant_id
        limit ${limit}
      ) as best
      join merchants on merchants.id = merchant_id
      order by cashback desc, merchant_id
    `.execute(db);
    return rows.map((row) => ({
      merchantId: row.merchant_id,
      name: row.name,
      purchases: row.purchases,
      cashback: moneyFromNumeric(row.cashback, currency),
      availableCashback: moneyFromNumeric(row.available, currency),
      reversedCashback: moneyFromNumeric(row.taken, currency),
    }));
  }

  /** Refused reports by day (UTC) and code. */
  async function findRefusals(db: Db, { from, to }: DayRange): Promise<readonly RefusalsOfDay[]> {
    const { rows } = await sql<RefusalsOfDay>`
      select (hour at time zone 'UTC')::date as day, code, sum(refused)::float8 as count
      from refusal_hours
      where hour >= ${from}::date::timestamp at time zone 'UTC'
        and hour < (${to}::date + 1)::timestamp at time zone 'UTC'
      group by 1, 2
      order by 1, 2
    `.execute(db);
    return rows;
  }

  /** Refused and recorded reports since the start of an hour, of each partner that has any. */
  async function countReports(
    db: Db,
    since: Temporal.Instant,
    partnerIds?: readonly string[],
  ): Promise<readonly { readonly partnerId: string; readonly refused: number; readonly reported: number }[]> {
    const ofPartners =
      partnerIds === undefined ? sql`` : sql`and partner_id = any (${[...partnerIds]}::uuid[])`;
    const { rows } = await sql<{ partner_id: string; refused: number; reported: number }>`
      select partner_id, sum(refused)::float8 as refused, sum(reported)::float8 as reported
      from (
        select partner_id, refused, 0 as reported from refusal_hours where hour >= ${since.toString()} ${ofPartners}
        union all
        select partner_id, 0, reported from report_partners where hour >= ${since.toString()} ${ofPartners}
      ) as counts
      group by partner_id
    `.execute(db);
    return rows.map(({ partner_id, refused, reported }) => ({ partnerId: partner_id, refused, reported }));
  }

  /** Undefined before the first proof. */
  async function findVerification(db: Db): Promise<Verification | undefined> {
    const row = await db
      .selectFrom('book_proofs')
      .select(['started_at', 'verdict'])
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && { at: row.started_at, isRight: row.verdict !== 'wrong' };
  }

  return {
    findProgress,
    findState,
    findOverdue,
    findOutcomes,
    findDays,
    findPendingDays,
    findTopMerchants,
    findRefusals,
    countReports,
    findVerification,
  };
}

const NO_STATE: Omit<State, 'currency'> = {
  wallets: 0,
  pending: 0n,
  available: 0n,
  availableOwed: 0n,
  paid: 0n,
  owedWallets: 0,
  withdrawable: 0n,
  withdrawableWallets: 0,
  belowZero: 0n,
  belowZeroWallets: 0,
  payoutsDue: 0n,
  payoutsDueCount: 0,
  payoutsDueSince: null,
  held: 0n,
  heldPurchases: 0,
  heldSince: null,
  given: 0n,
  entries: 0,
};

function toState(row: RowOf<'report_states'>): State {
  const { currency } = row;
  const money = (amount: string) => moneyFromNumeric(amount, currency);
  return {
    currency,
    wallets: Number(row.wallets),
    pending: money(row.pending),
    available: money(row.available),
    availableOwed: money(row.available_owed),
    paid: money(row.paid),
    owedWallets: Number(row.owed_wallets),
    withdrawable: money(row.withdrawable),
    withdrawableWallets: Number(row.withdrawable_wallets),
    belowZero: money(row.below_zero),
    belowZeroWallets: Number(row.below_zero_wallets),
    payoutsDue: money(row.payouts_due),
    payoutsDueCount: Number(row.payouts_due_count),
    payoutsDueSince: row.payouts_due_since,
    held: money(row.held),
    heldPurchases: Number(row.held_purchases),
    heldSince: row.held_since,
    given: money(row.given),
    entries: Number(row.entries),
  };
}
