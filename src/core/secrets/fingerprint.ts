import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { EncryptionKey } from './encryption.ts';

const HMAC_KEY_BYTES = 32;

/**
 * Compares texts without storing them: a fingerprint is an HMAC-SHA-256, as `keyId.hash`. Without the key an attacker
 * cannot guess the text, even if only a few texts are possible. New fingerprints use the first key. Each one names its key,
 * so that keys can be rotated.
 */
export function fingerprints(keys: readonly EncryptionKey[]) {
  const [current] = keys;
  if (current === undefined) throw new RangeError('at least one key is needed');
  // The keys are derived for this purpose alone: a key for encryption must not be used for an HMAC as well.
  const hmacKeyOf = new Map(
    keys.map(({ id, key }) => [
      id,
      Buffer.from(hkdfSync('sha256', key, '', 'clicknback fingerprint', HMAC_KEY_BYTES)),
    ]),
  );

  function fingerprint(text: string, keyId = currentId): string {
    const key = hmacKeyOf.get(keyId);
    if (key === undefined) throw new Error(`the encryption key "${keyId}" is not configured`);
    return `${keyId}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  }

  /** @throws if the key of the fingerprint is not configured. */
  function matches(taken: string, text: string): boolean {
    const [keyId = ''] = taken.split('.');
    const expected = fingerprint(text, keyId);
    return taken.length === expected.length && timingSafeEqual(Buffer.from(taken), Buffer.from(expected));
  }

  const currentId = current.id;
  return { fingerprint: (text: string) => fingerprint(text), matches };
}
