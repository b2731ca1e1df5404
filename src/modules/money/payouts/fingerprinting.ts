import type { Database } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { AccountFingerprint, AccountRepository } from './account-repository.ts';
import type { DetailsCipher } from './details.ts';
import type { EncryptedDetails } from './repository.ts';

const BATCH = 500;

/** Lower than every id. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Compares the accounts of payouts that an older version recorded: gives each the fingerprint of its account. Yields the
 * number of payouts per batch. Details that cannot be decrypted are logged and passed: their account stays unknown.
 */
export function accountFingerprinting(deps: {
  database: Database;
  logger: Logger;
  accounts: Pick<AccountRepository, 'lockWithoutFingerprint' | 'queueUpdateFingerprints'>;
  cipher: Pick<DetailsCipher, 'decrypt' | 'fingerprintOf'>;
}) {
  const { database, logger, accounts, cipher } = deps;

  function fingerprintOf({ id, encryptedDetails }: EncryptedDetails): AccountFingerprint[] {
    try {
      return [{ id, accountFingerprint: cipher.fingerprintOf(cipher.decrypt(id, encryptedDetails)) }];
    } catch (err) {
      logger.warn({ err, payout_id: id }, 'bank details cannot be decrypted');
      return [];
    }
  }

  return async function* fingerprintAccounts(): AsyncGenerator<number> {
    let afterId: string | undefined = NO_ID;
    while (afterId !== undefined) {
      const after: string = afterId;
      const { found, last } = await database.transaction(async (trx) => {
        const unknown = await accounts.lockWithoutFingerprint(trx, after, BATCH);
        const known = unknown.flatMap(fingerprintOf);
        accounts.queueUpdateFingerprints(trx, known);
        return { found: known.length, last: unknown.at(BATCH - 1)?.id };
      });
      yield found;
      afterId = last;
    }
  };
}
