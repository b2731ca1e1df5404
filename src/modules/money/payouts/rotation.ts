import type { Database } from '../../../core/database/index.ts';
import { reencryptAll } from '../../../core/secrets/reencryption.ts';
import type { AccountRepository } from './account-repository.ts';
import type { DetailsCipher } from './details.ts';
import type { PayoutRepository } from './repository.ts';

const BATCH = 500;

/** Encrypts bank details again that use an older key, with the current one, and their fingerprints alike. Returns the number of payouts. */
export function rotateBankDetails(deps: {
  database: Database;
  repository: PayoutRepository;
  accounts: Pick<AccountRepository, 'queueUpdateFingerprints'>;
  cipher: DetailsCipher;
}): Promise<number> {
  const { database, repository, accounts } = deps;
  const { currentKeyId, encrypt, decrypt, fingerprintOf } = deps.cipher;

  return reencryptAll(database, async (trx) => {
    const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
    const again = older.map(({ id, encryptedDetails }) => {
      const details = decrypt(id, encryptedDetails);
      return { id, encryptedDetails: encrypt(id, details), accountFingerprint: fingerprintOf(details) };
    });
    repository.queueUpdateEncryptedDetails(trx, again);
    accounts.queueUpdateFingerprints(trx, again);
    return again.length;
  });
}
