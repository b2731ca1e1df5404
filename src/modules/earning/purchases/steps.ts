import { formatMoney } from '../../../core/money.ts';
import type { Movement } from '../../money/wallets/index.ts';
import { positionOf } from './amendments.ts';
import {
  purchaseAmended,
  purchaseConfirmed,
  purchaseMatched,
  purchaseRefilled,
  purchaseReversed,
  rewardReleased,
  statementKept,
} from './events.ts';
import type {
  Purchase,
  Reporter,
  ReversalReason,
  Revision,
  RewardedPurchase,
  Settlement,
  Witness,
} from './model.ts';
import { movesBetween } from './position.ts';

/** What happened to a purchase: what it was and what it became, each with its reward. */
export type Step = {
  readonly actor: Reporter;
  readonly before: RewardedPurchase;
  readonly after: RewardedPurchase;
  readonly cause:
    | { readonly to: 'confirmed' }
    /** The reward of a confirmed purchase had to wait for room, and is released. */
    | { readonly to: 'available' }
    | { readonly to: 'reversed'; readonly reason: ReversalReason }
    | { readonly to: 'amended'; readonly revision: Revision }
    | { readonly to: 'matched'; readonly revision: Revision; readonly witness: Witness }
    | { readonly to: 'refilled'; readonly revision: Revision; readonly freedBy: string }
    /** Another source decides: the statement is evidence and changes nothing. */
    | {
        readonly to: 'kept';
        readonly statement: 'confirmed' | 'reversed' | 'amended';
        readonly amount?: bigint;
      };
};

/** True for what leaves the use of a cap as it is. */
export function keepsCap(to: Settlement['to'] | Step['cause']['to']): boolean {
  return to === 'confirmed' || to === 'available' || to === 'kept';
}

export function revisionOf({ cause }: Step): Revision | undefined {
  return 'revision' in cause ? cause.revision : undefined;
}

/** What a step moves in the wallet, for the revision or the purchase itself. */
export function movementsOf(step: Step): Movement[] {
  const { before, after } = step;
  const { userId, currency, purchaseId } = after.reward;
  const revision = revisionOf(step);
  const source =
    revision === undefined
      ? ({ type: 'purchase', id: purchaseId } as const)
      : ({ type: 'revision', id: revision.id } as const);
  return movesBetween(positionOf(before.reward), positionOf(after.reward)).map((move) => ({
    ...move,
    userId,
    currency,
    source,
  }));
}

/** A purchase that was held is settled or matched: its hold is resolved by that. */
export function resolutionsOf({ actor, before, after, cause }: Step) {
  if (!before.purchase.held || after.purchase.held) return [];
  if (cause.to !== 'confirmed' && cause.to !== 'reversed' && cause.to !== 'matched') return [];
  return [{ purchaseId: before.purchase.id, resolution: cause.to, actor }];
}

export function eventOf({ actor, before, after, cause }: Step) {
  const { id: resourceId, userId: user_id } = after.purchase;
  const { currency } = after.reward;
  const money = (amount: bigint) => formatMoney(amount, currency);
  const settled = {
    from: before.purchase.status,
    user_id,
    cashback_amount: money(after.reward.amount),
    currency,
    ...(before.purchase.held && { was_held: true as const }),
    ...waitOf(after.purchase),
  };
  const revised = {
    revision: after.purchase.revision,
    user_id,
    amount_before: money(before.purchase.amount),
    amount: money(after.purchase.amount),
    cashback_amount_before: money(before.reward.amount),
    cashback_amount: money(after.reward.amount),
    cashback_status: after.reward.status,
    currency,
  };
  switch (cause.to) {
    case 'confirmed':
      return purchaseConfirmed({ actor, resourceId, details: settled });
    case 'available': {
      const details = { user_id, cashback_amount: settled.cashback_amount, currency };
      return rewardReleased({ actor, resourceId, details });
    }
    case 'reversed':
      return purchaseReversed({ actor, resourceId, details: { ...settled, reason: cause.reason } });
    case 'amended': {
      const { version, reason } = cause.revision;
      return purchaseAmended({ actor, resourceId, details: { ...revised, version, reason } });
    }
    case 'matched': {
      const { kind, externalId, amount } = cause.witness;
      const details = {
        ...revised,
        source: kind,
        external_id: externalId,
        amount_reported: money(amount),
        reason: cause.revision.reason,
        ...(before.purchase.held && !after.purchase.held && { ended_hold: true as const }),
      };
      return purchaseMatched({ actor, resourceId, details });
    }
    case 'refilled':
      return purchaseRefilled({ actor, resourceId, details: { ...revised, freed_by: cause.freedBy } });
    case 'kept': {
      const { statement, amount } = cause;
      const details = { statement, ...(amount !== undefined && { amount: money(amount), currency }) };
      return statementKept({ actor, resourceId, details });
    }
  }
}

/** Of a reward that waits in a queue, or has never left it. */
function waitOf({ releaseQueue, releasedAt }: Purchase) {
  if (releaseQueue === null || releasedAt !== null) return {};
  return { awaiting_release: true, release_queue: releaseQueue } as const;
}
