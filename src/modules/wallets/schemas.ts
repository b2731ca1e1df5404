import Type from 'typebox';
import { formatInstant } from '../../core/clock.ts';
import { CursorPage, CursorQuery } from '../../core/http/pagination.ts';
import { Currency, Id, Input, Money, Timestamp } from '../../core/http/schemas.ts';
import { formatMoney } from '../../core/money.ts';
import type { Wallet, WalletTransaction } from './model.ts';

const CurrencyChoice = Type.Optional(
  Type.String({
    ...Currency,
    description: "The wallet's currency; the platform's first one unless said otherwise.",
  }),
);

export const WalletQuery = Input({ currency: CurrencyChoice });

export const TransactionQuery = CursorQuery({ currency: CurrencyChoice });

export const WalletBody = Type.Object({
  pending_balance: Money,
  available_balance: Money,
  paid_balance: Money,
  currency: Currency,
});

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
  status: Type.String({ description: 'What became of the cashback or payout.', examples: ['available'] }),
  from: Bucket,
  to: Bucket,
  related_purchase_id: Type.Union([Id, Type.Null()]),
  related_payout_id: Type.Union([Id, Type.Null()]),
  created_at: Timestamp,
});

export const TransactionPage = CursorPage(TransactionBody);

export function presentWallet({ pending, available, paid, currency }: Wallet) {
  return {
    pending_balance: formatMoney(pending, currency),
    available_balance: formatMoney(available, currency),
    paid_balance: formatMoney(paid, currency),
    currency,
  };
}

export function presentTransaction(transaction: WalletTransaction) {
  const { id, type, amount, currency, status, from, to, source, createdAt } = transaction;
  return {
    id,
    type,
    amount: formatMoney(amount, currency),
    status,
    from,
    to,
    related_purchase_id: source.type === 'purchase' ? source.id : null,
    related_payout_id: source.type === 'payout' ? source.id : null,
    created_at: formatInstant(createdAt),
  };
}
