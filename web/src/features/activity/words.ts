import type { Format } from '#lib/format.ts';
import { isZero } from '#lib/money.ts';
import type { en } from '#messages/activity.ts';
import type { Movement, OwnPurchase, OwnPurchaseDetail } from './queries.ts';

type Texts = typeof en;
type BadgeWords = {
  readonly tone: 'amber' | 'green' | 'grey';
  readonly icon: 'clock' | 'check' | 'return';
  readonly text: string;
};

type Purchase = Pick<
  OwnPurchase,
  | 'status'
  | 'cashback_status'
  | 'cashback_amount'
  | 'paid_amount'
  | 'expected_on'
  | 'is_late'
  | 'confirmed_at'
  | 'reversal_reason'
>;

/** The state of a purchase in a word. A review is not among them: its purchase waits like any other. */
export function purchaseBadge(purchase: Purchase, t: Texts): BadgeWords {
  if (purchase.cashback_status === 'reversed') return { tone: 'grey', icon: 'return', text: t.takenBack };
  if (purchase.cashback_status === 'pending') return { tone: 'amber', icon: 'clock', text: t.waiting };
  return { tone: 'green', icon: 'check', text: isPaid(purchase) ? t.paidOut : t.yours };
}

/** What the shopper wants to know about it: when it comes, since when it is theirs, or why it is gone. */
export function purchaseLine(purchase: Purchase, t: Texts, format: Format): string {
  if (purchase.cashback_status === 'reversed') return reversalLine(purchase.reversal_reason, t);
  if (isZero(purchase.cashback_amount)) return t.nothingEarned;
  if (purchase.cashback_status === 'available')
    return purchase.confirmed_at === null ? t.yours : t.yoursSince(format.shortDate(purchase.confirmed_at));
  if (purchase.is_late) return t.takingLonger;
  return purchase.expected_on === null
    ? t.whenShopConfirms
    : t.yoursBy(format.shortDate(purchase.expected_on));
}

export function reversalLine(reason: string | null, t: Texts): string {
  const reasons: Readonly<Record<string, string>> = t.reasons;
  return reasons[reason ?? 'other'] ?? t.reasons.other;
}

/** A movement of money: what it was, and whether it changes what can be withdrawn. */
export function movementWords(movement: Movement, t: Texts) {
  const { type, from, to, merchant_name: shop, reason } = movement;
  const sign = to === 'available' ? '+' : from === 'available' ? '-' : '';
  return {
    title: shop ?? t.movement[type],
    about:
      shop === null ? (type === 'adjustment' || type === 'payout_refund' ? reason : null) : t.movement[type],
    /** The change of the available balance. Undefined if it is about pending cashback. */
    change: sign === '' ? undefined : `${sign === '-' ? '-' : ''}${movement.amount}`,
  };
}

/** The steps of a purchase, oldest first, and what comes next for a pending one. */
export function eventText(kind: string, t: Texts): string {
  const events: Readonly<Record<string, string>> = t.events;
  return events[kind] ?? t.events.other;
}

export function nextText({ reward, next }: OwnPurchaseDetail, t: Texts, format: Format): string | undefined {
  if (reward.status !== 'pending') return undefined;
  if (next.is_late) return t.next.late;
  return next.confirms_on === null ? t.next.shop : t.next.dated(format.shortDate(next.confirms_on));
}

function isPaid({ cashback_amount: amount, paid_amount: paid }: Purchase): boolean {
  return paid === amount && !isZero(paid);
}

/** The fields of a list that decide the words of a purchase, from its detail. */
export function purchaseOf({ purchase, reward, next, payouts }: OwnPurchaseDetail): Purchase {
  const [only] = payouts;
  return {
    status: purchase.status,
    cashback_status: reward.status,
    cashback_amount: reward.amount,
    // Several payouts may have paid it together; then its history says so.
    paid_amount: payouts.length === 1 && only ? only.covered_amount : '0',
    expected_on: next.confirms_on,
    is_late: next.is_late,
    confirmed_at: purchase.confirmed_at,
    reversal_reason: purchase.reversal_reason,
  };
}
