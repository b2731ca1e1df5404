import type { TrialBalance } from '#app/client.ts';
import type { en } from '#messages/books.ts';

export type BookRow = {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly sum: string;
};

/** The buckets of the books in the order in which money goes through them. */
export function rowsOf(books: TrialBalance, t: typeof en): BookRow[] {
  return [
    { id: 'platform', name: t.platform, hint: t.platformHint, sum: books.platform },
    { id: 'pending', name: t.pending, hint: t.pendingHint, sum: books.pending },
    { id: 'available', name: t.available, hint: t.availableHint, sum: books.available },
    { id: 'paid', name: t.paid, hint: t.paidHint, sum: books.paid },
  ];
}

/** The trial balance as CSV. Nothing in it was typed by a person. */
export function csvOf(books: TrialBalance): string {
  const { currency, as_of: at, platform, pending, available, paid, difference } = books;
  const sums = { platform, pending, available, paid, difference };
  const lines = Object.entries(sums).map(([bucket, sum]) => `${bucket},${sum},${currency},${at}`);
  return `${['bucket,sum,currency,as_of', ...lines].join('\r\n')}\r\n`;
}
