import type { Balances, WalletOwner } from '../../money/wallets/index.ts';

/** A wallet with the part of `paid` that has not reached the user yet: payouts that are requested or processing. */
export type WalletBalances = WalletOwner & Balances & { readonly payoutsUnderWay: bigint };
