import { minimum } from '../../../core/money.ts';
import { SYSTEM } from '../../platform/events/index.ts';
import type { Reward } from '../cashback/index.ts';
import { positionOf, revised } from './amendments.ts';
import { PLATFORM, type Reporter, type Revision, type RewardedPurchase } from './model.ts';
import type { Step } from './steps.ts';

/*
 * Room that is freed under a cap tops up purchases that the cap has cut, if their offer says so. Pure.
 */

/** A live reward that the cap has cut, so that room could top it up. */
export function isCut(reward: Reward): boolean {
  return missingOf(reward) > 0n;
}

/** What a live reward could still get of its cap. */
function missingOf(reward: Reward): bigint {
  if (reward.status === 'reversed') return 0n;
  const missing = largestOf(reward) - reward.amount;
  return missing > 0n ? missing : 0n;
}

function largestOf({ uncappedAmount, terms }: Reward): bigint {
  return minimum(uncappedAmount, terms.monthlyCap ?? uncappedAmount);
}

export type TopUp = { readonly before: RewardedPurchase; readonly added: bigint };

/**
 * Which of the purchases of one cap get how much of its room, in the order of their recording.
 * @param admit refuses what may not be added to a purchase now.
 */
export function topUps(
  purchases: readonly RewardedPurchase[],
  room: bigint,
  admit: (topUp: TopUp) => boolean = () => true,
): TopUp[] {
  let left = room;
  return purchases.toSorted(inOrderOfRecording).flatMap((before) => {
    const added = minimum(missingOf(before.reward), left);
    if (added <= 0n || !admit({ before, added })) return [];
    left -= added;
    return [{ before, added }];
  });
}

/** An id begins with the time of the recording. */
function inOrderOfRecording(
  { purchase: one }: RewardedPurchase,
  { purchase: other }: RewardedPurchase,
): number {
  return one.id < other.id ? -1 : 1;
}

/** The step of a topped up purchase. The room was freed by the step `by`, on behalf of `actor`. */
export function refillStep(
  { before, added }: TopUp,
  freed: { readonly by: Step; readonly actor: Reporter },
  given: { readonly id: string; readonly now: Temporal.Instant },
): Step {
  const { purchase, reward } = before;
  const position = positionOf(reward);
  const revision: Revision = {
    id: given.id,
    purchaseId: purchase.id,
    seq: purchase.revision + 1,
    namespace: PLATFORM,
    sourceKind: 'admin',
    version: freeingId(freed.by),
    cause: 'refilled',
    amount: purchase.amount,
    currency: purchase.currency,
    lines: null,
    state: purchase.status,
    uncappedAmount: reward.uncappedAmount,
    before: position,
    after: { ...position, reward: position.reward + added },
    reason: 'Room under the cap was freed.',
    actor: { type: SYSTEM.type, id: SYSTEM.id },
    createdAt: given.now,
  };
  return {
    actor: { ...SYSTEM, requestId: freed.actor.requestId },
    before,
    after: revised(before, revision),
    cause: { to: 'refilled', revision, freedBy: freed.by.after.purchase.id },
  };
}

/** What names the freeing of room: the revision, or the purchase, which is reversed once. */
function freeingId({ cause, after }: Step): string {
  return 'revision' in cause ? cause.revision.id : after.purchase.id;
}
