import { moneyFromNumeric } from '../../src/core/money.ts';
import { mapConcurrently } from './concurrency.ts';
import type { Customers } from './customers.ts';
import type { PlatformClient } from './platform-client.ts';
import { TERMS } from './programme.ts';
import type { Report } from './progress.ts';

/** In minor units. */
export type Wallet = { readonly pending: bigint; readonly available: bigint; readonly paid: bigint };

/** The wallets by user id. */
export type Wallets = ReadonlyMap<string, Wallet>;

/** The sums over all wallets, in minor units. */
export type Balances = Wallet & {
  /** The number of wallets with a negative available balance. `owed` is the sum of these balances. */
  readonly owing: number;
  readonly owed: bigint;
};

/** Reads the wallets of the feed's customers from the platform. This program computes no balances. */
export async function readWallets(
  client: PlatformClient,
  { userIdOf }: Customers,
  report: Report,
): Promise<Wallets> {
  const progress = report.begin('  reading the wallets', userIdOf.size);
  const money = (amount: string) => moneyFromNumeric(amount, TERMS.currency);
  const wallets = await mapConcurrently([...userIdOf.values()], async (userId) => {
    const params = { path: { id: userId }, query: { currency: TERMS.currency } };
    const body = await client.get('/users/{id}/wallet', { params });
    progress.advance(1);
    const wallet: Wallet = {
      pending: money(body.pending_balance),
      available: money(body.available_balance),
      paid: money(body.paid_balance),
    };
    return [userId, wallet] as const;
  }).finally(progress.end);
  return new Map(wallets);
}

export function sumOf(wallets: Wallets): Balances {
  const all = [...wallets.values()];
  const sum = (balances: readonly bigint[]) => balances.reduce((total, balance) => total + balance, 0n);
  const debts = all.map(({ available }) => -available).filter((debt) => debt > 0n);
  return {
    pending: sum(all.map(({ pending }) => pending)),
    available: sum(all.map(({ available }) => available)),
    paid: sum(all.map(({ paid }) => paid)),
    owing: debts.length,
    owed: sum(debts),
  };
}
