/* Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`, by WebCrypto. */

type Bytes = Uint8Array<ArrayBuffer>;

/** What a signature covers. */
export type SignedMessage = {
  readonly id: string;
  /** Unix time in seconds. */
  readonly timestamp: string;
  readonly body: Bytes;
};

/** The headers of a signed request. */
export async function signatureHeaders(
  secret: string,
  body: Bytes,
  now: () => number = Date.now,
): Promise<Readonly<Record<string, string>>> {
  const message = { id: crypto.randomUUID(), timestamp: String(Math.floor(now() / 1_000)), body };
  const signature = await crypto.subtle.sign(
    'HMAC',
    await importSecret(secret, 'sign'),
    signedBytes(message),
  );
  return {
    'webhook-id': message.id,
    'webhook-timestamp': message.timestamp,
    'webhook-signature': `v1,${toBase64(new Uint8Array(signature))}`,
  };
}

/** Whether one of the secrets made one of the signatures. `verify` of WebCrypto compares in constant time. */
export async function isSigned(
  message: SignedMessage,
  signatures: readonly string[],
  secrets: readonly string[],
): Promise<boolean> {
  const bytes = signedBytes(message);
  for (const secret of secrets) {
    const key = await importSecret(secret, 'verify');
    for (const signature of signatures) {
      const given = fromBase64(signature);
      if (given !== undefined && (await crypto.subtle.verify('HMAC', key, given, bytes))) return true;
    }
  }
  return false;
}

function importSecret(secret: string, usage: 'sign' | 'verify'): Promise<CryptoKey> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ''));
  if (bytes === undefined || bytes.length === 0)
    throw new TypeError('a signing secret is `whsec_` and Base64');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [usage]);
}

function signedBytes({ id, timestamp, body }: SignedMessage): Bytes {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
