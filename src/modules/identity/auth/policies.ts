import { tokenRevoked } from '../../../core/caller.ts';
import type { DomainError } from '../../../core/errors.ts';
import { expiredRefreshToken } from './errors.ts';
import type { RefreshToken } from './model.ts';

/** How long the answer to an exchange may be lost and asked for again. */
export const RETRY_WINDOW_SECONDS = 10;

/**
 * An expired token gets EXPIRED_REFRESH_TOKEN for this long; an unknown token gets INVALID_REFRESH_TOKEN. Longer than the
 * life of an access token, because the session is deleted with its last refresh token.
 */
export const DAYS_KEPT_AFTER_EXPIRY = 7;

export type RefreshDecision =
  | { readonly kind: 'rotate' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refuse'; readonly error: DomainError; readonly endsSession: boolean };

/**
 * What becomes of a refresh token that is presented (RFC 9700, section 4.14.2): its first use rotates it; a repeat
 * within the retry window, while the successor is unused, answers with the same successor; any later use means that
 * two parties hold it, and ends the session for both.
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
