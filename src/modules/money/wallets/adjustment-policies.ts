import { requireNotOwn } from '../../../core/caller.ts';
import { formatInstant } from '../../../core/clock.ts';
import { forbidden } from '../../../core/errors.ts';
import { formatMoney, minorDigits } from '../../../core/money.ts';
import type { Actor } from '../../platform/events/index.ts';
import { adjustmentNotAwaitingApproval } from './errors.ts';
import type {
  Adjustment,
  AdjustmentOrder,
  AdjustmentStatement,
  AdjustmentStatus,
  Balances,
  Movement,
} from './model.ts';
import { balancesAsText } from './policies.ts';

/** The largest credit by staff without the permission `wallets:adjust`, in whole units. */
const LARGEST_GOODWILL = 20n;

/** The days in which another administrator may approve an adjustment. */
export const APPROVAL_DAYS = 7;

/** @throws FORBIDDEN for an own wallet, and for what takes the permission `wallets:adjust`. */
export function requireMayAdjust({ actor, userId, mayAdjust, ...order }: AdjustmentOrder): void {
  requireNotOwn(actor, userId);
  const { direction, amount, currency } = order;
  const largest = LARGEST_GOODWILL * 10n ** BigInt(minorDigits(currency));
  if (mayAdjust || (direction === 'credit' && amount <= largest)) return;
  const goodwill = `${formatMoney(largest, currency)} ${currency}`;
  throw forbidden({
    reason: `Without the permission wallets:adjust you may only credit, and at most ${goodwill}.`,
  });
}

export function newAdjustment(
  id: string,
  order: AdjustmentOrder,
  made: { readonly createdAt: Temporal.Instant; readonly needsFourEyes: boolean },
): Adjustment {
  const { actor, request: _, mayAdjust: __, ...what } = order;
  if (actor.id === null) throw new Error('an adjustment must be made by an administrator');
  return { ...what, ...made, id, adminId: actor.id, decision: null };
}

export function movementOf({ id, userId, currency, amount, direction }: Adjustment): Movement {
  const [from, to] =
    direction === 'credit' ? (['platform', 'available'] as const) : (['available', 'platform'] as const);
  return { userId, currency, amount, type: 'adjustment', from, to, source: { type: 'adjustment', id } };
}

export function statusOf({ needsFourEyes, decision }: Adjustment): AdjustmentStatus {
  if (!needsFourEyes) return 'completed';
  if (decision === null) return 'awaiting_approval';
  return decision.verdict === 'approved' ? 'completed' : decision.verdict;
}

export function expiryOf({ createdAt }: Adjustment): Temporal.Instant {
  return createdAt.add({ hours: 24 * APPROVAL_DAYS });
}

/** @throws ADJUSTMENT_NOT_AWAITING_APPROVAL, also if it expired and the job has not recorded that yet. */
export function requireAwaiting(adjustment: Adjustment, now: Temporal.Instant): void {
  const status = statusOf(adjustment);
  const isLate = Temporal.Instant.compare(now, expiryOf(adjustment)) >= 0;
  if (status === 'awaiting_approval' && !isLate) return;
  throw adjustmentNotAwaitingApproval({
    adjustment_id: adjustment.id,
    status: status === 'awaiting_approval' ? 'expired' : status,
  });
}

/** @throws FORBIDDEN for the one who made the adjustment, and for the owner of the wallet. */
export function requireMayApprove({ userId, adminId }: Adjustment, actor: Actor): void {
  requireNotOwn(actor, userId);
  if (actor.id === adminId) throw forbidden({ reason: 'four_eyes' });
}

/** @param after the balances after the adjustment, if it has just moved money. */
export function statementOf(adjustment: Adjustment, after: Balances | null = null): AdjustmentStatement {
  const { id, userId, amount, currency, direction, reason, adminId, createdAt, decision } = adjustment;
  const status = statusOf(adjustment);
  return {
    id,
    user_id: userId,
    amount: formatMoney(amount, currency),
    currency,
    direction,
    reason,
    status,
    created_by: adminId,
    created_at: formatInstant(createdAt),
    expires_at: status === 'awaiting_approval' ? formatInstant(expiryOf(adjustment)) : null,
    decided_by: decision?.decidedBy ?? null,
    decided_at: decision && formatInstant(decision.decidedAt),
    decision_reason: decision?.reason ?? null,
    wallet: after && balancesAsText(after, currency),
  };
}
