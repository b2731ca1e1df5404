import type { Merchant } from './model.ts';

/** Purchases made before a merchant was deactivated are rewarded, however late they are reported. */
export function acceptsPurchasesAt(
  { active, inactiveSince }: Pick<Merchant, 'active' | 'inactiveSince'>,
  at: Temporal.Instant,
): boolean {
  return active || (inactiveSince !== null && Temporal.Instant.compare(at, inactiveSince) < 0);
}

/** The instant since which a merchant is inactive, after a change. */
export function inactiveSinceAfter(
  before: Merchant,
  active: boolean | undefined,
  now: Temporal.Instant,
): Temporal.Instant | null {
  if (active === undefined || active === before.active) return before.inactiveSince;
  return active ? null : now;
}
