import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { EncryptionKey } from './encryption.ts';

const HMAC_KEY_BYTES = 32;

/**
 * Compares two texts without keeping them: HMAC-SHA-256 as `keyId.hash`. Without the key an attacker
 * cannot guess the text, even if only a few texts are possible. The first key is used; each fingerprint names its key, so
 * that keys can be rotated.
 */
export function fingerprints(keys: readonly EncryptionKey[]) {
  const [current] = keys;
  if (current === undefined) throw new RangeError('at least one key is needed');
  // Derived keys for this use alone: the encryption keys must not sign too.
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

  /** @throws when the key that the fingerprint was taken with is not configured. */
  function matches(taken: string, text: string): boolean {
    const [keyId = ''] = taken.split('.');
    const expected = fingerprint(text, keyId);
    return taken.length === expected.length && timingSafeEqual(Buffer.from(taken), Buffer.from(expected));
  }

  const currentId = current.id;
  return { fingerprint: (text: string) => fingerprint(text), matches };
}
