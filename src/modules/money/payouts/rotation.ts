import type { Database } from '../../../core/database/index.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { detailsCipher } from './details.ts';
import { payoutRepository } from './repository.ts';

const BATCH = 500;

/**
 * Encrypts bank details again that use an older key, with the first of `keys`. Returns the number of payouts.
 * Each batch is one transaction: the command may be stopped and repeated at any time while the platform runs.
 */
export async function reencryptBankDetails(
  database: Database,
  keys: readonly EncryptionKey[],
): Promise<number> {
  const repository = payoutRepository();
  const { currentKeyId, encrypt, decrypt } = detailsCipher(keys);

  for (let total = 0; ; ) {
    const count = await database.transaction(async (trx) => {
      const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
      const anew = older.map(({ id, encryptedDetails }) => ({
        id,
        encryptedDetails: encrypt(id, decrypt(id, encryptedDetails)),
      }));
      repository.queueUpdateEncryptedDetails(trx, anew);
      return anew.length;
    });
    if (count === 0) return total;
    total += count;
  }
}
