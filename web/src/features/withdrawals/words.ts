import type { Format } from '#lib/format.ts';
import { maskIban } from '#lib/iban.ts';
import type { en } from '#messages/withdrawals.ts';
import type { Withdrawal } from './queries.ts';

type Texts = typeof en;
type BadgeWords = {
  readonly tone: 'amber' | 'blue' | 'green' | 'red' | 'grey';
  readonly icon: 'clock' | 'arrow' | 'check' | 'mark' | 'cross';
  readonly text: string;
};

/** The state of a withdrawal in a word. */
export function withdrawalBadge(status: Withdrawal['status'], t: Texts): BadgeWords {
  switch (status) {
    case 'requested':
      return { tone: 'amber', icon: 'clock', text: t.askedFor };
    case 'processing':
      return { tone: 'blue', icon: 'arrow', text: t.onItsWay };
    case 'completed':
      return { tone: 'green', icon: 'check', text: t.paid };
    case 'failed':
    case 'returned':
      return { tone: 'red', icon: 'mark', text: t.cameBack };
    case 'cancelled':
      return { tone: 'grey', icon: 'cross', text: t.cancelled };
  }
}

/** Where it goes, or how it ended. */
export function withdrawalLine(
  { status, details, settled_at: settledAt }: Pick<Withdrawal, 'status' | 'details' | 'settled_at'>,
  t: Texts,
  format: Format,
): string {
  if (status === 'completed' && settledAt !== null) return t.paidOn(format.shortDate(settledAt));
  if (status === 'failed') return t.cameBackAvailable;
  if (status === 'returned') return t.bankSentBack;
  if (status === 'cancelled') return t.youCancelled;
  return t.toAccount(maskIban(details.iban));
}

/** Whether the amount left the available balance for good or for now. */
export function isOut({ status }: Pick<Withdrawal, 'status'>): boolean {
  return status === 'requested' || status === 'processing' || status === 'completed';
}

type Step = { readonly kind: keyof Texts['steps']; readonly at: string | null };

/** What happened to it, oldest first. `at` is null for what comes next. */
export function stepsOf(withdrawal: Withdrawal): readonly Step[] {
  const {
    status,
    requested_at: requestedAt,
    processing_at: processingAt,
    settled_at: settledAt,
    returned_at: returnedAt,
  } = withdrawal;
  const first: Step = { kind: 'requested', at: requestedAt };
  if (status === 'cancelled') return [first, { kind: 'cancelled', at: settledAt }];
  const sent: Step = { kind: 'processing', at: processingAt };
  if (status === 'failed')
    return [first, ...(processingAt === null ? [] : [sent]), { kind: 'failed', at: settledAt }];
  const steps: Step[] = [first, sent, { kind: 'completed', at: settledAt }];
  return status === 'returned' ? [...steps, { kind: 'returned', at: returnedAt }] : steps;
}

/** Why it came back. Null if it did not. */
export function reasonOf({
  failure_reason: failure,
  return_reason: returned,
}: Pick<Withdrawal, 'failure_reason' | 'return_reason'>): string | null {
  return returned ?? failure;
}
