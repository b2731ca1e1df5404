import type { Database } from '../../../core/database/index.ts';
import { reencryptAll } from '../../../core/secrets/reencryption.ts';
import type { DetailsCipher } from './details.ts';
import type { PayoutRepository } from './repository.ts';

const BATCH = 500;

/** Encrypts bank details again that use an older key, with the current one. Returns the number of payouts. */
export function rotateBankDetails(deps: {
  database: Database;
  repository: PayoutRepository;
  cipher: DetailsCipher;
}): Promise<number> {
  const { database, repository } = deps;
  const { currentKeyId, encrypt, decrypt } = deps.cipher;

  return reencryptAll(database, async (trx) => {
    const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
    const again = older.map(({ id, encryptedDetails }) => ({
      id,
      encryptedDetails: encrypt(id, decrypt(id, encryptedDetails)),
    }));
    repository.queueUpdateEncryptedDetails(trx, again);
    return again.length;
  });
}
