import { sql } from 'kysely';
import { bulkUpdate } from '../../../core/database/bulk.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import type { Payout, ReviewFacts } from './model.ts';
import type { EncryptedDetails } from './repository.ts';

export type AccountRepository = ReturnType<typeof accountRepository>;

/** The fingerprint of the account to which a payout goes. `id` is the id of the payout. */
export type AccountFingerprint = { readonly id: string; readonly accountFingerprint: string };

const queueUpdateFingerprints = bulkUpdate<AccountFingerprint>('payouts', ['id'], {
  id: ['uuid', ({ id }) => id],
  account_fingerprint: ['text', ({ accountFingerprint }) => accountFingerprint],
});

export function accountRepository() {
  /**
   * Locks up to `limit` payouts after this id whose details are kept and have no fingerprint yet, in the order of their ids.
   * Skips those that are locked.
   */
  async function lockWithoutFingerprint(
    trx: Trx,
    afterId: string,
    limit: number,
  ): Promise<EncryptedDetails[]> {
    const { rows } = await sql<{ id: string; details_encrypted: string }>`
      select id, details_encrypted from payouts
      where account_fingerprint is null and details_encrypted <> '' and id > ${afterId}
      order by id
      limit ${limit}
      for no key update skip locked
    `.execute(trx);
    return rows.map((row) => ({ id: row.id, encryptedDetails: row.details_encrypted }));
  }

  /** What warns of these payouts, by id. One SQL command for all of them. */
  async function findReviewFacts(
    db: Db,
    payouts: readonly Pick<Payout, 'id' | 'currency'>[],
  ): Promise<ReadonlyMap<string, ReviewFacts>> {
    const currencyOf = new Map(payouts.map(({ id, currency }) => [id, currency]));
    const { rows } = await sql<{
      id: string;
      available: string;
      is_known: boolean;
      is_new: boolean;
      other_users: number;
    }>`
      select
        id,
        coalesce(
          (select available from wallets where user_id = shown.user_id and currency = shown.currency), 0
        ) as available,
        account_fingerprint is not null as is_known,
        not exists (
          select from payouts as earlier
          where account_fingerprint = shown.account_fingerprint and user_id = shown.user_id
            and earlier.id < shown.id and status = 'completed'
        ) as is_new,
        (
          select count(distinct user_id)::int from payouts
          where account_fingerprint = shown.account_fingerprint and user_id <> shown.user_id
        ) as other_users
      from payouts as shown
      where id = any (${[...currencyOf.keys()]}::uuid[])
    `.execute(db);
    return new Map(
      rows.map((row) => [
        row.id,
        {
          walletAvailable: moneyFromNumeric(row.available, currencyOf.get(row.id) ?? ''),
          account: row.is_known ? { isNew: row.is_new, otherUsers: row.other_users } : null,
        },
      ]),
    );
  }

  return { lockWithoutFingerprint, queueUpdateFingerprints, findReviewFacts };
}
