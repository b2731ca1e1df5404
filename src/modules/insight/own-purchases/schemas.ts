import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CursorPage, CursorQuery, Several } from '../../../core/http/pagination.ts';
import { CalendarDate, Currency, Id, Input, Money, Timestamp } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import {
  PurchaseStatusFilter,
  presentRewardedPurchase,
  RewardedPurchaseBody,
} from '../../earning/purchases/index.ts';
import { CurrencyChoice } from '../../money/wallets/index.ts';
import type { Forecast, OwnPurchase, Share } from './model.ts';

const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const OwnPurchaseQuery = CursorQuery(
  {
    status: PurchaseStatusFilter,
    merchant_id: Several(Id),
    from: Type.Optional(
      Type.String({ ...CalendarDate, description: 'The first day (UTC) of the record, inclusive.' }),
    ),
    to: Type.Optional(
      Type.String({ ...CalendarDate, description: 'The last day (UTC) of the record, inclusive.' }),
    ),
  },
  { from: 'to' },
);

const OwnPurchaseBody = Type.Object({
  ...RewardedPurchaseBody.properties,
  merchant_id: Id,
  confirmed_at: nullable(Timestamp),
  reversed_at: nullable(Timestamp),
  reversal_reason: nullable(Type.String({ examples: ['returned'] })),
  expected_on: nullable(
    Type.String({
      ...CalendarDate,
      description:
        'The day (UTC) on which the platform confirms the purchase. Null if the shop confirms it, or if nothing is to come.',
    }),
  ),
  is_late: Type.Boolean({ description: 'True if the cashback takes longer than usual.' }),
  paid_amount: Type.String({
    ...Money,
    description:
      'The part of the cashback in payouts that are paid or under way: first in, first out, a convention.',
  }),
});

export const OwnPurchasePage = CursorPage(OwnPurchaseBody);

export const ForecastQuery = Input({ currency: CurrencyChoice });

const ShareBody = (description: string) =>
  Type.Object({ amount: Money, purchases: Type.Integer({ examples: [3] }) }, { description });

export const ForecastBody = Type.Object({
  currency: Currency,
  dated: Type.Array(
    Type.Object({
      on: Type.String({ ...CalendarDate, description: 'The day (UTC) of the automatic confirmation.' }),
      amount: Money,
      purchases: Type.Integer({ examples: [3] }),
    }),
    { description: 'Cashback that the platform itself confirms, by day.' },
  ),
  by_shop: ShareBody('Cashback that becomes available when the shop confirms it.'),
  late: ShareBody('Cashback that takes longer than usual.'),
  total: Type.String({ ...Money, description: 'All of them together: the pending balance of the wallet.' }),
});

export function presentOwnPurchase(own: OwnPurchase) {
  const { purchase, expectedOn, isLate, paidAmount } = own;
  const { confirmedAt, reversedAt } = purchase;
  return {
    ...presentRewardedPurchase(own),
    merchant_id: purchase.merchantId,
    confirmed_at: confirmedAt && formatInstant(confirmedAt),
    reversed_at: reversedAt && formatInstant(reversedAt),
    reversal_reason: purchase.reversalReason,
    expected_on: expectedOn,
    is_late: isLate,
    paid_amount: formatMoney(paidAmount, purchase.currency),
  };
}

export function presentForecast({ currency, dated, byShop, late, total }: Forecast) {
  const share = ({ amount, purchases }: Share) => ({ amount: formatMoney(amount, currency), purchases });
  return {
    currency,
    dated: dated.map((day) => ({ on: day.on, ...share(day) })),
    by_shop: share(byShop),
    late: share(late),
    total: formatMoney(total, currency),
  };
}
