import type { Database } from '../../../core/database/index.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import { encryptionContext } from './authentication.ts';
import type { Partner } from './model.ts';
import type { PartnerRepository } from './repository.ts';

const BATCH = 100;

/**
 * Encrypts signing secrets again that use an older key, with the first of `keys`. Returns the number of partners.
 * Each batch is one transaction: the command may be stopped and repeated at any time while the platform runs.
 */
export async function reencrypt(deps: {
  readonly database: Database;
  readonly repository: Pick<PartnerRepository, 'lockEncryptedOtherwise' | 'update'>;
  readonly keys: readonly EncryptionKey[];
}): Promise<number> {
  const { database, repository, keys } = deps;
  const { currentKeyId, encrypt, decrypt } = encryption(keys);

  function anew({ id, signing, ...partner }: Partner): Partner {
    const context = encryptionContext(id);
    const again = (secret: string | null) => secret && encrypt(decrypt(secret, context), context);
    return {
      id,
      ...partner,
      signing: { ...signing, current: again(signing.current), previous: again(signing.previous) },
    };
  }

  for (let total = 0; ; ) {
    const count = await database.transaction(async (trx) => {
      const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
      for (const partner of older) await repository.update(trx, anew(partner));
      return older.length;
    });
    if (count === 0) return total;
    total += count;
  }
}
