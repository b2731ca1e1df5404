import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import { REFUNDED } from '../../money/payouts/index.ts';
import type { WalletOwner } from '../../money/wallets/index.ts';
import type { Confirmation, PaidOut, PendingGroup } from './model.ts';

export type OwnPurchasesRepository = ReturnType<typeof ownPurchasesRepository>;

/** The present reward and the present lines of a purchase: those of its latest revision that has any. */
const PRESENT = sql`
  coalesce(
    (select reward from purchase_revisions where purchase_id = purchases.id order by seq desc limit 1),
    cashback_transactions.amount
  ) as reward,
  held or coalesce(
    (
      select lines from purchase_revisions
      where purchase_id = purchases.id and lines is not null order by seq desc limit 1
    ),
    (select lines from purchase_details where purchase_id = purchases.id)
  ) @? '$[*] ? (@.status == "pending")' as is_blocked
`;

export function ownPurchasesRepository() {
  /**
   * The pending rewards of a wallet in groups, or undefined if there is no such wallet. One SQL command, hence one state of
   * the database: the groups add up to what the wallet has pending. Confirmed purchases whose reward waits for room in the
   * day have no index by user: they are read only if the pending ones do not add up.
   */
  async function findPending(db: Db, owner: WalletOwner): Promise<PendingGroup[] | undefined> {
    const { rows } = await sql<
      | { readonly merchant_id: null }
      | {
          readonly merchant_id: string;
          readonly recorded_on: string;
          readonly is_blocked: boolean;
          readonly is_awaiting: boolean;
          readonly amount: string;
          readonly purchases: number;
        }
    >`
      with wallet as (
        select pending from wallets where user_id = ${owner.userId} and currency = ${owner.currency}
      ), pending as materialized (
        select merchant_id, purchases.created_at, false as is_awaiting, ${PRESENT}
        from purchases join cashback_transactions on purchase_id = purchases.id
        where purchases.user_id = ${owner.userId} and purchases.currency = ${owner.currency}
          and purchases.status = 'pending'
      ), awaiting as (
        select merchant_id, purchases.created_at, true as is_awaiting, ${PRESENT}
        from purchases join cashback_transactions on purchase_id = purchases.id
        where purchases.user_id = ${owner.userId} and purchases.currency = ${owner.currency}
          and release_queue is not null and released_at is null and purchases.status = 'confirmed'
          and (select pending from wallet) <> (select coalesce(sum(reward), 0) from pending)
      )
      select expected.*
      from wallet left join (
        select
          merchant_id, (created_at at time zone 'UTC')::date::text as recorded_on, is_awaiting,
          coalesce(is_blocked, false) as is_blocked, sum(reward) as amount, count(*)::int as purchases
        from (select * from pending union all select * from awaiting) as each
        where reward > 0
        group by 1, 2, 3, 4
      ) as expected on true
    `.execute(db);
    if (rows.length === 0) return undefined;
    return rows.flatMap((row) =>
      row.merchant_id === null
        ? []
        : {
            merchantId: row.merchant_id,
            recordedOn: row.recorded_on,
            isBlocked: row.is_blocked,
            isAwaitingRelease: row.is_awaiting,
            amount: moneyFromNumeric(row.amount, owner.currency),
            purchases: row.purchases,
          },
    );
  }

  /** Those of the purchases that are held, or of whose lines the source has not decided every one. */
  async function findBlocked(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ id: string; is_blocked: boolean | null }>`
      select purchases.id, ${PRESENT}
      from purchases join cashback_transactions on purchase_id = purchases.id
      where purchases.id = any (${ids}::uuid[])
    `.execute(db);
    return new Set(rows.flatMap((row) => (row.is_blocked === true ? row.id : [])));
  }

  /** The first entry that made each of these rewards available, by the id of the purchase, also if a revision made it. */
  async function findConfirmations(
    db: Db,
    purchases: readonly { readonly id: string; readonly currency: string }[],
  ): Promise<ReadonlyMap<string, Confirmation>> {
    const ids = purchases.map(({ id }) => id);
    const currencyOf = new Map(purchases.map(({ id, currency }) => [id, currency]));
    const { rows } = await sql<{
      purchase_id: string;
      sequence: bigint;
      amount: string;
      available_after: string;
    }>`
      select distinct on (purchase_id) purchase_id, sequence, amount, available_after
      from (
        select id as source, id as purchase_id from unnest(${ids}::uuid[]) as id
        union all
        select id, purchase_id from purchase_revisions where purchase_id = any (${ids}::uuid[])
      ) as source
      join wallet_entries on source_id = source and type = 'cashback_confirmation'
      order by purchase_id, sequence
    `.execute(db);
    return new Map(
      rows.map((row) => {
        const money = (numeric: string) => moneyFromNumeric(numeric, currencyOf.get(row.purchase_id) ?? '');
        const { sequence } = row;
        return [
          row.purchase_id,
          { sequence, amount: money(row.amount), availableAfter: money(row.available_after) },
        ];
      }),
    );
  }

  /** The payouts of a user that did not come back, in the order in which they left each wallet. */
  async function findPayouts(db: Db, userId: string): Promise<readonly PaidOut[]> {
    const { rows } = await sql<{ currency: string; amount: string; sequence: bigint }>`
      select currency, payouts.amount, sequence
      from payouts join wallet_entries as entry on source_id = payouts.id and type = 'payout'
      where user_id = ${userId} and status <> all (${REFUNDED}::payout_status[])
      order by sequence
    `.execute(db);
    return rows.map(({ currency, amount, sequence }) => ({
      currency,
      amount: moneyFromNumeric(amount, currency),
      sequence,
    }));
  }

  return { findPending, findBlocked, findConfirmations, findPayouts };
}
