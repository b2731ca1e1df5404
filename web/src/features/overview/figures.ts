import type { ReportSummary } from '#app/client.ts';
import type { Format } from '#lib/format.ts';
import type { en } from '#messages/overview.ts';
import type { FigureProps } from '#ui/figure.tsx';
import { blockersText, shareText } from './words.ts';

type Texts = typeof en;

/** The figures of the overview in words, each with the page that has its rows. The API lists no wallets yet: sums of wallets lead to the books or to shoppers. */
export function figuresOf(summary: ReportSummary, t: Texts, format: Format): FigureProps[] {
  const { currency, owed, withdrawable, payouts_due: due, overdue, held, converted, refused } = summary;
  const owedToUs = summary.owed_to_us;
  const money = (amount: string | null) => (amount === null ? t.nothing : format.money(amount, currency));
  const aged = (text: string, oldest: string | null) =>
    oldest === null ? text : `${text}, ${t.oldest(format.age(oldest))}`;
  return [
    {
      label: t.figure.owed,
      value: money(owed.amount),
      detail: `${t.wallets(owed.count)}: ${t.owedParts(money(owed.pending), money(owed.available), money(owed.payouts_under_way))}`,
      to: '/books',
      search: { currency },
    },
    {
      label: t.figure.withdrawable,
      value: money(withdrawable.amount),
      detail: t.walletsFrom(withdrawable.count, money(withdrawable.minimum)),
      to: '/shoppers',
    },
    {
      label: t.figure.payoutsDue,
      value: money(due.amount),
      detail: aged(t.payouts(due.count), due.oldest_at),
      to: '/payouts',
    },
    {
      label: t.figure.overdue,
      value: money(overdue.amount),
      detail: [
        aged(t.purchases(overdue.count), overdue.oldest_at),
        blockersText(overdue.blocked_by, t, format),
      ]
        .filter(Boolean)
        .join(': '),
      to: '/purchases',
      search: { overdue: 'true' },
    },
    {
      label: t.figure.held,
      value: money(held.amount),
      detail: aged(t.purchases(held.count), held.oldest_at),
      to: '/holds',
    },
    {
      label: t.figure.converted,
      value: shareText(converted.share, t, format),
      detail: t.settled(converted.count),
      to: '/purchases',
      search: { status: ['confirmed', 'reversed'] },
    },
    {
      label: t.figure.owedToUs,
      value: money(owedToUs.amount),
      detail: t.wallets(owedToUs.count),
      alert: owedToUs.count > 0,
      to: '/shoppers',
    },
    {
      label: t.figure.refused,
      value: format.count(refused.count),
      detail:
        refused.share === null ? t.noReports : t.reports(refused.count, shareText(refused.share, t, format)),
      to: '/refusals',
      search: { since: refused.since },
    },
  ];
}
