import type { Adjustment } from '#app/client.ts';
import type { Me } from '#app/me.ts';
import type { en } from '#messages/adjustments.ts';
import type { BadgeProps } from '#ui/badge.tsx';

type Look = Pick<BadgeProps, 'tone' | 'icon'>;

export const ADJUSTMENT_LOOKS: Readonly<Record<Adjustment['status'], Look>> = {
  awaiting_approval: { tone: 'amber', icon: 'clock' },
  completed: { tone: 'green', icon: 'check' },
  rejected: { tone: 'grey', icon: 'cross' },
  expired: { tone: 'grey', icon: 'clock' },
};

/** The amount with its sign: a debit takes money from the shopper. */
export function signedAmount({ amount, direction }: Pick<Adjustment, 'amount' | 'direction'>): string {
  return direction === 'debit' ? `-${amount}` : amount;
}

/** Why this person may not approve. Undefined if they may. */
export function whyNotApprove(adjustment: Adjustment, me: Pick<Me, 'id'>, t: typeof en): string | undefined {
  if (adjustment.user_id === me.id) return t.ownWallet;
  return adjustment.created_by === me.id ? t.ownRequest : undefined;
}
