import Type, { type Static } from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { ErrorBody } from '../../../core/http/errors.ts';
import { ItemSummary, nameOfItem, presentRefusal, summarizeItems } from '../../../core/http/items.ts';
import { CursorPage, CursorQuery } from '../../../core/http/pagination.ts';
import {
  CalendarDate,
  Currency,
  Id,
  Input,
  Money,
  MoneyInput,
  minorUnits,
  Timestamp,
} from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Outcome } from '../../../core/outcome.ts';
import type { Actor } from '../../platform/audit/index.ts';
import type { Purchase, PurchaseSubmission, PurchaseView, RewardedPurchase, Settlement } from './model.ts';

const ExternalId = Type.String({
  minLength: 1,
  maxLength: 255,
  description: 'Your name for the purchase, and its idempotency key: a repeat is never rewarded again.',
  examples: ['order-2026-000123'],
});

export const SubmissionBody = Input(
  {
    external_id: ExternalId,
    user_id: Id,
    merchant_id: Id,
    amount: MoneyInput,
    currency: Currency,
    purchased_at: Type.Optional(
      Type.String({
        ...Timestamp,
        description: 'Now unless said otherwise. Late events are normal, future ones refused.',
      }),
    ),
  },
  { moneyIn: { amount: 'currency' } },
);

export const MAX_BATCH_ITEMS = 1_000;

/** Each item is checked by itself, so that a bad one spoils no other. */
export const BatchBody = Type.Array(Type.Unknown(), {
  minItems: 1,
  maxItems: MAX_BATCH_ITEMS,
  description: 'A list of purchases as `POST /purchases` takes them, as a JSON array or as NDJSON.',
  examples: [
    [
      {
        external_id: 'order-2026-000123',
        user_id: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e',
        merchant_id: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5f',
        amount: '49.90',
        currency: 'EUR',
      },
    ],
  ],
});

const ReversalReason = Type.Optional(
  Type.Enum(['returned', 'cancelled', 'declined', 'fraud', 'error'], {
    description: 'Of a reversal; `returned` unless said otherwise.',
  }),
);

export const ReversalBody = Input({ reason: ReversalReason });

export const SettlementItem = Input(
  {
    external_id: Type.Optional(
      Type.String({ ...ExternalId, description: 'As you reported it. Either this or `purchase_id`.' }),
    ),
    purchase_id: Type.Optional(Id),
    action: Type.Enum(['confirm', 'reverse']),
    reason: ReversalReason,
  },
  {
    oneOf: [{ required: ['external_id'] }, { required: ['purchase_id'] }],
    dependentSchemas: { reason: { properties: { action: { const: 'reverse' } } } },
  },
);

/** Each item is checked by itself, so that a bad one spoils no other. */
export const SettlementsBody = Type.Array(Type.Unknown(), {
  minItems: 1,
  maxItems: MAX_BATCH_ITEMS,
  description:
    'A list of settlements, as a JSON array or as NDJSON. Purchases are named by either of their ids.',
  examples: [
    [
      { external_id: 'order-2026-000123', action: 'confirm' },
      { external_id: 'order-2026-000124', action: 'reverse', reason: 'returned' },
    ],
  ],
});

/** Not an enum: an unknown status has an error code of its own. */
const StatusFilter = Type.Optional(
  Type.String({ maxLength: 32, description: '`pending`, `confirmed` or `reversed`.', examples: ['pending'] }),
);

export const PurchaseQuery = CursorQuery({
  status: StatusFilter,
  user_id: Type.Optional(Id),
  merchant_id: Type.Optional(Id),
  held: Type.Optional(Type.Boolean({ description: 'Whether it is held for review.' })),
  start_date: Type.Optional(CalendarDate),
  end_date: Type.Optional(CalendarDate),
});

export const OwnPurchaseQuery = CursorQuery({ status: StatusFilter });

const PurchaseStatus = Type.Enum(['pending', 'confirmed', 'reversed'], { examples: ['pending'] });

const CashbackStatus = Type.Enum(['pending', 'available', 'reversed'], { examples: ['pending'] });

export const AcceptedBody = Type.Object({ id: Id, status: PurchaseStatus, cashback_amount: Money });

export const BatchResult = Type.Object({
  results: Type.Array(
    Type.Object({
      external_id: Type.Union([Type.String(), Type.Null()]),
      status: Type.Integer({ examples: [201] }),
      id: Type.Optional(Id),
      cashback_amount: Type.Optional(Money),
      error: Type.Optional(ErrorBody),
    }),
  ),
  summary: ItemSummary,
});

export const SettlementsResult = Type.Object({
  results: Type.Array(
    Type.Object({
      external_id: Type.Union([Type.String(), Type.Null()]),
      purchase_id: Type.Union([Type.String(), Type.Null()]),
      status: Type.Integer({ examples: [200] }),
      purchase_status: Type.Optional(PurchaseStatus),
      cashback_amount: Type.Optional(Money),
      error: Type.Optional(ErrorBody),
    }),
  ),
  summary: ItemSummary,
});

export const PurchaseBody = Type.Object({
  id: Id,
  partner_id: Type.Union([Id, Type.Null()], { description: 'The partner that sent it; null: no partner.' }),
  external_id: ExternalId,
  user_id: Id,
  merchant_id: Id,
  offer_id: Id,
  amount: Money,
  currency: Currency,
  status: PurchaseStatus,
  held: Type.Boolean({ description: 'Pending, and under review until an administrator decides.' }),
  purchased_at: Timestamp,
  created_at: Timestamp,
});

export const PurchasePage = CursorPage(PurchaseBody);

export const RewardedPurchaseBody = Type.Object({
  id: Id,
  merchant_name: Type.String({ examples: ['Corner Books'] }),
  amount: Money,
  currency: Currency,
  status: PurchaseStatus,
  cashback_amount: Money,
  cashback_status: CashbackStatus,
  purchased_at: Timestamp,
  created_at: Timestamp,
});

export const RewardedPurchasePage = CursorPage(RewardedPurchaseBody);

export const ConfirmationBody = Type.Object({
  id: Id,
  user_id: Id,
  merchant_id: Id,
  status: PurchaseStatus,
  amount: Money,
  cashback_amount: Money,
  confirmed_at: Timestamp,
});

export const ReleasedBody = Type.Object({
  id: Id,
  status: PurchaseStatus,
  held: Type.Boolean({ examples: [false] }),
});

export const ReversedBody = Type.Object({
  id: Id,
  status: PurchaseStatus,
  cashback_amount: Type.String({ description: 'Zero: the reward is taken back.', examples: ['0.00'] }),
});

export function toSubmission(body: Static<typeof SubmissionBody>, actor: Actor): PurchaseSubmission {
  return {
    actor,
    externalId: body.external_id,
    // Clients write UUIDs in either case; ours are lower.
    userId: body.user_id.toLowerCase(),
    merchantId: body.merchant_id.toLowerCase(),
    amount: minorUnits(body.amount, body.currency),
    currency: body.currency,
    purchasedAt: body.purchased_at === undefined ? undefined : Temporal.Instant.from(body.purchased_at),
  };
}

/** The schema sees to it that an item has one of the two ids, and a reason only where it reverses. */
export function toSettlement(body: Static<typeof SettlementItem>, actor: Actor): Settlement {
  const { external_id: externalId = '', purchase_id, action, reason = 'returned' } = body;
  const reference = purchase_id === undefined ? { externalId } : { purchaseId: purchase_id.toLowerCase() };
  return action === 'confirm'
    ? { actor, ...reference, to: 'confirmed' }
    : { actor, ...reference, to: 'reversed', reason };
}

export function presentAccepted({ purchase, reward }: RewardedPurchase) {
  return {
    id: purchase.id,
    status: purchase.status,
    cashback_amount: formatMoney(reward.amount, reward.currency),
  };
}

/** `items` are the bodies as they came; an item that names no external id is answered with null. */
export function presentBatch(
  items: readonly unknown[],
  outcomes: readonly Outcome<RewardedPurchase>[],
  requestId: string,
) {
  const results = outcomes.map((outcome, index) => {
    const external_id = nameOfItem(items[index], 'external_id');
    if (!outcome.ok) return { external_id, ...presentRefusal(outcome.error, requestId) };
    const { id, cashback_amount } = presentAccepted(outcome.value);
    return { external_id, status: 201, id, cashback_amount };
  });
  return { results, summary: summarizeItems(results) };
}

/** `items` are the bodies as they came; a refused item bears the ids that it was sent with. */
export function presentSettlements(
  items: readonly unknown[],
  outcomes: readonly Outcome<RewardedPurchase>[],
  requestId: string,
) {
  const results = outcomes.map((outcome, index) => {
    const external_id = nameOfItem(items[index], 'external_id');
    const purchase_id = nameOfItem(items[index], 'purchase_id');
    if (!outcome.ok) return { external_id, purchase_id, ...presentRefusal(outcome.error, requestId) };
    const { purchase, reward } = outcome.value;
    const cashback = purchase.status === 'reversed' ? 0n : reward.amount;
    return {
      external_id: purchase.externalId,
      purchase_id: purchase.id,
      status: 200,
      purchase_status: purchase.status,
      cashback_amount: formatMoney(cashback, reward.currency),
    };
  });
  return { results, summary: summarizeItems(results) };
}

export function presentPurchase(purchase: Purchase) {
  return {
    id: purchase.id,
    partner_id: purchase.partnerId,
    external_id: purchase.externalId,
    user_id: purchase.userId,
    merchant_id: purchase.merchantId,
    offer_id: purchase.offerId,
    amount: formatMoney(purchase.amount, purchase.currency),
    currency: purchase.currency,
    status: purchase.status,
    held: purchase.held,
    purchased_at: formatInstant(purchase.purchasedAt),
    created_at: formatInstant(purchase.createdAt),
  };
}

export function presentRewardedPurchase({ purchase, reward, merchantName }: PurchaseView) {
  return {
    id: purchase.id,
    merchant_name: merchantName,
    amount: formatMoney(purchase.amount, purchase.currency),
    currency: purchase.currency,
    status: purchase.status,
    cashback_amount: formatMoney(reward.amount, reward.currency),
    cashback_status: reward.status,
    purchased_at: formatInstant(purchase.purchasedAt),
    created_at: formatInstant(purchase.createdAt),
  };
}

export function presentConfirmation({ purchase, reward }: RewardedPurchase) {
  return {
    id: purchase.id,
    user_id: purchase.userId,
    merchant_id: purchase.merchantId,
    status: purchase.status,
    amount: formatMoney(purchase.amount, purchase.currency),
    cashback_amount: formatMoney(reward.amount, reward.currency),
    confirmed_at: formatInstant(purchase.confirmedAt ?? purchase.createdAt),
  };
}

export function presentRelease({ id, status, held }: Purchase) {
  return { id, status, held };
}

export function presentReversal({ purchase }: RewardedPurchase) {
  return { id: purchase.id, status: purchase.status, cashback_amount: formatMoney(0n, purchase.currency) };
}
