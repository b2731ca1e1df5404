import { requireNotOwn } from '../../../core/caller.ts';
import { forbidden, notFound } from '../../../core/errors.ts';
import { distinctBy } from '../../../core/lists.ts';
import { decided, type Outcome } from '../../../core/outcome.ts';
import { type Balances, balancesAfter, NO_MONEY, type Wallet, walletKey } from '../../money/wallets/index.ts';
import { type CapUsage, capBook, capTextOf, capUseOf, rewardCapKey } from '../cashback/index.ts';
import type { Reason, Release, ReleaseQueue } from '../fraud/index.ts';
import { findRepeated, readStatement, revise, reviseByMatch, revised } from './amendments.ts';
import { decidingSource, fold, rankOf, type Source } from './fold.ts';
import {
  isAwaitingRelease,
  kindOfRow,
  type Purchase,
  type Revision,
  type RewardedPurchase,
  type SettlementOfId,
  type Witness,
} from './model.ts';
import {
  decidesOn,
  isHiddenFrom,
  requireMayConfirmHeld,
  requireMergeable,
  requireNotReversed,
  requireOwnMerchant,
  requireTransition,
  requireUnreported,
} from './policies.ts';
import { refillStep, type TopUp, topUps } from './refill.ts';
import { type QueueRoom, queueOf, roomBook } from './release.ts';
import type { RequireStanding } from './senders.ts';
import { keepsCap, movementsOf, revisionOf, type Step } from './steps.ts';

/*
 * What settlements make of purchases: to confirm, reverse, amend and match are one operation. Each decides on what the ones
 * before it left, so that a list may amend and confirm the same purchase. Pure.
 */

/** What a settlement is answered with. A repeat takes no step. */
export type Decision = { readonly result: RewardedPurchase; readonly steps: readonly Step[] };

/** What the caller has read under its locks. */
export type Known = {
  readonly rewarded: readonly RewardedPurchase[];
  readonly revisionsOf: ReadonlyMap<string, readonly Revision[]>;
  readonly sourcesOf: ReadonlyMap<string, readonly Source[]>;
  /** Why the held purchases among those to be matched are held. */
  readonly reasonsOf: ReadonlyMap<string, readonly Reason[]>;
  /** The offers whose freed room tops up purchases that their cap has cut. `rewarded` has those purchases. */
  readonly refilling: ReadonlySet<string>;
  readonly usages: readonly CapUsage[];
  /** Of the queues that have a limit. */
  readonly rooms: readonly QueueRoom[];
  readonly wallets: readonly Wallet[];
};

export function decide(
  settlements: readonly SettlementOfId[],
  known: Known,
  given: {
    readonly now: Temporal.Instant;
    readonly newId: (now: Temporal.Instant) => string;
    readonly requireStanding?: RequireStanding;
    /** @throws FORBIDDEN if the actor may not bring the purchase to this revision. */
    readonly requireMayRevise: (
      actor: SettlementOfId['actor'],
      before: RewardedPurchase,
      revision: Revision,
    ) => void;
  },
): {
  readonly decisions: Outcome<Decision>[];
  readonly caps: readonly CapUsage[];
  readonly releases: readonly Release[];
} {
  const { now } = given;
  const current = new Map(known.rewarded.map((one) => [one.purchase.id, one]));
  const revisionsOf = new Map(known.revisionsOf);
  const sourcesOf = new Map(known.sourcesOf);
  const balancesOf = new Map<string, Balances>(known.wallets.map((wallet) => [walletKey(wallet), wallet]));
  const caps = capBook(known.usages);
  const releases: Release[] = [];
  let rooms = roomBook(known.rooms);
  const decisions = settlements.map((settlement) => {
    const left = rooms.copy();
    const decision = decided(() => decideOne(settlement));
    if (!decision.ok) rooms = left;
    return decision;
  });
  return { decisions, caps: caps.touched(), releases };

  function decideOne(settlement: SettlementOfId): Decision {
    given.requireStanding?.(settlement.actor);
    const before = visible(settlement, settlement.purchaseId);
    requireOwnMerchant(settlement.actor, before.purchase);
    requireNotOwn(settlement.actor, before.purchase.userId);
    const steps = withRefills(settlement, stepsOf(settlement, before));
    // Refuses what a wallet cannot hold before anything is noted.
    const balances = new Map(balancesOf);
    for (const step of steps) {
      const wallet = walletKey(step.after.purchase);
      balances.set(wallet, movementsOf(step).reduce(balancesAfter, balances.get(wallet) ?? NO_MONEY));
    }
    for (const [wallet, after] of balances) balancesOf.set(wallet, after);
    for (const step of steps) note(step);
    return { result: resultOf(settlement, before), steps };
  }

  /** The steps, and those that they allow: freed room tops up purchases that the cap has cut. */
  function withRefills({ actor }: SettlementOfId, steps: readonly Step[]): readonly Step[] {
    const freeing = steps.filter(
      (step) => known.refilling.has(step.before.purchase.offerId) && changeOfUse(step) < 0n,
    );
    if (freeing.length === 0) return steps;
    const present = new Map(current);
    for (const { after } of steps) present.set(after.purchase.id, after);
    const refills = distinctBy(freeing, ({ after }) => capTextOf(after.reward) ?? '').flatMap((by) => {
      const sharesCap = ({ reward }: RewardedPurchase) => capTextOf(reward) === capTextOf(by.after.reward);
      const change = steps
        .filter(({ after }) => sharesCap(after))
        .reduce((sum, step) => sum + changeOfUse(step), 0n);
      const room = (caps.room(rewardCapKey(by.after.reward)) ?? 0n) - change;
      return topUps([...present.values()].filter(sharesCap), room, admitTopUp).map((topUp) =>
        refillStep(topUp, { by, actor }, { id: given.newId(now), now }),
      );
    });
    return [...steps, ...refills];
  }

  /** Takes the room of the day for what is added to an available reward. Without room nothing is added. */
  function admitTopUp({ before, added }: TopUp): boolean {
    if (before.reward.status !== 'available') return true;
    const queue = queueOfPurchase(before.purchase);
    if (!rooms.fits(queue, added)) return false;
    rooms.take(queue, added);
    return true;
  }

  function queueOfPurchase({ id, currency }: Purchase, sources = sourcesOf.get(id) ?? []): ReleaseQueue {
    return { namespace: queueOf(sources), currency };
  }

  /** @throws NOT_FOUND. A report may be matched with a purchase that its source has not seen. */
  function visible({ actor, to }: SettlementOfId, id: string): RewardedPurchase {
    const found = current.get(id);
    const isHidden = (purchase: Purchase) => isHiddenFrom(actor, purchase, sourcesOf.get(id) ?? []);
    if (found === undefined || (to !== 'matched' && isHidden(found.purchase))) throw notFound('purchase', id);
    return found;
  }

  function note(step: Step): void {
    const { after, cause } = step;
    const { id } = after.purchase;
    if (!keepsCap(cause.to)) caps.use(rewardCapKey(after.reward), changeOfUse(step));
    const revision = revisionOf(step);
    if (revision !== undefined) revisionsOf.set(id, [...(revisionsOf.get(id) ?? []), revision]);
    if (cause.to === 'matched') sourcesOf.set(id, [...(sourcesOf.get(id) ?? []), cause.witness]);
    current.set(id, after);
    noteRelease(step);
  }

  /** What became available counts in a day that has a limit. */
  function noteRelease(step: Step): void {
    const { id: purchaseId, currency, releaseQueue } = step.after.purchase;
    const released = movementsOf(step).find(({ type }) => type === 'cashback_confirmation');
    if (released === undefined) return;
    const queue =
      step.cause.to === 'available' && releaseQueue !== null
        ? { namespace: releaseQueue, currency }
        : queueOfPurchase(step.after.purchase);
    const room = rooms.find(queue);
    if (room === undefined) return;
    const { source, amount } = released;
    releases.push({ ...queue, day: room.day, sourceId: source.id, purchaseId, amount });
  }

  function resultOf(settlement: SettlementOfId, before: RewardedPurchase): RewardedPurchase {
    const { id } = before.purchase;
    const repeated = settlement.to === 'amended' ? repeatedBy(settlement, before) : undefined;
    const present = current.get(id) ?? before;
    // The answer of a repeat is the first one.
    return repeated === undefined ? present : revised(present, repeated);
  }

  function repeatedBy(settlement: SettlementOfId<'amended'>, { purchase }: RewardedPurchase) {
    return findRepeated(revisionsOf.get(purchase.id) ?? [], settlement, purchase);
  }

  function stepsOf(settlement: SettlementOfId, before: RewardedPurchase): Step[] {
    const { actor } = settlement;
    switch (settlement.to) {
      case 'matched':
        return [matchStep(settlement, before, { ...settlement.witness, purchaseId: before.purchase.id })];
      case 'merged':
        return mergeSteps(settlement, before);
      case 'amended':
        if (repeatedBy(settlement, before) !== undefined) return [];
        if (!decides(settlement, before)) {
          const { amount } = readStatement(settlement.amendment.statement, before.purchase.currency);
          return [{ actor, before, after: before, cause: { to: 'kept', statement: 'amended', amount } }];
        }
        return [amendStep(settlement, before)];
      case 'available':
        return releaseSteps(actor, before);
      default:
        if (!decides(settlement, before))
          return [{ actor, before, after: before, cause: { to: 'kept', statement: settlement.to } }];
        requireTransition(before.purchase, settlement.to);
        requireMayConfirmHeld(before.purchase, settlement);
        return [settleStep(settlement, before)];
    }
  }

  function decides({ actor }: SettlementOfId, { purchase }: RewardedPurchase): boolean {
    return decidesOn(actor, purchase, sourcesOf.get(purchase.id) ?? []);
  }

  function amendStep(settlement: SettlementOfId<'amended'>, before: RewardedPurchase): Step {
    const room = caps.room(rewardCapKey(before.reward));
    const revision = revise(before, settlement, { id: given.newId(now), now, room });
    given.requireMayRevise(settlement.actor, before, revision);
    takeRoomToRaise(settlement.actor, before, revision, queueOfPurchase(before.purchase));
    return {
      actor: settlement.actor,
      before,
      after: revised(before, revision),
      cause: { to: 'amended', revision },
    };
  }

  /** @throws FORBIDDEN if a partner raises an available reward beyond the room of the day. Administrators may. */
  function takeRoomToRaise(
    actor: Step['actor'],
    { reward }: RewardedPurchase,
    { after }: Revision,
    queue: ReleaseQueue,
  ): void {
    const added = after.reward - reward.amount;
    if (reward.status !== 'available' || added <= 0n) return;
    if (actor.type === 'partner' && !rooms.fits(queue, added)) throw forbidden({ reason: NO_ROOM_TO_RAISE });
    rooms.take(queue, added);
  }

  /** None if the purchase does not wait any more, or if the day has no room for it. */
  function releaseSteps(actor: Step['actor'], before: RewardedPurchase): Step[] {
    const { purchase, reward } = before;
    const { releaseQueue: namespace, currency } = purchase;
    if (namespace === null || !isAwaitingRelease(purchase)) return [];
    if (!rooms.admitNext({ namespace, currency }, reward.amount)) return [];
    const after = {
      purchase: { ...purchase, releasedAt: now },
      reward: { ...reward, status: 'available' },
    } as const;
    return [{ actor, before, after, cause: { to: 'available' } }];
  }

  function settleStep(
    settlement: { readonly actor: Step['actor'] } & Extract<Step['cause'], { to: 'confirmed' | 'reversed' }>,
    before: RewardedPurchase,
  ): Step {
    const { actor, ...cause } = settlement;
    const { purchase, reward } = before;
    const settled = { ...purchase, status: settlement.to, held: false };
    if (settlement.to === 'reversed') {
      const { reason } = settlement;
      const after = {
        purchase: { ...settled, reversedAt: now, reversalReason: reason },
        reward: { ...reward, status: 'reversed' },
      } as const;
      return { actor, before, after, cause };
    }
    const queue = queueOfPurchase(purchase);
    const isReleased = rooms.admit(queue, reward.amount);
    const after = {
      purchase: { ...settled, confirmedAt: now, releaseQueue: isReleased ? null : queue.namespace },
      reward: { ...reward, status: isReleased ? 'available' : 'pending' },
    } as const;
    return { actor, before, after, cause };
  }

  /** The other purchase is reversed as a duplicate, and its source is a witness of this one. */
  function mergeSteps(settlement: SettlementOfId<'merged'>, before: RewardedPurchase): Step[] {
    const { actor } = settlement;
    const twin = visible(settlement, settlement.twinId);
    const { purchase } = twin;
    requireNotReversed(before.purchase);
    requireMergeable(before.purchase, purchase, sourcesOf.get(purchase.id) ?? []);
    const witness = {
      namespace: purchase.namespace,
      externalId: purchase.externalId,
      purchaseId: before.purchase.id,
      kind: kindOfRow(purchase),
      partnerId: purchase.partnerId,
      amount: purchase.originalAmount,
      currency: purchase.currency,
      reportedAt: purchase.createdAt,
    };
    const cap = capTextOf(twin.reward);
    const takenOver = cap !== null && cap === capTextOf(before.reward) ? capUseOf(twin.reward) : 0n;
    return [
      settleStep({ actor, to: 'reversed', reason: 'duplicate' }, twin),
      matchStep(settlement, before, witness, takenOver),
    ];
  }

  function matchStep(
    settlement: SettlementOfId<'matched' | 'merged'>,
    before: RewardedPurchase,
    witness: Witness,
    takenOver = 0n,
  ): Step {
    const { actor, reason } = settlement;
    const { purchase } = before;
    const sources = sourcesOf.get(purchase.id) ?? [];
    requireUnreported(purchase, witness, sources);
    const { amount } = fold({ amount: purchase.amount, sources }, witness);
    const room = caps.room(rewardCapKey(before.reward));
    // Lines are the word of the source that decides.
    const decides = decidingSource([...sources, witness]) === witness;
    const lines = (decides && settlement.to === 'matched' && settlement.lines) || null;
    const report = { actor, reason, witness, amount, lines };
    const revision = reviseByMatch(before, report, { id: given.newId(now), now, room, takenOver });
    given.requireMayRevise(actor, before, revision);
    takeRoomToRaise(actor, before, revision, queueOfPurchase(purchase, [...sources, witness]));
    const after = revised(before, revision);
    const held = purchase.held && staysHeld(settlement, witness);
    return {
      actor,
      before,
      after: { ...after, purchase: { ...after.purchase, held } },
      cause: { to: 'matched', revision, witness },
    };
  }

  /** A match answers the doubt about a shopper's word, and about the purchase that it takes over. */
  function staysHeld(settlement: SettlementOfId<'matched' | 'merged'>, witness: Witness): boolean {
    const twinId = settlement.to === 'merged' ? settlement.twinId : undefined;
    const isAnswered = ({ rule, evidence }: Reason) =>
      (rule === 'self_report' && rankOf(witness) > 0) ||
      (twinId !== undefined && evidence.purchase_id === twinId);
    return !(known.reasonsOf.get(settlement.purchaseId) ?? []).every(isAnswered);
  }
}

/** How much more of its cap a purchase uses after a step. Below zero, the step has freed room. */
function changeOfUse({ before, after }: Step): bigint {
  return capUseOf(after.reward) - capUseOf(before.reward);
}

const NO_ROOM_TO_RAISE =
  'The reward would pass what may be released today. Repeat it tomorrow, or have an administrator amend the purchase.';
