import type { TrialBalance } from '#app/client.ts';
import type { Format } from '#lib/format.ts';
import { isZero } from '#lib/money.ts';
import type { en } from '#messages/overview.ts';

type Texts = typeof en;

export type BooksState = 'right' | 'unproven' | 'wrong';

/** Whether the books of a currency agree, and whether that is proven. */
export function booksState({
  difference,
  verified,
}: Pick<TrialBalance, 'difference' | 'verified'>): BooksState {
  if (!isZero(difference) || verified === false) return 'wrong';
  return verified === null ? 'unproven' : 'right';
}

/** `Books agree, verified 03:00, 1,154 entries`. */
export function booksText(books: TrialBalance, t: Texts, format: Format): string {
  const { difference, currency, verified, verified_at: at, entries } = books;
  const finding = !isZero(difference)
    ? t.booksDiffer(format.money(difference, currency))
    : verified === false
      ? t.booksFailed
      : t.booksAgree;
  const proof = at === null ? t.notVerified : t.verified(whenText(at, format));
  return [finding, proof, t.entries(format.count(entries))].join(', ');
}

/** The time alone where it was today. */
function whenText(instant: string, format: Format, now: Date = new Date()): string {
  const isToday = new Date(instant).toDateString() === now.toDateString();
  return isToday ? format.time(instant) : format.dateTime(instant);
}

/** `0.9132` is `91.32 %`. Undefined shares have no text. */
export function shareText(share: number | null, t: Texts, format: Format): string {
  return share === null ? t.nothing : format.percent((share * 100).toFixed(1));
}

/** `3 of inactive merchants, 2 switched off by a flag`. */
export function blockersText(
  blockers: readonly { readonly reason: string; readonly count: number }[],
  t: Texts,
  format: Format,
): string {
  return blockers
    .map(({ reason, count }) => t.blocked(t.blockers[reason] ?? reason, format.count(count)))
    .join(', ');
}
