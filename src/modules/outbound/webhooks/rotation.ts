import type { Database } from '../../../core/database/index.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import type { Endpoint } from './model.ts';
import type { EndpointRepository } from './repository.ts';
import { encryptionContext } from './sending.ts';

const BATCH = 100;

/**
 * Encrypts secrets again that use an older key, with the first of `keys`. Returns the number of endpoints. Each batch is one
 * transaction: the command may be stopped and repeated at any time while the platform runs.
 */
export async function reencrypt(deps: {
  readonly database: Database;
  readonly repository: Pick<EndpointRepository, 'lockEncryptedOtherwise' | 'update'>;
  readonly keys: readonly EncryptionKey[];
}): Promise<number> {
  const { database, repository, keys } = deps;
  const { currentKeyId, encrypt, decrypt } = encryption(keys);

  function encryptedAgain({ id, signing, ...endpoint }: Endpoint): Endpoint {
    const context = encryptionContext(id);
    const again = (secret: string | null) => secret && encrypt(decrypt(secret, context), context);
    const { current, previous } = signing;
    return { id, ...endpoint, signing: { ...signing, current: again(current), previous: again(previous) } };
  }

  for (let total = 0; ; ) {
    const count = await database.transaction(async (trx) => {
      const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
      for (const endpoint of older) await repository.update(trx, encryptedAgain(endpoint));
      return older.length;
    });
    if (count === 0) return total;
    total += count;
  }
}
