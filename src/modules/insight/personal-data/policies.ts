import { formatMoney } from '../../../core/money.ts';
import type { Payout } from '../../money/payouts/index.ts';
import type { Wallet } from '../../money/wallets/index.ts';
import { accountHasMoney, payoutUnderWay } from './errors.ts';

/** @throws PAYOUT_UNDER_WAY, because a payment needs the bank details. */
export function requireSettled(payouts: readonly Pick<Payout, 'id' | 'settledAt'>[]): void {
  const open = payouts.filter(({ settledAt }) => settledAt === null);
  if (open.length > 0) throw payoutUnderWay({ payout_ids: open.map(({ id }) => id) });
}

/**
 * Pending cashback counts too: its owner will not receive it. A negative balance is no obstacle.
 * @throws ACCOUNT_HAS_MONEY unless the owner forfeits it.
 */
export function requireForfeited(wallets: readonly Wallet[], forfeits: boolean): void {
  const withMoney = wallets.filter(({ available, pending }) => available > 0n || pending > 0n);
  if (forfeits || withMoney.length === 0) return;
  throw accountHasMoney({
    balances: withMoney.map(({ currency, pending, available }) => ({
      currency,
      pending_balance: formatMoney(pending, currency),
      available_balance: formatMoney(available, currency),
    })),
  });
}
