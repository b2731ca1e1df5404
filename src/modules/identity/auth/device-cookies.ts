import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { fingerprints } from '../../../core/secrets/fingerprint.ts';
import { DEVICE_LIFETIME_S } from './login-budget-policies.ts';

export type DeviceCookies = ReturnType<typeof deviceCookies>;

const NAME = 'clicknback_device';

/**
 * A cookie that proves that a browser has logged in to an account before: an id, when it expires, and a signature over both
 * and the email. Only logins receive it, and it contains no personal data.
 */
export function deviceCookies(deps: {
  clock: Clock;
  encryptionKeys: readonly EncryptionKey[];
  /** Whether the browser sends the cookie over TLS only. */
  isSecure: boolean;
}) {
  const { clock, encryptionKeys, isSecure } = deps;
  const { fingerprint, matches } = fingerprints(encryptionKeys);
  const keyIds = new Set(encryptionKeys.map(({ id }) => id));
  const signedText = (email: string, id: string, expires_s: number) =>
    `device cookie ${JSON.stringify([email, id, expires_s])}`;

  /** The header that sets the cookie after a login to this account. */
  function issue(email: string): string {
    const id = randomBytes(16).toString('base64url');
    const expires_s = nowSeconds() + DEVICE_LIFETIME_S;
    const value = `${id}.${expires_s}.${fingerprint(signedText(email, id, expires_s))}`;
    const attributes = `Max-Age=${DEVICE_LIFETIME_S}; Path=/api/v1/auth; HttpOnly; SameSite=Strict`;
    return `${NAME}=${value}; ${attributes}${isSecure ? '; Secure' : ''}`;
  }

  /** The id of the browser, if its cookie was issued after a login to this account and is not expired. */
  function read(cookies: string | undefined, email: string): string | undefined {
    const [, id = '', expires = '', signature = ''] = COOKIE.exec(cookies ?? '') ?? [];
    const [keyId = ''] = signature.split('.');
    if (!keyIds.has(keyId) || Number(expires) <= nowSeconds()) return undefined;
    return matches(signature, signedText(email, id, Number(expires))) ? id : undefined;
  }

  function nowSeconds(): number {
    return Math.floor(clock().epochMilliseconds / 1000);
  }

  return { issue, read };
}

const COOKIE = new RegExp(`(?:^|; *)${NAME}=([\\w-]+)\\.(\\d+)\\.([\\w-]+\\.[\\w-]+)(?:;|$)`);
