import { compositeKey } from '../../../core/composite-key.ts';
import { formatMoney, minorDigits } from '../../../core/money.ts';
import { insufficientBalance, walletFull } from './errors.ts';
import {
  type Balances,
  LEGAL_MOVEMENTS,
  type Movement,
  type Wallet,
  type WalletBucket,
  type WalletEntry,
  type WalletOwner,
} from './model.ts';

/** The effect of a list of movements. The entries have no ids yet. */
export type Posting = {
  readonly entries: readonly Omit<WalletEntry, 'id'>[];
  readonly wallets: readonly Wallet[];
};

/**
 * Computes the effect of a list of movements on locked wallets, in order. Returns the journal entries to append, and the
 * wallets after them. All or nothing.
 * @throws INSUFFICIENT_BALANCE if a movement makes a bucket negative. Only a reversal may make `available` negative.
 */
export function postMovements(
  wallets: readonly Wallet[],
  movements: readonly Movement[],
  createdAt: Temporal.Instant,
): Posting {
  const current = new Map(wallets.map((wallet) => [walletKey(wallet), wallet]));
  const touched = new Set<string>();
  const entries = movements.map((movement) => {
    const key = walletKey(movement);
    const wallet = current.get(key);
    if (wallet === undefined) throw new Error(`the wallet of user ${movement.userId} is not locked`);
    const after = balancesAfter(wallet, movement);
    const sequence = wallet.lastSequence + 1n;
    current.set(key, { ...wallet, ...after, lastSequence: sequence });
    touched.add(wallet.id);
    return { ...movement, walletId: wallet.id, sequence, after, createdAt };
  });
  return { entries, wallets: [...current.values()].filter(({ id }) => touched.has(id)) };
}

/**
 * Returns the balances after a movement.
 * @throws INSUFFICIENT_BALANCE if it makes a bucket negative. Only a reversal may make `available` negative.
 * @throws WALLET_FULL if money from the platform exceeds the limit of the wallet.
 */
export function balancesAfter(before: Balances, movement: Movement): Balances {
  requireLegal(movement);
  if (movement.from === 'platform') requireRoom(before, movement.amount, movement.currency);
  const after = move(before, movement);
  requireCovered(before, movement, after);
  return after;
}

/** The key of a wallet in a `Map`. */
export function walletKey({ userId, currency }: WalletOwner): string {
  return compositeKey(userId, currency);
}

/** The sum of a wallet's buckets must stay below this, in whole units: a `money_amount` has 15 integer digits. */
const WALLET_LIMIT = 10n ** 15n;

/** @throws WALLET_FULL if the wallet would exceed its limit with this additional amount, in minor units. */
export function requireRoom({ pending, available, paid }: Balances, amount: bigint, currency: string): void {
  const total = pending + (available > 0n ? available : 0n) + paid;
  if (total + amount < WALLET_LIMIT * 10n ** BigInt(minorDigits(currency))) return;
  throw walletFull({ amount: formatMoney(amount, currency), currency });
}

function requireLegal({ type, from, to, amount }: Movement): void {
  if (amount <= 0n) throw new RangeError('a movement must be above zero');
  const legal = LEGAL_MOVEMENTS[type].some(([source, target]) => source === from && target === to);
  if (!legal) throw new RangeError(`${type} does not move money from ${from} to ${to}`);
}

function move(before: Balances, { from, to, amount }: Movement): Balances {
  const change = (bucket: WalletBucket) => (bucket === to ? amount : 0n) - (bucket === from ? amount : 0n);
  return {
    pending: before.pending + change('pending'),
    available: before.available + change('available'),
    paid: before.paid + change('paid'),
  };
}

function requireCovered(before: Balances, movement: Movement, after: Balances): void {
  const { from, type, currency } = movement;
  const mayOwe = from === 'available' && type === 'cashback_reversal';
  if (from === 'platform' || mayOwe || after[from] >= 0n) return;
  throw insufficientBalance({
    available_balance: formatMoney(before.available, currency),
    pending_balance: formatMoney(before.pending, currency),
    requested_amount: formatMoney(movement.amount, currency),
    currency,
  });
}

export function balancesAsText({ pending, available, paid }: Balances, currency: string) {
  return {
    pending_balance: formatMoney(pending, currency),
    available_balance: formatMoney(available, currency),
    paid_balance: formatMoney(paid, currency),
    currency,
  };
}
