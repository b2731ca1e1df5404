import type { Movement, OwnPurchase } from '#features/activity/index.ts';
import type { Withdrawal } from '#features/withdrawals/index.ts';

/** How many of each kind are read. */
export const LATEST = { limit: 5 };

export type Latest =
  | { readonly kind: 'purchase'; readonly at: string; readonly item: OwnPurchase }
  | { readonly kind: 'withdrawal'; readonly at: string; readonly item: Withdrawal }
  | { readonly kind: 'correction'; readonly at: string; readonly item: Movement };

/** The newest purchases, withdrawals and corrections together, newest first. */
export function latestOf(
  purchases: readonly OwnPurchase[],
  withdrawals: readonly Withdrawal[],
  movements: readonly Movement[],
): readonly Latest[] {
  const all: Latest[] = [
    ...purchases.map((item) => ({ kind: 'purchase' as const, at: item.created_at, item })),
    ...withdrawals.map((item) => ({ kind: 'withdrawal' as const, at: item.requested_at, item })),
    ...movements
      .filter(({ type }) => type === 'adjustment')
      .map((item) => ({ kind: 'correction' as const, at: item.created_at, item })),
  ];
  return all.sort((one, other) => (one.at < other.at ? 1 : -1)).slice(0, LATEST.limit);
}
