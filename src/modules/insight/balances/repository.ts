import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import type { WalletBalances } from './model.ts';

export type BalancesRepository = ReturnType<typeof balancesRepository>;

type Row = RowOf<'wallets', ['user_id', 'currency', 'pending', 'available', 'paid']> & {
  readonly payouts_under_way: string;
};

export function balancesRepository() {
  /**
   * The wallets of a user, sorted by currency. One SQL command, hence one state of wallets and payouts: a payout that is
   * being requested or settled is in both figures or in neither.
   */
  async function findOf(db: Db, userId: string): Promise<WalletBalances[]> {
    const { rows } = await sql<Row>`
      select
        user_id, currency, pending, available, paid,
        (
          select coalesce(sum(amount), 0) from payouts
          where payouts.user_id = wallets.user_id and payouts.currency = wallets.currency
            and status in ('requested', 'processing')
        ) as payouts_under_way
      from wallets
      where user_id = ${userId}
      order by currency
    `.execute(db);
    return rows.map(toBalances);
  }

  return { findOf };
}

function toBalances(row: Row): WalletBalances {
  const money = (numeric: string) => moneyFromNumeric(numeric, row.currency);
  return {
    userId: row.user_id,
    currency: row.currency,
    pending: money(row.pending),
    available: money(row.available),
    paid: money(row.paid),
    payoutsUnderWay: money(row.payouts_under_way),
  };
}
