import { tokenRevoked } from '../../../core/caller.ts';
import type { DomainError } from '../../../core/errors.ts';
import { expiredRefreshToken } from './errors.ts';
import type { RefreshToken } from './model.ts';

/** The time in which a client may repeat the exchange of a refresh token because the response was lost. */
export const RETRY_WINDOW_SECONDS = 10;

/**
 * For this many days an expired refresh token is refused with EXPIRED_REFRESH_TOKEN, afterwards with
 * INVALID_REFRESH_TOKEN. Must exceed the lifetime of an access token: a session is deleted with its last refresh token.
 */
export const DAYS_KEPT_AFTER_EXPIRY = 7;

export type RefreshDecision =
  | { readonly kind: 'rotate' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refuse'; readonly error: DomainError; readonly endsSession: boolean };

/**
 * Decides about a refresh token that a client sends (RFC 9700, section 4.14.2). The first use rotates it. A repeat in
 * the retry window gets the same successor, unless the successor was used already. Any later use means that two parties
 * have the token, and ends the session.
 */
export function decideRefresh(
  token: RefreshToken,
  successor: Pick<RefreshToken, 'rotatedAt'> | undefined,
  now: Temporal.Instant,
): RefreshDecision {
  if (token.session.revokedAt !== null) return { kind: 'refuse', error: tokenRevoked(), endsSession: false };
  if (Temporal.Instant.compare(token.expiresAt, now) <= 0) {
    return { kind: 'refuse', error: expiredRefreshToken(), endsSession: false };
  }
  if (token.rotatedAt === null) return { kind: 'rotate' };

  const retryEnds = token.rotatedAt.add({ seconds: RETRY_WINDOW_SECONDS });
  const isRetry = Temporal.Instant.compare(now, retryEnds) <= 0 && successor?.rotatedAt === null;
  return isRetry ? { kind: 'repeat' } : { kind: 'refuse', error: tokenRevoked(), endsSession: true };
}
