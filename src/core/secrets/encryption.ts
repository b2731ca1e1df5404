import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export type EncryptionKey = { readonly id: string; readonly key: Buffer };

export type Encryption = ReturnType<typeof encryption>;

export const ENCRYPTION_KEY_BYTES = 32;

const ALGORITHM = 'aes-256-gcm';
/** The recommended length for GCM (NIST SP 800-38D, section 5.2.1.1). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts secrets for storage, with AES-256-GCM. The format is `keyId.nonce.ciphertext` in base64url, with the
 * authentication tag at the end. The first key encrypts, and every key can decrypt its texts: keys can be rotated.
 * `context` names the owner of the text, such as `record <id>`. A text that is copied to another row cannot be decrypted.
 */
export function encryption(keys: readonly EncryptionKey[]) {
  const [current] = keys;
  if (current === undefined) throw new RangeError('at least one key is needed');
  const { id: currentKeyId, key: currentKey } = current;
  const keyOf = new Map(keys.map(({ id, key }) => [id, key]));

  function encrypt(plaintext: string, context: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, currentKey, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [currentKeyId, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /** @throws if the text was altered, belongs to another context, or its key is not configured. */
  function decrypt(text: string, context: string): string {
    const [keyId = '', nonce = '', encoded = ''] = text.split('.');
    const key = keyOf.get(keyId);
    if (key === undefined) throw new Error(`the encryption key "${keyId}" is not configured`);
    const sealed = Buffer.from(encoded, 'base64url');
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, 'base64url'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }

  /** False if an older key encrypted the text. */
  function isCurrent(text: string): boolean {
    return text.startsWith(`${currentKeyId}.`);
  }

  return { currentKeyId, encrypt, decrypt, isCurrent };
}
