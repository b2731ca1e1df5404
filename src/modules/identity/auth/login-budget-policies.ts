import { rateLimited } from '../../../core/errors.ts';
import type { LoginBudget } from './model.ts';

/** What a budget belongs to. A device is an address or a browser that has logged in to the account before. */
export type BudgetKind = 'account' | 'address' | 'device';

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

/** The time for which an address or a browser that has logged in keeps a budget of its own. */
export const DEVICE_LIFETIME_S = 180 * DAY_S;

/** @throws RATE_LIMITED while one of the budgets has to wait, with the longest wait. */
export function requireBudget(budgets: readonly LoginBudget[], now: Temporal.Instant): void {
  const waits_ms = budgets
    .filter((budget) => isValid(budget, now))
    .map(({ waitsUntil }) =>
      waitsUntil === null ? 0 : waitsUntil.epochMilliseconds - now.epochMilliseconds,
    );
  const longest_ms = Math.max(0, ...waits_ms);
  if (longest_ms > 0) throw rateLimited({ retry_after_seconds: Math.ceil(longest_ms / 1_000) });
}

/** False if the budget is expired, and counts as missing. */
export function isValid({ expiresAt }: LoginBudget, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(now, expiresAt) < 0;
}

/**
 * The budget after one more failure. The first `freeFailures` cost no wait. Those of an address return each minute, because
 * many people may share it. For an account and a device the wait doubles, from a minute up to an hour: some 40 tries a day.
 */
export function afterFailure(
  budget: LoginBudget,
  kind: BudgetKind,
  freeFailures: number,
  now: Temporal.Instant,
): LoginBudget {
  const { subject } = budget;
  const failures = (isValid(budget, now) ? budget.failures : 0) + 1;
  if (kind === 'address') {
    const expiresAt = failures === 1 ? now.add({ seconds: MINUTE_S }) : budget.expiresAt;
    return { subject, failures, waitsUntil: failures < freeFailures ? null : expiresAt, expiresAt };
  }
  const doublings = failures - freeFailures;
  const wait_s = Math.min(HOUR_S, MINUTE_S * 2 ** doublings);
  const waitsUntil = doublings < 0 ? null : now.add({ seconds: wait_s });
  // The failures of a device are forgotten when it logs in, those of an account after a day without one.
  const forgottenAt = now.add({ seconds: DAY_S });
  const expiresAt = kind === 'device' ? later(budget.expiresAt, forgottenAt) : forgottenAt;
  return { subject, failures, waitsUntil, expiresAt };
}

function later(one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(one, other) < 0 ? other : one;
}

/** The present budget without a failure that was counted too much, which made `after` of `before`. */
export function withoutFailure(
  budget: LoginBudget,
  { before, after }: { readonly before: LoginBudget; readonly after: LoginBudget },
): LoginBudget {
  const hasOtherWait = budget.waitsUntil?.epochNanoseconds !== after.waitsUntil?.epochNanoseconds;
  return {
    ...budget,
    failures: Math.max(0, budget.failures - 1),
    waitsUntil: hasOtherWait ? budget.waitsUntil : before.waitsUntil,
  };
}

/** The budget of a device after a login. */
export function afterLogin(budget: LoginBudget, now: Temporal.Instant): LoginBudget {
  return { ...budget, failures: 0, waitsUntil: null, expiresAt: now.add({ seconds: DEVICE_LIFETIME_S }) };
}
