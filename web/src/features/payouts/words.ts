import type { Payout } from '#app/client.ts';
import type { Me } from '#app/me.ts';
import type { Format } from '#lib/format.ts';
import { isNegative, withoutSign } from '#lib/money.ts';
import type { en } from '#messages/payouts.ts';
import type { BadgeProps } from '#ui/badge.tsx';

type Texts = typeof en;
type Look = Pick<BadgeProps, 'tone' | 'icon'>;

export const PAYOUT_LOOKS: Readonly<Record<Payout['status'], Look>> = {
  requested: { tone: 'amber', icon: 'clock' },
  processing: { tone: 'blue', icon: 'arrow' },
  completed: { tone: 'green', icon: 'check' },
  returned: { tone: 'red', icon: 'return' },
  failed: { tone: 'red', icon: 'mark' },
  cancelled: { tone: 'grey', icon: 'cross' },
};

export type Warning = Look & { readonly text: string };

/** What speaks for a closer look before money leaves. Only payouts that are not done have warnings. */
export function warningsOf(payout: Payout, t: Texts, format: Format): Warning[] {
  if (payout.status !== 'requested' && payout.status !== 'processing') return [];
  const { account, wallet_available: available } = payout;
  const warnings: Warning[] = [];
  if (!payout.owner_active) warnings.push({ tone: 'red', icon: 'cross', text: t.warning.ownerInactive });
  if (isNegative(available))
    warnings.push({
      tone: 'red',
      icon: 'mark',
      text: t.warning.owes(format.money(withoutSign(available), payout.currency)),
    });
  if (account !== null && account.other_users > 0)
    warnings.push({ tone: 'amber', icon: 'people', text: t.warning.sharedAccount(account.other_users) });
  if (account?.is_new) warnings.push({ tone: 'amber', icon: 'bank', text: t.warning.newAccount });
  if (payout.needs_four_eyes) warnings.push({ tone: 'violet', icon: 'people', text: t.warning.fourEyes });
  return warnings;
}

export type Move = 'processing' | 'completed' | 'failed' | 'returned';

/** The changes that its state allows, the likely one first. */
export const MOVES: Readonly<Record<Payout['status'], readonly Move[]>> = {
  requested: ['processing', 'failed'],
  processing: ['completed', 'failed'],
  completed: ['returned'],
  returned: [],
  failed: [],
  cancelled: [],
};

/** Why this person may not make a change that the state allows. Undefined if they may. */
export function whyNot(move: Move, payout: Payout, me: Pick<Me, 'id'>, t: Texts): string | undefined {
  if (payout.user_id === me.id) return t.whyNot.own;
  if (move === 'completed' && payout.needs_four_eyes && payout.processing_by === me.id)
    return t.whyNot.fourEyes;
  return undefined;
}

export type Step = { readonly at: string; readonly text: string };

/** What happened to a payout, oldest first. */
export function stepsOf(payout: Payout, t: Texts): Step[] {
  const steps: Step[] = [{ at: payout.requested_at, text: t.step.requested(payout.user_email) }];
  const taker = payout.taken_by ?? t.someone;
  if (payout.processing_at !== null) steps.push({ at: payout.processing_at, text: t.step.processing(taker) });
  if (payout.settled_at !== null) steps.push({ at: payout.settled_at, text: settledText(payout, t) });
  if (payout.returned_at !== null)
    steps.push({ at: payout.returned_at, text: t.step.returned(payout.return_reason ?? t.noReason) });
  return steps;
}

function settledText(payout: Payout, t: Texts): string {
  if (payout.status === 'failed') return t.step.failed(payout.failure_reason ?? t.noReason);
  if (payout.status === 'cancelled') return t.step.cancelled;
  const isSame = payout.completed_by !== null && payout.completed_by === payout.processing_by;
  return t.step.completed(isSame ? (payout.taken_by ?? t.someone) : t.someone);
}

/** The words of the dialog for a change. `amount` is formatted. */
export function moveTexts(move: Move, amount: string, t: Texts) {
  switch (move) {
    case 'processing':
      return { title: t.takeThisTitle, effect: t.takeThisEffect, confirm: t.takeThis(amount) };
    case 'completed':
      return {
        title: t.completeTitle(amount),
        effect: t.completeEffect(amount),
        confirm: t.completeConfirm(amount),
      };
    case 'failed':
      return { title: t.failTitle(amount), effect: t.failEffect(amount), confirm: t.failConfirm };
    case 'returned':
      return { title: t.returnedTitle(amount), effect: t.returnedEffect(amount), confirm: t.returnedConfirm };
  }
}
