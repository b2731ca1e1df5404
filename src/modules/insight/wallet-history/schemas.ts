import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CursorPage, CursorQuery } from '../../../core/http/pagination.ts';
import { Id, Money, Timestamp, TimestampInput } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import { CurrencyChoice } from '../../money/wallets/index.ts';
import type { WalletTransaction } from './model.ts';

export const TransactionQuery = CursorQuery(
  {
    currency: CurrencyChoice,
    from: Type.Optional(
      Type.String({ ...TimestampInput, description: 'The earliest time of a transaction, inclusive.' }),
    ),
    to: Type.Optional(
      Type.String({ ...TimestampInput, description: 'The latest time of a transaction, inclusive.' }),
    ),
  },
  { from: 'to' },
);

const Bucket = Type.Enum(['platform', 'pending', 'available', 'paid']);

const TransactionBody = Type.Object({
  id: Id,
  type: Type.Enum([
    'cashback_credit',
    'cashback_confirmation',
    'cashback_reversal',
    'payout',
    'payout_refund',
    'adjustment',
  ]),
  amount: Money,
  status: Type.String({
    description: 'The current status of the cashback or payout. Always `completed` for adjustments.',
    examples: ['available'],
  }),
  from: Bucket,
  to: Bucket,
  related_purchase_id: Type.Union([Id, Type.Null()], {
    description: 'The purchase, also of an entry that an amendment made.',
  }),
  related_payout_id: Type.Union([Id, Type.Null()]),
  related_adjustment_id: Type.Union([Id, Type.Null()]),
  available_after: Type.String({
    ...Money,
    description: 'The available balance after the transaction. Negative if the owner owes it.',
  }),
  merchant_name: Type.Union([Type.String({ examples: ['Corner Books'] }), Type.Null()], {
    description: 'The merchant of the purchase. Null without a purchase.',
  }),
  reason: Type.Union([Type.String({ examples: ['goodwill'] }), Type.Null()], {
    description:
      'The reason of an adjustment, of a payout that failed or was returned, or of the reversal of a purchase. Otherwise null.',
  }),
  created_at: Timestamp,
});

export const TransactionPage = CursorPage(TransactionBody);

export function presentTransaction(transaction: WalletTransaction) {
  const { id, type, amount, currency, status, from, to, source, purchaseId } = transaction;
  return {
    id,
    type,
    amount: formatMoney(amount, currency),
    status,
    from,
    to,
    related_purchase_id: purchaseId,
    related_payout_id: source.type === 'payout' ? source.id : null,
    related_adjustment_id: source.type === 'adjustment' ? source.id : null,
    available_after: formatMoney(transaction.availableAfter, currency),
    merchant_name: transaction.merchantName,
    reason: transaction.reason,
    created_at: formatInstant(transaction.createdAt),
  };
}
