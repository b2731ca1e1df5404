import { moneyFromNumeric } from '../../../core/money.ts';
import { type Choices, DEFAULTS, KINDS, type MoneyEvent, type Preferences } from './model.ts';

export function preferencesOf(choices: Choices | undefined): Preferences {
  const chosen = KINDS.map((kind) => [kind, choices?.[kind] ?? DEFAULTS[kind]] as const);
  return Object.fromEntries(chosen) as Preferences;
}

/** Events of money whose user gets a mail. */
export const MONEY_EVENTS = [
  'purchase.recorded',
  'purchase.confirmed',
  'purchase.reward_released',
  'payout.requested',
  'payout.completed',
  'payout.failed',
  'payout.returned',
] as const;

const REWARD_BECAME = {
  'purchase.recorded': 'cashback-recorded',
  'purchase.confirmed': 'cashback-available',
  'purchase.reward_released': 'cashback-available',
} as const;

/** The mail in which an event about a reward is one line. Undefined for other events. */
export function rewardTemplateOf(action: string) {
  return REWARD_BECAME[action as keyof typeof REWARD_BECAME];
}

export const KIND_OF_TEMPLATE = {
  'cashback-recorded': 'cashback_recorded',
  'cashback-available': 'cashback_available',
  'weekly-summary': 'weekly_summary',
  'payouts-waiting': 'payouts_waiting',
} as const;

/** Undefined if the event moves no money of a user: a reward of zero, or one that has to wait for its release. */
export function moneyEventOf(event: {
  readonly id: string;
  readonly action: string;
  readonly resourceId: string;
  readonly details: unknown;
}): MoneyEvent | undefined {
  const { id, action, resourceId } = event;
  const details = event.details as Readonly<Record<string, string | boolean | undefined>>;
  if (details.awaiting_release === true) return undefined;
  const currency = String(details.currency);
  const isReward = rewardTemplateOf(action) !== undefined;
  const minor = moneyFromNumeric(String(isReward ? details.cashback_amount : details.amount), currency);
  if (minor === 0n) return undefined;
  return { id, action, resourceId, userId: String(details.user_id), amount: { minor, currency } };
}

/** Mails of the morning are written from this hour (UTC) on. */
const MORNING = 6;

export function isMorning(now: Temporal.Instant): boolean {
  return now.toZonedDateTimeISO('UTC').hour >= MORNING;
}

/** The Monday of the week (UTC) of an instant. Its summary is about the seven days before. */
export function mondayOf(now: Temporal.Instant): Temporal.PlainDate {
  const day = now.toZonedDateTimeISO('UTC').toPlainDate();
  return day.subtract({ days: day.dayOfWeek - 1 });
}
