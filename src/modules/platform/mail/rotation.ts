import type { Database } from '../../../core/database/index.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import { encryptionContext } from './policies.ts';
import type { MailRepository } from './repository.ts';

const BATCH = 100;

/**
 * Encrypts waiting mails again that use an older key, with the first of `keys`. Returns their number. Each batch is one
 * transaction: the command may be stopped and repeated while the platform runs.
 */
export async function reencrypt(deps: {
  readonly database: Database;
  readonly repository: Pick<MailRepository, 'lockEncryptedOtherwise' | 'queueUpdateContent'>;
  readonly keys: readonly EncryptionKey[];
}): Promise<number> {
  const { database, repository, keys } = deps;
  const { currentKeyId, encrypt, decrypt } = encryption(keys);

  for (let total = 0; ; ) {
    const count = await database.transaction(async (trx) => {
      const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
      for (const { id, content } of older) {
        const context = encryptionContext(id);
        repository.queueUpdateContent(trx, { id, content: encrypt(decrypt(content, context), context) });
      }
      return older.length;
    });
    if (count === 0) return total;
    total += count;
  }
}
