import type { Database } from '../../../core/database/index.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { reencryptAll, reencryption } from '../../../core/secrets/reencryption.ts';
import type { EndpointRepository } from './repository.ts';
import { encryptionContext } from './sending.ts';

const BATCH = 100;

/** Encrypts secrets again that use an older key, with the first of `keys`. Returns the number of endpoints. */
export function reencrypt(deps: {
  readonly database: Database;
  readonly repository: Pick<EndpointRepository, 'lockEncryptedOtherwise' | 'update'>;
  readonly keys: readonly EncryptionKey[];
}): Promise<number> {
  const { database, repository, keys } = deps;
  const { currentKeyId, again } = reencryption(keys);

  return reencryptAll(database, async (trx) => {
    const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
    for (const { signing, ...endpoint } of older) {
      const context = encryptionContext(endpoint.id);
      const [current, previous] = [again(signing.current, context), again(signing.previous, context)];
      await repository.update(trx, { ...endpoint, signing: { ...signing, current, previous } });
    }
    return older.length;
  });
}
