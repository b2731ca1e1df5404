import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createDecoder, createSigner, createVerifier } from 'fast-jwt';
import { expiredToken, invalidToken } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import { isId } from '../../../core/id.ts';

export type Tokens = ReturnType<typeof tokenIssuer>;

export type AccessClaims = { readonly userId: string; readonly sessionId: string };

const ALGORITHM = 'HS256';
const ISSUER = 'clicknback';
const AUDIENCE = 'clicknback-api';

/**
 * Issues and verifies tokens. Access tokens are JWTs with one fixed algorithm; the header's `kid` only selects one of our
 * own keys. Refresh tokens are opaque. A successor is derived from its token, so that a repeated exchange returns the
 * same successor although no token is stored in clear.
 */
export function tokenIssuer(deps: {
  readonly clock: Clock;
  readonly keys: readonly { readonly id: string; readonly secret: string }[];
  readonly accessTtlSeconds: number;
}) {
  const { clock, keys, accessTtlSeconds } = deps;
  const [signingKey] = keys;
  if (signingKey === undefined) throw new RangeError('at least one key is needed');

  const sign = createSigner({
    algorithm: ALGORITHM,
    key: signingKey.secret,
    kid: signingKey.id,
    iss: ISSUER,
    aud: AUDIENCE,
  });
  const decode = createDecoder({ complete: true, checkTyp: 'JWT' });
  const verifiers = new Map(
    keys.map(({ id, secret }) => [
      id,
      createVerifier({
        algorithms: [ALGORITHM],
        key: secret,
        allowedIss: ISSUER,
        allowedAud: AUDIENCE,
        requiredClaims: ['iss', 'aud', 'exp', 'sub', 'sid'],
        // Expiry is checked by `verifyAccessToken`, with the platform's clock.
        ignoreExpiration: true,
        cache: true,
      }),
    ]),
  );

  function signAccessToken({ userId, sessionId }: AccessClaims, role: string): string {
    const now = nowSeconds();
    return sign({ sub: userId, sid: sessionId, role, iat: now, exp: now + accessTtlSeconds });
  }

  /** @throws INVALID_TOKEN or EXPIRED_TOKEN. */
  function verifyAccessToken(token: string): AccessClaims {
    const { sub, sid, exp } = verify(token);
    if (!isIdText(sub) || !isIdText(sid) || typeof exp !== 'number') throw invalidToken();
    if (exp <= nowSeconds()) throw expiredToken();
    return { userId: sub, sessionId: sid };
  }

  function verify(token: string): Record<string, unknown> {
    try {
      const verifier = verifiers.get(decode(token).header.kid);
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

  function successorOf(refreshToken: string): string {
    return createHmac('sha256', signingKey?.secret ?? '')
      .update(`successor of ${refreshToken}`)
      .digest('base64url');
  }

  return { signAccessToken, verifyAccessToken, newOpaqueToken, successorOf };
}

function isIdText(claim: unknown): claim is string {
  return typeof claim === 'string' && isId(claim);
}

/** The form in which a token is stored. A fast hash is enough for 32 random bytes. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
