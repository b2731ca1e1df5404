import { moneyFromNumeric } from '../../core/money.ts';
import { mapConcurrently } from './concurrency.ts';
import type { Customers } from './customers.ts';
import type { PlatformClient } from './platform-client.ts';
import { TERMS } from './programme.ts';
import type { Report } from './progress.ts';

/** In minor units. */
export type Balances = { readonly pending: bigint; readonly available: bigint; readonly paid: bigint };

type WalletBody = {
  readonly pending_balance: string;
  readonly available_balance: string;
  readonly paid_balance: string;
};

/** What the feed's customers hold together, read wallet by wallet: the platform's own word, not this program's sum. */
export async function readBalances(
  client: PlatformClient,
  { userIdOf }: Customers,
  report: Report,
): Promise<Balances> {
  const progress = report.begin('  reading the wallets', userIdOf.size);
  const wallets = await mapConcurrently([...userIdOf.values()], async (userId) => {
    const wallet = await client.send<WalletBody>('GET', `/users/${userId}/wallet?currency=${TERMS.currency}`);
    progress.advance(1);
    return wallet;
  }).finally(progress.end);

  const sum = (balance: keyof WalletBody) =>
    wallets.reduce((total, wallet) => total + moneyFromNumeric(wallet[balance], TERMS.currency), 0n);
  return {
    pending: sum('pending_balance'),
    available: sum('available_balance'),
    paid: sum('paid_balance'),
  };
}
