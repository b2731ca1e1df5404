import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { createDecoder, createSigner, createVerifier } from 'fast-jwt';
import { expiredToken, invalidToken } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import { isId } from '../../../core/id.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { invalidMfaToken } from './errors.ts';

export type Tokens = ReturnType<typeof tokenIssuer>;

export type AccessClaims = { readonly userId: string; readonly sessionId: string };

/** What a login has proved that still needs a code: the account, and its password as it was. */
export type MfaClaims = {
  readonly userId: string;
  readonly passwordState: string;
  /** True if the password was sent from a device that has not logged in to the account before. */
  readonly isNewDevice: boolean;
};

const ALGORITHM = 'HS256';
const ISSUER = 'clicknback';
const AUDIENCE = 'clicknback-api';
/** Another audience: an access token is no MFA token, and an MFA token does nothing else. */
const MFA_AUDIENCE = 'clicknback-mfa';
const MFA_TTL_SECONDS = 5 * 60;
const SUCCESSOR_KEY_BYTES = 32;

/**
 * Issues and verifies tokens. Access tokens are JWTs with one fixed algorithm; the header's `kid` only selects one of our
 * own keys. Refresh tokens are opaque. A successor is derived from its token, so that a repeated exchange returns the
 * same successor although no token is stored in clear.
 */
export function tokenIssuer(deps: {
  readonly clock: Clock;
  readonly keys: readonly { readonly id: string; readonly secret: string }[];
  /** Successors have keys of their own, so that a change of `keys` does not disturb a repeated exchange. */
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly accessTtlSeconds: number;
}) {
  const { clock, keys, encryptionKeys, accessTtlSeconds } = deps;
  const [signingKey] = keys;
  if (signingKey === undefined) throw new RangeError('at least one key is needed');

  const { id: kid, secret: key } = signingKey;
  const signerFor = (aud: string) => createSigner({ algorithm: ALGORITHM, key, kid, iss: ISSUER, aud });
  const sign = signerFor(AUDIENCE);
  const signMfa = signerFor(MFA_AUDIENCE);
  const successorKeys = encryptionKeys.map((encryptionKey) =>
    Buffer.from(hkdfSync('sha256', encryptionKey.key, '', 'clicknback refresh token', SUCCESSOR_KEY_BYTES)),
  );
  const decode = createDecoder({ complete: true, checkTyp: 'JWT' });
  const verifiersFor = (allowedAud: string, claim: string) =>
    new Map(
      keys.map(({ id, secret }) => [
        id,
        createVerifier({
          algorithms: [ALGORITHM],
          key: secret,
          allowedIss: ISSUER,
          allowedAud,
          requiredClaims: ['iss', 'aud', 'exp', 'sub', claim],
          // Expiry is checked below, with the platform's clock.
          ignoreExpiration: true,
          cache: true,
        }),
      ]),
    );
  const verifiers = verifiersFor(AUDIENCE, 'sid');
  const mfaVerifiers = verifiersFor(MFA_AUDIENCE, 'pwd');

  /** The token does not outlive its session. */
  function signAccessToken(
    { userId, sessionId }: AccessClaims,
    role: string,
    sessionEndsAt?: Temporal.Instant,
  ): string {
    const now = nowSeconds();
    return sign({ sub: userId, sid: sessionId, role, iat: now, exp: now + accessTtl(sessionEndsAt) });
  }

  /** The seconds for which an access token of now is valid, in a session that ends then. */
  function accessTtl(sessionEndsAt?: Temporal.Instant): number {
    const end = Math.floor((sessionEndsAt?.epochMilliseconds ?? Number.POSITIVE_INFINITY) / 1000);
    return Math.min(accessTtlSeconds, end - nowSeconds());
  }

  /** @throws INVALID_TOKEN or EXPIRED_TOKEN. */
  function verifyAccessToken(token: string): AccessClaims {
    const { sub, sid, exp } = verify(token, verifiers);
    if (!isIdText(sub) || !isIdText(sid) || typeof exp !== 'number') throw invalidToken();
    if (exp <= nowSeconds()) throw expiredToken();
    return { userId: sub, sessionId: sid };
  }

  /** Returns a token for the second step of a login. */
  function signMfaToken({ userId, passwordState, isNewDevice }: MfaClaims): string {
    const now = nowSeconds();
    const claims = { sub: userId, pwd: passwordState, ...(isNewDevice && { new: true }) };
    return signMfa({ ...claims, iat: now, exp: now + MFA_TTL_SECONDS });
  }

  /** @throws INVALID_MFA_TOKEN, also if it has expired. */
  function verifyMfaToken(token: string): MfaClaims {
    try {
      const { sub, pwd, new: isNew, exp } = verify(token, mfaVerifiers);
      if (isIdText(sub) && typeof pwd === 'string' && typeof exp === 'number' && exp > nowSeconds())
        return { userId: sub, passwordState: pwd, isNewDevice: isNew === true };
    } catch {
      // Refused below.
    }
    throw invalidMfaToken();
  }

  function verify(token: string, of: typeof verifiers): Record<string, unknown> {
    try {
      const verifier = of.get(decode(token).header.kid);
      if (verifier === undefined) throw invalidToken();
      return verifier(token);
    } catch {
      throw invalidToken();
    }
  }

  function nowSeconds(): number {
    return Math.floor(clock().epochMilliseconds / 1000);
  }

  function newOpaqueToken(): string {
    return randomBytes(32).toString('base64url');
  }

  /**
   * The successors that a token may have: the one to issue, then those that older keys have issued. Derived from the device
   * too, so that no other device gets the successor.
   */
  function successorsOf(refreshToken: string, device: string): readonly string[] {
    return successorKeys.map((successorKey) =>
      createHmac('sha256', successorKey)
        .update(JSON.stringify([refreshToken, device]))
        .digest('base64url'),
    );
  }

  return {
    signAccessToken,
    accessTtl,
    verifyAccessToken,
    signMfaToken,
    verifyMfaToken,
    newOpaqueToken,
    successorsOf,
  };
}

function isIdText(claim: unknown): claim is string {
  return typeof claim === 'string' && isId(claim);
}

/** The form in which a token is stored. A fast hash is enough for 32 random bytes. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Differs after each change of the password. The stored hash has a random salt, so this reveals nothing about it. */
export function passwordStateOf(passwordHash: string | null): string {
  return createHash('sha256').update(`state of ${passwordHash}`).digest('base64url');
}
