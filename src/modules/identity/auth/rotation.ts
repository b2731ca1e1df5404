import type { Database } from '../../../core/database/index.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { reencryptAll, reencryption } from '../../../core/secrets/reencryption.ts';
import { encryptionContext } from './factors.ts';
import type { FactorRepository } from './factors-repository.ts';

const BATCH = 100;

/**
 * Encrypts secrets of second factors again that use an older key, with the first of `keys`. Returns the number of accounts.
 */
export function reencrypt(deps: {
  readonly database: Database;
  readonly repository: Pick<FactorRepository, 'lockEncryptedOtherwise' | 'update'>;
  readonly keys: readonly EncryptionKey[];
}): Promise<number> {
  const { database, repository, keys } = deps;
  const { currentKeyId, again } = reencryption(keys);

  return reencryptAll(database, async (trx) => {
    const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
    for (const { secret, pendingSecret, ...factor } of older) {
      const context = encryptionContext(factor.userId);
      const changed = { secret: again(secret, context), pendingSecret: again(pendingSecret, context) };
      await repository.update(trx, { ...factor, ...changed });
    }
    return older.length;
  });
}
