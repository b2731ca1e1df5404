import Type, { type Static } from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { ErrorBody } from '../../../core/http/errors.ts';
import { ItemSummary, nameOfItem, presentRefusal, summarizeItems } from '../../../core/http/items.ts';
import { Id, Input, Money, Timestamp } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Outcome } from '../../../core/outcome.ts';
import type { Actor } from '../../platform/events/index.ts';
import type { Purchase, RewardedPurchase, Settlement } from './model.ts';
import { ExternalId, MAX_BATCH_ITEMS, PurchaseStatus } from './schemas.ts';

const ReversalReason = Type.Optional(
  Type.Enum(['returned', 'cancelled', 'declined', 'fraud', 'error'], {
    description: 'The reason of a reversal. Defaults to `returned`.',
  }),
);

export const ReversalBody = Input({ reason: ReversalReason });

export const SettlementItem = Input(
  {
    external_id: Type.Optional(
      Type.String({
        ...ExternalId,
        description: 'The id under which you reported the purchase. Send either this or `purchase_id`.',
      }),
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

/** Each item is validated separately, so that an invalid item does not affect the others. */
export const SettlementsBody = Type.Array(Type.Unknown(), {
  minItems: 1,
  maxItems: MAX_BATCH_ITEMS,
  description:
    'A list of settlements, as a JSON array or as NDJSON. Each names its purchase by `purchase_id` or `external_id`.',
  examples: [
    [
      { external_id: 'order-2026-000123', action: 'confirm' },
      { external_id: 'order-2026-000124', action: 'reverse', reason: 'returned' },
    ],
  ],
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
  cashback_amount: Type.String({ description: 'The remaining reward: always zero.', examples: ['0.00'] }),
});

/** The schema ensures that an item has exactly one of the two ids, and a reason only if it reverses. */
export function toSettlement(body: Static<typeof SettlementItem>, actor: Actor): Settlement {
  const { external_id: externalId = '', purchase_id, action, reason = 'returned' } = body;
  const reference = purchase_id === undefined ? { externalId } : { purchaseId: purchase_id };
  return action === 'confirm'
    ? { actor, ...reference, to: 'confirmed' }
    : { actor, ...reference, to: 'reversed', reason };
}

/** `items` are the items as they were sent. The result of a refused item has the ids that were sent. */
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
