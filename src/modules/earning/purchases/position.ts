import type { Movement } from '../../money/wallets/index.ts';

/**
 * Where the reward of a purchase is, in minor units: in the wallet, as `pending` or `available`, or with the `platform`,
 * which has not given it yet or has taken it back.
 */
export type Position = { readonly reward: bigint; readonly bucket: 'platform' | 'pending' | 'available' };

export const UNREWARDED: Position = { reward: 0n, bucket: 'platform' };

/**
 * What moves in a wallet between two positions of a reward. Recording, confirming, reversing and amending a purchase
 * differ only in these positions. An available reward never returns to pending.
 */
export function movesBetween(
  before: Position,
  after: Position,
): Pick<Movement, 'type' | 'from' | 'to' | 'amount'>[] {
  const given = before.bucket === 'platform' ? 0n : before.reward;
  const due = after.bucket === 'platform' ? 0n : after.reward;
  const credited = due > given ? due - given : 0n;
  const takenBack = given > due ? given - due : 0n;
  const confirmed = after.bucket !== 'available' ? 0n : before.bucket === 'available' ? credited : due;
  const moves = [
    { type: 'cashback_credit', from: 'platform', to: 'pending', amount: credited },
    { type: 'cashback_reversal', from: before.bucket, to: 'platform', amount: takenBack },
    { type: 'cashback_confirmation', from: 'pending', to: 'available', amount: confirmed },
  ] as const;
  return moves.filter(({ amount }) => amount > 0n);
}
