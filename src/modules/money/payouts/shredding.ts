import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import type { DetailsCipher } from './details.ts';
import type { BankDetails, Payout } from './model.ts';
import type { PayoutRepository } from './repository.ts';

export type PayoutShredding = ReturnType<typeof payoutShredding>;

/** Removes bank details that are of no use any more. Their masked form stays: the seals of the audit log contain it. */
export function payoutShredding(deps: {
  database: Database;
  clock: Clock;
  repository: PayoutRepository;
  cipher: DetailsCipher;
  retentionDays: number;
}) {
  const { database, clock, repository, cipher, retentionDays } = deps;

  /** Shreds up to `limit` payouts that were settled long ago, and returns their number. */
  function shredDue(limit: number): Promise<number> {
    const settledBefore = clock().subtract({ hours: 24 * retentionDays });
    return database.transaction(async (trx) => {
      const ids = await repository.lockToShred(trx, settledBefore, limit);
      queueShred(trx, ids);
      return ids.length;
    });
  }

  /** The payouts must be locked and settled: the database refuses to shred what is still to be paid. */
  function queueShred(trx: Trx, ids: readonly string[]): void {
    repository.queueUpdateEncryptedDetails(
      trx,
      ids.map((id) => ({ id, encryptedDetails: '' })),
    );
  }

  /** Locks all payouts of a user until the transaction ends. */
  function lockOf(trx: Trx, userId: string): Promise<Payout[]> {
    return repository.lockOf(trx, userId);
  }

  /** For their owner. */
  function decryptDetails(payoutId: string, encrypted: string): BankDetails {
    return cipher.decrypt(payoutId, encrypted);
  }

  return { shredDue, queueShred, lockOf, decryptDetails };
}
