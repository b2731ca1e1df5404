import type { Database } from '../../../core/database/index.ts';
import type { DetailsCipher } from './details.ts';
import type { PayoutRepository } from './repository.ts';

const BATCH = 500;

/**
 * Encrypts bank details again that use an older key, with the current one. Returns the number of payouts.
 * Each batch is one transaction: the command may be stopped and repeated at any time while the platform runs.
 */
export async function rotateBankDetails(deps: {
  database: Database;
  repository: PayoutRepository;
  cipher: DetailsCipher;
}): Promise<number> {
  const { database, repository } = deps;
  const { currentKeyId, encrypt, decrypt } = deps.cipher;

  for (let total = 0; ; ) {
    const count = await database.transaction(async (trx) => {
      const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
      const again = older.map(({ id, encryptedDetails }) => ({
        id,
        encryptedDetails: encrypt(id, decrypt(id, encryptedDetails)),
      }));
      repository.queueUpdateEncryptedDetails(trx, again);
      return again.length;
    });
    if (count === 0) return total;
    total += count;
  }
}
