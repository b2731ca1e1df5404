import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CursorPage, CursorQuery } from '../../../core/http/pagination.ts';
import { Id, Money, Timestamp } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import { CurrencyChoice } from '../../money/wallets/index.ts';
import type { WalletTransaction } from './model.ts';

export const TransactionQuery = CursorQuery({ currency: CurrencyChoice });

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
  created_at: Timestamp,
});

export const TransactionPage = CursorPage(TransactionBody);

export function presentTransaction(transaction: WalletTransaction) {
  const { id, type, amount, currency, status, from, to, source, purchaseId, createdAt } = transaction;
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
    created_at: formatInstant(createdAt),
  };
}
