import { type Proof, tokenRevoked, userInactive } from '../../../core/caller.ts';
import type { DomainError } from '../../../core/errors.ts';
import type { User } from '../users/index.ts';
import { expiredRefreshToken, invalidMfaCode, mfaLocked, staffOnly } from './errors.ts';
import type { App, Factor, RefreshToken, Session } from './model.ts';

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

const CONSOLE_SESSION_HOURS = 12;

/** The end that no refresh extends. */
export function endOf({ createdAt, app }: Pick<Session, 'createdAt' | 'app'>, maxDays: number) {
  return createdAt.add({ hours: app === 'console' ? CONSOLE_SESSION_HOURS : 24 * maxDays });
}

/** Why this user may have no session of this app, or of a program if `app` is null. */
export function admissionRefusal(
  user: Pick<User, 'active' | 'role'>,
  app: App | null,
): DomainError | undefined {
  if (!user.active) return userInactive();
  return app === 'console' && user.role !== 'admin' ? staffOnly() : undefined;
}

export function earlier(one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(one, other) < 0 ? one : other;
}

/**
 * Decides about a refresh token that a client sends (RFC 9700, section 4.14.2). The first use rotates it. A repeat in
 * the retry window gets the same successor, unless the successor was used already. `successor` is that of the sender's
 * device: another device finds none. Any other use means that two parties have the token, and ends the session.
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

/** A proof that was accepted within this time is fresh enough for what asks for one (`stepUp` of a route). */
const FRESH_FOR = { minutes: 5 };

/** An account may have this many wrong codes. A day after each, it is forgotten. */
const MAX_WRONG_CODES = 10;
const HOURS_PER_WRONG_CODE = 24;

export type CodeDecision =
  | { readonly kind: 'accept'; readonly change: Pick<Factor, 'lastStep'> }
  | {
      readonly kind: 'refuse';
      readonly error: DomainError;
      readonly change: Partial<Pick<Factor, 'failuresUntil'>>;
    };

/**
 * Decides about a code. `step` is its time step, undefined for a wrong code. A right code does not forget wrong ones:
 * otherwise each login of the owner would give a guesser ten more. At ten, and one more a day, a guesser who has the
 * password needs 900 years on average (three of a million codes are valid at a time). A repeated code counts as no guess.
 */
export function decideCode(factor: Factor, step: number | undefined, now: Temporal.Instant): CodeDecision {
  const failuresUntil = laterOf(factor.failuresUntil ?? now, now);
  const freeAt = failuresUntil.subtract({ hours: HOURS_PER_WRONG_CODE * (MAX_WRONG_CODES - 1) });
  const wait_seconds = (freeAt.epochMilliseconds - now.epochMilliseconds) / 1000;
  if (wait_seconds > 0)
    return { kind: 'refuse', error: mfaLocked({ retry_after_seconds: Math.ceil(wait_seconds) }), change: {} };
  if (step === undefined) {
    const change = { failuresUntil: failuresUntil.add({ hours: HOURS_PER_WRONG_CODE }) };
    return { kind: 'refuse', error: invalidMfaCode(), change };
  }
  if (step <= factor.lastStep) return { kind: 'refuse', error: invalidMfaCode(), change: {} };
  return { kind: 'accept', change: { lastStep: step } };
}

/** A recovery code proves that its sender is the owner, so wrong codes of before do not count. */
export function withoutFailures(factor: Factor): Factor {
  return { ...factor, failuresUntil: null };
}

function laterOf(one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(one, other) > 0 ? one : other;
}

/**
 * What a session must prove before it does what asks for a fresh proof. Only the apps ask for the password: programs without a
 * second factor have their tokens alone.
 */
export function dueProof(
  session: Pick<Session, 'app' | 'factorProvenAt' | 'passwordProvenAt'>,
  now: Temporal.Instant,
): Proof | null {
  const { app, factorProvenAt, passwordProvenAt } = session;
  if (factorProvenAt !== null) return isFresh(factorProvenAt, now) ? null : 'second_factor';
  if (app === null || (passwordProvenAt !== null && isFresh(passwordProvenAt, now))) return null;
  return 'password';
}

function isFresh(provenAt: Temporal.Instant, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(now, provenAt.add(FRESH_FOR)) <= 0;
}
