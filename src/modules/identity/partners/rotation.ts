import type { Database } from '../../../core/database/index.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { reencryptAll, reencryption } from '../../../core/secrets/reencryption.ts';
import { encryptionContext } from './authentication.ts';
import type { PartnerRepository } from './repository.ts';

const BATCH = 100;

/** Encrypts signing secrets again that use an older key, with the first of `keys`. Returns the number of partners. */
export function reencrypt(deps: {
  readonly database: Database;
  readonly repository: Pick<PartnerRepository, 'lockEncryptedOtherwise' | 'update'>;
  readonly keys: readonly EncryptionKey[];
}): Promise<number> {
  const { database, repository, keys } = deps;
  const { currentKeyId, again } = reencryption(keys);

  return reencryptAll(database, async (trx) => {
    const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
    for (const { signing, ...partner } of older) {
      const context = encryptionContext(partner.id);
      const [current, previous] = [again(signing.current, context), again(signing.previous, context)];
      await repository.update(trx, { ...partner, signing: { ...signing, current, previous } });
    }
    return older.length;
  });
}
