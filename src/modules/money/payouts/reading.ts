import type { Database, Db } from '../../../core/database/index.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Actor, AuditClient } from '../../platform/audit/index.ts';
import type { DetailsCipher } from './details.ts';
import type { BankDetails, Payout, PayoutFilter, PayoutStatus } from './model.ts';
import { payoutNotFound } from './policies.ts';
import type { PayoutRepository } from './repository.ts';

export function payoutReading(deps: {
  database: Database;
  repository: PayoutRepository;
  cipher: DetailsCipher;
  audit: AuditClient;
}) {
  const { database, repository, cipher, audit } = deps;

  /** @throws NOT_FOUND. */
  async function getPayout(id: string): Promise<Payout> {
    const payout = await repository.find(database.db, id);
    if (payout === undefined) throw payoutNotFound(id);
    return payout;
  }

  function listPayouts(filter: PayoutFilter, page: PageRequest): Promise<PageOf<Payout>> {
    return repository.list(database.db, filter, page);
  }

  /** The full bank details, for whoever pays it. Each look is an audit record. @throws NOT_FOUND. */
  async function revealBankDetails(id: string, actor: Actor): Promise<BankDetails> {
    return database.transaction(async (trx) => {
      const encrypted = await repository.findEncryptedDetails(trx, id);
      if (encrypted === undefined) throw payoutNotFound(id);
      audit.record(trx, [
        { actor, action: 'payout.bank_details_revealed', resourceType: 'payout', resourceId: id },
      ]);
      return cipher.decrypt(id, encrypted);
    });
  }

  /** What has become of these payouts, by id. */
  async function findStatuses(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, PayoutStatus>> {
    return ids.length === 0 ? new Map() : repository.findStatuses(db, ids);
  }

  return { getPayout, listPayouts, revealBankDetails, findStatuses };
}
