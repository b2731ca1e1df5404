import type { WalletEntry } from '../../money/wallets/index.ts';

/** A journal entry as its owner sees it: with what has become of the purchase or payout that it belongs to. */
export type WalletTransaction = { readonly entry: WalletEntry; readonly status: string };
