import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CalendarDate, Currency, Id, Input, Money, Timestamp } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import {
  BLOCKERS,
  type Day,
  type MerchantSales,
  type Overdue,
  type PendingAge,
  type RefusalsOfDay,
  type State,
  type Summary,
  type Verification,
} from './model.ts';
import { confirmedShare, shareOf } from './policies.ts';

const OfCurrency = Type.Optional(
  Type.String({ ...Currency, description: 'The currency. Defaults to the first one of the platform.' }),
);

const range = {
  from: Type.Optional(
    Type.String({ ...CalendarDate, description: 'The first day (UTC). Defaults to 29 days before `to`.' }),
  ),
  to: Type.Optional(Type.String({ ...CalendarDate, description: 'The last day (UTC). Defaults to today.' })),
};

export const RangeQuery = Input({ currency: OfCurrency, ...range }, { ranges: { from: 'to' } });

export const RefusalRangeQuery = Input(range, { ranges: { from: 'to' } });

export const CurrencyQuery = Input({ currency: OfCurrency });

const nullable = <Schema extends Type.TSchema>(schema: Schema, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });

const AsOf = Type.String({ ...Timestamp, description: 'All that happened before this time is counted.' });

const Share = Type.Union([Type.Number({ minimum: 0, maximum: 1, examples: [0.9132] }), Type.Null()], {
  description: 'From 0 to 1. Null where there is nothing to divide.',
});

const Count = Type.Integer({ minimum: 0, examples: [42] });

const figure = {
  amount: nullable(Money),
  count: Count,
  oldest_at: nullable(Timestamp),
  share: nullable(Type.Number({ minimum: 0, maximum: 1, examples: [0.9132] })),
};

const Figure = (description: string, more: Readonly<Record<string, Type.TSchema>> = {}) =>
  Type.Object({ ...figure, ...more }, { description });

export const ReportSummary = Type.Object({
  currency: Currency,
  as_of: AsOf,
  owed: Type.Object(
    { ...figure, pending: Money, available: Money, payouts_under_way: Money },
    {
      description:
        'Owed to users: pending, available above zero and payouts under way. `count` is the wallets with pending or available money.',
    },
  ),
  withdrawable: Type.Object(
    { ...figure, minimum: Money },
    { description: 'Wallets whose available money reaches the least payout, `minimum`.' },
  ),
  payouts_due: Figure('Payouts that are requested or processing.'),
  overdue: Type.Object(
    {
      ...figure,
      blocked_by: Type.Array(
        Type.Object({
          reason: Type.Enum(BLOCKERS, {
            description: 'The first that applies. `none`: the next run of the job confirms them.',
            examples: ['merchant_inactive'],
          }),
          amount: Money,
          count: Count,
        }),
      ),
    },
    {
      description:
        'Purchases that are pending beyond the days of their merchant and are not held. `amount` is their cashback.',
    },
  ),
  held: Figure('Purchases under review. `amount` is their cashback.'),
  converted: Type.Object(
    { ...figure, confirmed: Count, reversed: Count },
    {
      description:
        'Purchases recorded in the range that are confirmed or reversed. `amount` is the available cashback, `share` its part of available and reversed cashback.',
    },
  ),
  owed_to_us: Figure('Wallets below zero. `amount` is above zero.'),
  refused: Type.Object(
    { ...figure, since: Timestamp },
    {
      description:
        'Refused reports of partners in the last 24 hours, this hour included, of all currencies. `share` is that of all their reports.',
    },
  ),
});

export const BookReport = Type.Object({
  currency: Currency,
  as_of: AsOf,
  platform: Type.String({
    ...Money,
    description:
      'All that the platform gave by the audit log, less all that it took back, as an amount below zero.',
    examples: ['-1054.20'],
  }),
  pending: Money,
  available: Money,
  paid: Type.String({ ...Money, description: 'Includes payouts under way.' }),
  difference: Type.String({
    ...Money,
    description: 'The sum of the four. Zero unless the books are wrong.',
    examples: ['0.00'],
  }),
  entries: Type.Integer({ minimum: 0, description: 'Entries of the journal.', examples: [1154] }),
  verified_at: nullable(Timestamp, 'When the last proof of all books began. Null before the first one.'),
  verified: nullable(Type.Boolean(), 'Whether that proof found the books right.'),
});

const report = <Row extends Type.TSchema>(row: Row) => Type.Object({ as_of: AsOf, data: Type.Array(row) });

export const DailyReport = report(
  Type.Object({
    day: CalendarDate,
    recorded: Type.String({ ...Money, description: 'Cashback that became pending.' }),
    confirmed: Type.String({ ...Money, description: 'Cashback that became available.' }),
    reversed: Type.String({ ...Money, description: 'Cashback that was taken back.' }),
  }),
);

export const PendingAgeReport = report(
  Type.Object({
    from_days: Type.Integer({ minimum: 0, examples: [8] }),
    to_days: nullable(Type.Integer({ examples: [14] }), 'The highest age. Null for the oldest.'),
    amount: Money,
    count: Count,
    overdue_amount: Type.String({ ...Money, description: 'The part of `amount` that is overdue.' }),
  }),
);

export const MerchantReport = report(
  Type.Object({
    merchant_id: Id,
    name: Type.String({ examples: ['Corner Books'] }),
    purchases: Count,
    cashback: Type.String({ ...Money, description: 'Pending and available cashback.' }),
    confirmed_share: Share,
  }),
);

export const RefusalReport = report(
  Type.Object({
    day: CalendarDate,
    code: Type.String({ examples: ['USER_NOT_ELIGIBLE'] }),
    count: Count,
  }),
);

const NOTHING_MORE = { amount: null, oldest_at: null, share: null };

export function presentSummary(summary: Summary) {
  const { currency, asOf, state, overdue, outcomes, refused, minimum } = summary;
  const money = (amount: bigint) => formatMoney(amount, currency);
  const instant = (time: Temporal.Instant | null) => time && formatInstant(time);
  return {
    currency,
    as_of: formatInstant(asOf),
    owed: {
      ...NOTHING_MORE,
      amount: money(state.pending + state.availableOwed + state.payoutsDue),
      count: state.owedWallets,
      pending: money(state.pending),
      available: money(state.availableOwed),
      payouts_under_way: money(state.payoutsDue),
    },
    withdrawable: {
      ...NOTHING_MORE,
      amount: money(state.withdrawable),
      count: state.withdrawableWallets,
      minimum: money(minimum),
    },
    payouts_due: {
      ...NOTHING_MORE,
      amount: money(state.payoutsDue),
      count: state.payoutsDueCount,
      oldest_at: instant(state.payoutsDueSince),
    },
    overdue: { ...presentOverdue(overdue, money), blocked_by: presentBlockers(overdue, money) },
    held: {
      ...NOTHING_MORE,
      amount: money(state.held),
      count: state.heldPurchases,
      oldest_at: instant(state.heldSince),
    },
    converted: {
      ...NOTHING_MORE,
      amount: money(outcomes.availableCashback),
      count: outcomes.confirmedPurchases + outcomes.reversedPurchases,
      share: confirmedShare(outcomes),
      confirmed: outcomes.confirmedPurchases,
      reversed: outcomes.reversedPurchases,
    },
    owed_to_us: { ...NOTHING_MORE, amount: money(state.belowZero), count: state.belowZeroWallets },
    refused: {
      ...NOTHING_MORE,
      count: refused.refused,
      share: shareOf(refused.refused, refused.refused + refused.reported),
      since: formatInstant(refused.since),
    },
  };
}

type FormatAmount = (amount: bigint) => string;

function presentOverdue(overdue: readonly Overdue[], money: FormatAmount) {
  const [oldest] = overdue.map(({ since }) => since).sort(Temporal.Instant.compare);
  return {
    ...NOTHING_MORE,
    amount: money(sumOf(overdue)),
    count: countOf(overdue),
    oldest_at: oldest === undefined ? null : formatInstant(oldest),
  };
}

function presentBlockers(overdue: readonly Overdue[], money: FormatAmount) {
  return BLOCKERS.flatMap((reason) => {
    const blocked = overdue.filter(({ blockedBy }) => blockedBy === reason);
    return blocked.length === 0 ? [] : [{ reason, amount: money(sumOf(blocked)), count: countOf(blocked) }];
  });
}

const sumOf = (overdue: readonly Overdue[]) => overdue.reduce((sum, { cashback }) => sum + cashback, 0n);

const countOf = (overdue: readonly Overdue[]) => overdue.reduce((sum, { purchases }) => sum + purchases, 0);

export function presentBooks(state: State, asOf: Temporal.Instant, verification: Verification | undefined) {
  const { currency, given, pending, available, paid, entries } = state;
  const money = (amount: bigint) => formatMoney(amount, currency);
  return {
    currency,
    as_of: formatInstant(asOf),
    platform: money(-given),
    pending: money(pending),
    available: money(available),
    paid: money(paid),
    difference: money(pending + available + paid - given),
    entries,
    verified_at: verification === undefined ? null : formatInstant(verification.at),
    verified: verification?.isRight ?? null,
  };
}

export function presentDay(currency: string) {
  return ({ day, recorded, confirmed, reversed }: Day) => ({
    day,
    recorded: formatMoney(recorded, currency),
    confirmed: formatMoney(confirmed, currency),
    reversed: formatMoney(reversed, currency),
  });
}

export function presentPendingAge(currency: string) {
  return ({ fromDays, toDays, amount, count, overdueAmount }: PendingAge) => ({
    from_days: fromDays,
    to_days: toDays,
    amount: formatMoney(amount, currency),
    count,
    overdue_amount: formatMoney(overdueAmount, currency),
  });
}

export function presentMerchantSales(currency: string) {
  return (sales: MerchantSales) => ({
    merchant_id: sales.merchantId,
    name: sales.name,
    purchases: sales.purchases,
    cashback: formatMoney(sales.cashback, currency),
    confirmed_share: confirmedShare(sales),
  });
}

export function presentRefusalsOfDay({ day, code, count }: RefusalsOfDay) {
  return { day, code, count };
}

export function presentReport<Row, Body>(
  { asOf, rows }: { readonly asOf: Temporal.Instant; readonly rows: readonly Row[] },
  present: (row: Row) => Body,
) {
  return { as_of: formatInstant(asOf), data: rows.map(present) };
}
