import Type from 'typebox';
import { Currency, Input, Money } from '../../../core/http/schemas.ts';
import type { Wallet } from './model.ts';
import { balancesAsText } from './policies.ts';

export const CurrencyChoice = Type.Optional(
  Type.String({
    ...Currency,
    description: "ISO 4217 code of the wallet. Defaults to the platform's first currency.",
  }),
);

export const WalletQuery = Input({ currency: CurrencyChoice });

export const WalletBody = Type.Object({
  pending_balance: Money,
  available_balance: Money,
  paid_balance: Money,
  currency: Currency,
});

export function presentWallet(wallet: Wallet) {
  return balancesAsText(wallet, wallet.currency);
}
