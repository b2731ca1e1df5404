import Type from 'typebox';
import { Currency, Money } from '../../../core/http/schemas.ts';

export const CurrencyChoice = Type.Optional(
  Type.String({
    ...Currency,
    description: "ISO 4217 code of the wallet. Defaults to the platform's first currency.",
  }),
);

export const WalletBody = Type.Object({
  pending_balance: Money,
  available_balance: Money,
  paid_balance: Money,
  currency: Currency,
});
