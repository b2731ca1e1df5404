import type { Database } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { DetailsCipher } from './details.ts';
import { bankDetailsRevealed } from './events.ts';
import type { BankDetails, Payout, PayoutFilter } from './model.ts';
import type { PayoutRepository } from './repository.ts';

export function payoutReading(deps: {
  database: Database;
  repository: PayoutRepository;
  cipher: DetailsCipher;
  events: EventClient;
}) {
  const { database, repository, cipher, events } = deps;

  /** @throws NOT_FOUND. */
  async function getPayout(id: string): Promise<Payout> {
    const payout = await repository.find(database.db, id);
    if (payout === undefined) throw notFound('payout', id);
    return payout;
  }

  function listPayouts(filter: PayoutFilter, page: PageRequest): Promise<PageOf<Payout>> {
    return repository.list(database.db, filter, page);
  }

  /** Returns the unmasked bank details. Each read is recorded as an event. @throws NOT_FOUND. */
  async function revealBankDetails(id: string, actor: Actor): Promise<BankDetails> {
    return database.transaction(async (trx) => {
      const encrypted = await repository.findEncryptedDetails(trx, id);
      if (encrypted === undefined) throw notFound('payout', id);
      events.record(trx, [bankDetailsRevealed({ actor, resourceId: id })]);
      return cipher.decrypt(id, encrypted);
    });
  }

  return { getPayout, listPayouts, revealBankDetails };
}
