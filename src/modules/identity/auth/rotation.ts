import type { Database } from '../../../core/database/index.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import { encryptionContext } from './factors.ts';
import type { FactorRepository } from './factors-repository.ts';

const BATCH = 100;

/**
 * Encrypts secrets of second factors again that use an older key, with the first of `keys`. Returns the number of
 * accounts. Each batch is one transaction: the command may be stopped and repeated while the platform runs.
 */
export async function reencrypt(deps: {
  readonly database: Database;
  readonly repository: Pick<FactorRepository, 'lockEncryptedOtherwise' | 'update'>;
  readonly keys: readonly EncryptionKey[];
}): Promise<number> {
  const { database, repository, keys } = deps;
  const { currentKeyId, encrypt, decrypt } = encryption(keys);

  for (let total = 0; ; ) {
    const count = await database.transaction(async (trx) => {
      const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
      for (const { userId, secret, pendingSecret, ...factor } of older) {
        const context = encryptionContext(userId);
        const again = (text: string | null) => text && encrypt(decrypt(text, context), context);
        const changed = { secret: again(secret), pendingSecret: again(pendingSecret) };
        await repository.update(trx, { ...factor, userId, ...changed });
      }
      return older.length;
    });
    if (count === 0) return total;
    total += count;
  }
}
