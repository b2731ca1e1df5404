import type { Caller } from '../../../core/caller.ts';
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

/** The merchants to which a caller is limited, among `asked` if these are given. Undefined: all. */
export function permittedMerchants(
  caller: Caller,
  asked?: readonly string[] | undefined,
): readonly string[] | undefined {
  const permitted = caller.type === 'partner' ? (caller.merchantIds ?? undefined) : undefined;
  if (permitted === undefined || asked === undefined) return permitted ?? asked;
  return asked.filter((id) => permitted.includes(id));
}
