import Type from 'typebox';
import { Input, Money } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import { CurrencyChoice, presentBuckets, WalletBody } from '../../money/wallets/index.ts';
import type { WalletBalances } from './model.ts';

export const BalancesQuery = Input({ currency: CurrencyChoice });

export const BalancesBody = Type.Object({
  ...WalletBody.properties,
  payouts_under_way: Type.String({
    ...Money,
    description: 'The part of `paid_balance` in payouts that are `requested` or `processing`.',
  }),
});

export const BalancesListBody = Type.Object({ data: Type.Array(BalancesBody) });

export function presentBalances(wallet: WalletBalances) {
  const { currency, payoutsUnderWay } = wallet;
  return {
    ...presentBuckets(wallet, currency),
    payouts_under_way: formatMoney(payoutsUnderWay, currency),
  };
}
