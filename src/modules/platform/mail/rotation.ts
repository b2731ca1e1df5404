import type { Database } from '../../../core/database/index.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { reencryptAll, reencryption } from '../../../core/secrets/reencryption.ts';
import { encryptionContext } from './policies.ts';
import type { MailRepository } from './repository.ts';

const BATCH = 100;

/** Encrypts waiting mails again that use an older key, with the first of `keys`. Returns their number. */
export function reencrypt(deps: {
  readonly database: Database;
  readonly repository: Pick<MailRepository, 'lockEncryptedOtherwise' | 'queueUpdateContent'>;
  readonly keys: readonly EncryptionKey[];
}): Promise<number> {
  const { database, repository, keys } = deps;
  const { currentKeyId, again } = reencryption(keys);

  return reencryptAll(database, async (trx) => {
    const older = await repository.lockEncryptedOtherwise(trx, currentKeyId, BATCH);
    for (const { id, content } of older)
      repository.queueUpdateContent(trx, { id, content: again(content, encryptionContext(id)) });
    return older.length;
  });
}
