import type { Database, Trx } from '../database/index.ts';
import { type EncryptionKey, encryption } from './encryption.ts';

/** Encrypts texts again with the first of `keys`. `again` returns null for null. @throws if none of them has encrypted it. */
export function reencryption(keys: readonly EncryptionKey[]) {
  const { currentKeyId, encrypt, decrypt } = encryption(keys);
  const again = <Text extends string | null>(text: Text, context: string): Text | string =>
    text === null ? text : encrypt(decrypt(text, context), context);
  return { currentKeyId, again };
}

/**
 * Repeats `batch`, which encrypts some rows again and returns their number, until it finds none. Returns the number of all.
 * Each batch is one transaction: the command may be stopped and repeated while the platform runs.
 */
export async function reencryptAll(
  database: Database,
  batch: (trx: Trx) => Promise<number>,
): Promise<number> {
  for (let total = 0; ; ) {
    const count = await database.transaction(batch);
    if (count === 0) return total;
    total += count;
  }
}
