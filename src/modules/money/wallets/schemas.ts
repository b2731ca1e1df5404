import Type from 'typebox';
import { Currency, Id, Input, Money, MoneyInput, Timestamp } from '../../../core/http/schemas.ts';
import type { Wallet } from './model.ts';
import { balancesAsText } from './policies.ts';

export const CurrencyChoice = Type.Optional(
  Type.String({
    ...Currency,
    description: "ISO 4217 code of the wallet. Defaults to the platform's first currency.",
  }),
);

const Direction = Type.Enum(['credit', 'debit'], { examples: ['credit'] });

export const WalletQuery = Input({ currency: CurrencyChoice });

export const WalletBody = Type.Object({
  pending_balance: Money,
  available_balance: Money,
  paid_balance: Money,
  currency: Currency,
});

/** `defaultCurrency` applies if the request names no currency. */
export function AdjustmentInput(defaultCurrency: string) {
  return Input(
    {
      amount: MoneyInput,
      currency: CurrencyChoice,
      direction: Direction,
      reason: Type.String({
        minLength: 1,
        maxLength: 500,
        pattern: '\\S',
        mustBe: 'more than white space',
        description: 'The reason, recorded with the adjustment and in the audit log.',
        examples: ['Goodwill for a late confirmation.'],
      }),
    },
    { moneyIn: { amount: ['currency', defaultCurrency] } },
  );
}

export const AdjustmentBody = Type.Object({
  id: Id,
  user_id: Id,
  amount: Money,
  currency: Currency,
  direction: Direction,
  reason: Type.String(),
  created_at: Timestamp,
  wallet: Type.Object(WalletBody.properties, { description: 'The balances after the adjustment.' }),
});

export function presentWallet(wallet: Wallet) {
  return balancesAsText(wallet, wallet.currency);
}
