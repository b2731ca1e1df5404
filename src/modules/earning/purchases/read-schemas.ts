import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CursorPage, CursorQuery, Order, Several } from '../../../core/http/pagination.ts';
import { CalendarDate, Currency, Id, Money, Timestamp, TimestampInput } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import { lineRows } from './lines.ts';
import {
  isAwaitingRelease,
  type Purchase,
  type PurchaseDetailView,
  type PurchaseView,
  type StaffPurchaseView,
} from './model.ts';
import {
  AwaitingRelease,
  CashbackStatus,
  ExternalId,
  ExternalIdFilter,
  Line,
  OrderReference,
  OrderReferenceFilter,
  OriginalAmount,
  PurchaseStatus,
  REVERSAL_REASONS,
  RevisionNumber,
} from './schemas.ts';

/** Not an enum, because an unknown status has its own error code: INVALID_PURCHASE_STATUS. */
export const PurchaseStatusFilter = Several(
  Type.String({ maxLength: 32, examples: ['pending'] }),
  'The status of the purchases: `pending`, `confirmed` or `reversed`.',
);

export const PurchaseQuery = CursorQuery({
  status: PurchaseStatusFilter,
  user_id: Several(Id),
  merchant_id: Several(Id),
  partner_id: Several(Id, 'The partner that reported the purchase first.'),
  source: Several(
    Type.Enum(['shopper', 'partner', 'admin'], { examples: ['partner'] }),
    'The kind of source that reported the purchase first: its shopper, a partner or an administrator.',
  ),
  external_id: Several(ExternalIdFilter, 'The id by which any source reported the purchase.'),
  order_id: Several(
    OrderReferenceFilter,
    "The shop's own number of the order. Only letters and digits are compared, without case.",
  ),
  updated_since: Type.Optional(
    Type.String({
      ...TimestampInput,
      description:
        'Only purchases that changed at this time or later, in their present state, ordered by the change, oldest first. A page may have fewer items than `limit`: continue until `next_cursor` is null. Changes of the last seconds may come with the next request. For partners; administrators read `GET /events`.',
    }),
  ),
  held: Type.Optional(
    Type.Boolean({ description: 'True for purchases that are held for review, false for all others.' }),
  ),
  overdue: Type.Optional(
    Type.Boolean({
      description:
        'True for purchases that are pending and not held although their days until automatic confirmation are over; false is refused. For administrators, without `partner_id` and `source`.',
    }),
  ),
  order: Order,
  start_date: Type.Optional(CalendarDate),
  end_date: Type.Optional(CalendarDate),
});

const MerchantName = Type.String({ examples: ['Corner Books'] });

/** `duplicate` is given by a match alone. */
const ReasonOfReversal = Type.Enum([...REVERSAL_REASONS, 'duplicate'], { examples: ['returned'] });

export const PurchaseBody = Type.Object({
  id: Id,
  partner_id: Type.Union([Id, Type.Null()], {
    description: 'The partner that reported the purchase. Null if a user or an administrator did.',
  }),
  external_id: ExternalId,
  order_reference: OrderReference,
  user_id: Id,
  merchant_id: Id,
  offer_id: Id,
  amount: Money,
  original_amount: OriginalAmount,
  revision: RevisionNumber,
  currency: Currency,
  status: PurchaseStatus,
  held: Type.Boolean({
    description: 'True while the purchase is pending and an administrator must review it.',
  }),
  awaiting_release: AwaitingRelease,
  purchased_at: Timestamp,
  created_at: Timestamp,
});

const OptionalTimestamp = Type.Optional(Type.Union([Timestamp, Type.Null()]));

/** A partner gets none of the optional fields. */
const ListedPurchaseBody = Type.Object({
  ...PurchaseBody.properties,
  user_email: Type.Optional(Type.String({ examples: ['alice@example.com'] })),
  merchant_name: Type.Optional(MerchantName),
  partner_name: Type.Optional(Type.Union([Type.String({ examples: ['Northwind Affiliates'] }), Type.Null()])),
  cashback_amount: Type.Optional(Money),
  cashback_status: Type.Optional(CashbackStatus),
  confirmed_at: OptionalTimestamp,
  reversed_at: OptionalTimestamp,
  reversal_reason: Type.Optional(Type.Union([ReasonOfReversal, Type.Null()])),
  overdue_since: Type.Optional(
    Type.Union([Timestamp, Type.Null()], {
      description:
        'The time from which the purchase could have been confirmed automatically. Null if it is not pending, held, or not due.',
    }),
  ),
});

export const PurchasePage = CursorPage(ListedPurchaseBody);

export const RewardedPurchaseBody = Type.Object({
  id: Id,
  merchant_name: MerchantName,
  amount: Money,
  original_amount: OriginalAmount,
  revision: RevisionNumber,
  currency: Currency,
  status: PurchaseStatus,
  cashback_amount: Money,
  cashback_status: CashbackStatus,
  awaiting_release: AwaitingRelease,
  purchased_at: Timestamp,
  created_at: Timestamp,
});

export const PurchaseDetailBody = Type.Object({
  ...RewardedPurchaseBody.properties,
  lines: Type.Union([Type.Array(Line), Type.Null()], {
    description:
      'The parts of the order as the source named them last. Null if it named none. An amendment by `amount` leaves them as they were.',
  }),
});

export function presentPurchase(purchase: Purchase) {
  return {
    id: purchase.id,
    partner_id: purchase.partnerId,
    external_id: purchase.externalId,
    order_reference: purchase.orderKey,
    user_id: purchase.userId,
    merchant_id: purchase.merchantId,
    offer_id: purchase.offerId,
    amount: formatMoney(purchase.amount, purchase.currency),
    original_amount: formatMoney(purchase.originalAmount, purchase.currency),
    revision: purchase.revision,
    currency: purchase.currency,
    status: purchase.status,
    held: purchase.held,
    awaiting_release: isAwaitingRelease(purchase),
    purchased_at: formatInstant(purchase.purchasedAt),
    created_at: formatInstant(purchase.createdAt),
  };
}

export function presentStaffPurchase(view: StaffPurchaseView) {
  const { purchase, reward } = view;
  return {
    ...presentPurchase(purchase),
    user_email: view.userEmail,
    merchant_name: view.merchantName,
    partner_name: view.partnerName,
    cashback_amount: formatMoney(reward.amount, reward.currency),
    cashback_status: reward.status,
    confirmed_at: purchase.confirmedAt && formatInstant(purchase.confirmedAt),
    reversed_at: purchase.reversedAt && formatInstant(purchase.reversedAt),
    reversal_reason: purchase.reversalReason,
    overdue_since: view.overdueSince && formatInstant(view.overdueSince),
  };
}

export function presentRewardedPurchase({ purchase, reward, merchantName }: PurchaseView) {
  return {
    id: purchase.id,
    merchant_name: merchantName,
    amount: formatMoney(purchase.amount, purchase.currency),
    original_amount: formatMoney(purchase.originalAmount, purchase.currency),
    revision: purchase.revision,
    currency: purchase.currency,
    status: purchase.status,
    cashback_amount: formatMoney(reward.amount, reward.currency),
    cashback_status: reward.status,
    awaiting_release: isAwaitingRelease(purchase),
    purchased_at: formatInstant(purchase.purchasedAt),
    created_at: formatInstant(purchase.createdAt),
  };
}

export function presentPurchaseDetail(view: PurchaseDetailView) {
  const { lines, purchase } = view;
  return {
    ...presentRewardedPurchase(view),
    lines: lines === null ? null : lineRows(lines, purchase.currency),
  };
}
