import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CursorPage, CursorQuery, Order, Several } from '../../../core/http/pagination.ts';
import { Currency, Id, Money, Timestamp } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import { HOLD_STATUSES, type HoldView, RULES } from './model.ts';

const HoldStatus = Type.Enum([...HOLD_STATUSES], { examples: ['open'] });

export const HoldQuery = CursorQuery({
  status: Several(HoldStatus),
  merchant_id: Several(Id),
  user_id: Several(Id),
  order: Order,
});

const HoldBody = Type.Object({
  purchase_id: Id,
  external_id: Type.String({ examples: ['order-2026-000123'] }),
  user_id: Id,
  user_email: Type.String({ examples: ['alice@example.com'] }),
  merchant_id: Id,
  merchant_name: Type.String({ examples: ['Corner Books'] }),
  amount: Money,
  currency: Currency,
  cashback_amount: Money,
  purchased_at: Timestamp,
  purchase_status: Type.Enum(['pending', 'confirmed', 'reversed'], { examples: ['pending'] }),
  status: HoldStatus,
  reasons: Type.Array(
    Type.Object({
      rule: Type.Enum([...RULES], { examples: ['purchases_per_user_day'] }),
      evidence: Type.Object(
        {},
        {
          additionalProperties: true,
          description: 'The values that the rule compared when the purchase was recorded.',
          examples: [{ day: '2026-03-14', more_than: 50 }],
        },
      ),
    }),
  ),
  held_at: Timestamp,
  resolved_at: Type.Union([Timestamp, Type.Null()]),
  resolved_by: Type.Union([Id, Type.Null()], {
    description:
      'The administrator who resolved the hold. Null while it is open, or if a partner or the platform resolved it.',
  }),
});

export const HoldPage = CursorPage(HoldBody);

export function presentHold({ hold, userEmail, merchantName, reward }: HoldView) {
  const { purchase } = hold;
  return {
    purchase_id: purchase.id,
    external_id: purchase.externalId,
    user_id: purchase.userId,
    user_email: userEmail,
    merchant_id: purchase.merchantId,
    merchant_name: merchantName,
    amount: formatMoney(purchase.amount, purchase.currency),
    currency: purchase.currency,
    cashback_amount: formatMoney(reward.amount, reward.currency),
    purchased_at: formatInstant(purchase.purchasedAt),
    purchase_status: purchase.status,
    status: hold.status,
    reasons: hold.reasons.map(({ rule, evidence }) => ({ rule, evidence: { ...evidence } })),
    held_at: formatInstant(hold.heldAt),
    resolved_at: hold.resolvedAt && formatInstant(hold.resolvedAt),
    resolved_by: hold.resolvedBy,
  };
}
