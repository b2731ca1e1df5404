import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { forbidden, notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { at } from '../../../core/lists.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { decided, failure, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import {
  type Balances,
  balancesAfter,
  type Movement,
  NO_MONEY,
  type Wallet,
  type WalletClient,
  walletKey,
} from '../../money/wallets/index.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import { type CapUsage, type CashbackClient, capBook, capUseOf, rewardCapKey } from '../cashback/index.ts';
import type { FraudClient } from '../fraud/index.ts';
import { findRepeated, positionOf, present, revise, revised } from './amendments.ts';
import { purchaseAmended, purchaseConfirmed, purchaseReversed } from './events.ts';
import {
  keyText,
  lookupKeysOf,
  type Purchase,
  type Revision,
  type RewardedPurchase,
  type Settlement,
} from './model.ts';
import { isHiddenFrom, requireMayConfirmHeld, requireTransition } from './policies.ts';
import { movesBetween } from './position.ts';
import type { PurchaseRepository } from './repository.ts';
import type { RevisionRepository } from './revision-repository.ts';

/** A legal step of a purchase: what it was and what it became, each with its reward. */
type Step = {
  readonly settlement: Settlement;
  readonly before: RewardedPurchase;
  readonly after: RewardedPurchase;
  /** Of an amendment. */
  readonly revision: Revision | undefined;
};

/** What a settlement is answered with. A repeated amendment takes no step. */
type Decision = { readonly result: RewardedPurchase; readonly step: Step | undefined };

export type PurchaseSettlement = ReturnType<typeof purchaseSettlement>;

export function purchaseSettlement(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  revisions: RevisionRepository;
  fraud: FraudClient;
  cashback: CashbackClient;
  wallets: WalletClient;
  events: EventClient;
}) {
  const { database, clock, logger, repository, revisions, fraud, cashback, wallets, events } = deps;

  /**
   * Confirms, reverses or amends a list of purchases in one transaction. Returns one outcome for each, in order. Locks the
   * purchases, so that concurrent settlements of one purchase are decided one after the other.
   */
  async function settleBatch(
    settlements: readonly Settlement[],
  ): Promise<readonly Outcome<RewardedPurchase>[]> {
    const outcomes = await database.transaction(
      async (trx) => {
        const ids = new Set([...(await findNamed(trx, settlements)), ...settlements.flatMap(givenId)]);
        return settleLocked(trx, settlements, await repository.lock(trx, [...ids]));
      },
      { usesIndexPlans: true },
    );
    logOutcomes(settlements, outcomes);
    return outcomes;
  }

  /** Finds the ids of the purchases that the settlements name by external id. */
  async function findNamed(trx: Trx, settlements: readonly Settlement[]): Promise<string[]> {
    const keys = settlements.flatMap((settlement) =>
      'externalId' in settlement ? lookupKeysOf(settlement) : [],
    );
    if (keys.length === 0) return [];
    return (await repository.findByExternalKeys(trx, keys)).map(({ id }) => id);
  }

  /** Settles `purchases`, which the caller has locked in `trx`. Settlements of other purchases get NOT_FOUND. */
  async function settleLocked(
    trx: Trx,
    settlements: readonly Settlement[],
    purchases: readonly Purchase[],
  ): Promise<readonly Outcome<RewardedPurchase>[]> {
    const [granted, revisionsOf, locked] = await Promise.all([
      cashback.findRewards(
        trx,
        purchases.map(({ id }) => id),
      ),
      revisions.findOf(trx, purchases),
      wallets.lockWallets(trx, purchases),
    ]);
    const rewarded = purchases.map((purchase) => {
      const reward = granted.get(purchase.id);
      if (reward === undefined) throw new Error(`purchase ${purchase.id} has no cashback transaction`);
      return present({ purchase, reward }, revisionsOf.get(purchase.id)?.at(-1));
    });
    // A confirmation leaves its cap as it is.
    const usages = settlements.every(({ to }) => to === 'confirmed')
      ? []
      : await cashback.lockCapsOf(
          trx,
          rewarded.map(({ reward }) => reward),
        );
    const { decisions, caps } = decide(settlements, { rewarded, revisionsOf, usages, locked });
    const steps = decisions.flatMap((decision) => (decision.ok ? (decision.value.step ?? []) : []));
    await apply(trx, steps, { rewarded, caps, locked });
    return decisions.map((decision) => (decision.ok ? success(decision.value.result) : decision));
  }

  /** Each settlement on what the ones before it left, so that a list may amend and confirm the same purchase. */
  function decide(
    settlements: readonly Settlement[],
    known: {
      readonly rewarded: readonly RewardedPurchase[];
      readonly revisionsOf: ReadonlyMap<string, readonly Revision[]>;
      readonly usages: readonly CapUsage[];
      readonly locked: readonly Wallet[];
    },
  ): { readonly decisions: Outcome<Decision>[]; readonly caps: readonly CapUsage[] } {
    const now = clock();
    const current = new Map(known.rewarded.map((one) => [one.purchase.id, one]));
    const idOf = new Map(known.rewarded.map(({ purchase }) => [keyText(purchase), purchase.id]));
    const revisionsOf = new Map(known.revisionsOf);
    const balancesOf = new Map<string, Balances>(known.locked.map((wallet) => [walletKey(wallet), wallet]));
    const caps = capBook(known.usages);

    const decisions = settlements.map((settlement) => {
      const id = 'externalId' in settlement ? idNamedBy(settlement) : settlement.purchaseId;
      const before = id === undefined ? undefined : current.get(id);
      if (before === undefined || isHiddenFrom(settlement.actor, before.purchase))
        return failure(notFound('purchase', referenceOf(settlement)));
      return decided(() => decideOne(settlement, before));
    });
    return { decisions, caps: caps.touched() };

    function idNamedBy(settlement: { readonly actor: Actor; readonly externalId: string }) {
      return lookupKeysOf(settlement)
        .map((key) => idOf.get(keyText(key)))
        .find((id) => id !== undefined);
    }

    function decideOne(settlement: Settlement, before: RewardedPurchase): Decision {
      const { id } = before.purchase;
      const earlier = revisionsOf.get(id) ?? [];
      if (settlement.to === 'amended') {
        const repeated = findRepeated(earlier, settlement);
        if (repeated !== undefined) return { result: revised(before, repeated), step: undefined };
      }
      const step = stepOf(settlement, before);
      const { after, revision } = step;
      const wallet = walletKey(after.purchase);
      // Refuses what the wallet cannot hold before anything else is noted.
      balancesOf.set(wallet, movementsOf(step).reduce(balancesAfter, balancesOf.get(wallet) ?? NO_MONEY));
      if (settlement.to !== 'confirmed')
        caps.use(rewardCapKey(after.reward), capUseOf(after.reward) - capUseOf(before.reward));
      if (revision !== undefined) revisionsOf.set(id, [...earlier, revision]);
      current.set(id, after);
      return { result: after, step };
    }

    function stepOf(settlement: Settlement, before: RewardedPurchase): Step {
      if (settlement.to !== 'amended')
        return { settlement, before, after: settled(before, settlement, now), revision: undefined };
      const room = caps.room(rewardCapKey(before.reward));
      const revision = revise(before, settlement, { id: newId(now), now, room });
      requireMayAmendTo(settlement.actor, before.purchase, revision);
      return { settlement, before, after: revised(before, revision), revision };
    }
  }

  /** Writes where the steps led: each purchase, reward and cap once, every revision, movement and event. */
  async function apply(
    trx: Trx,
    steps: readonly Step[],
    known: {
      readonly rewarded: readonly RewardedPurchase[];
      readonly caps: readonly CapUsage[];
      readonly locked: readonly Wallet[];
    },
  ): Promise<void> {
    if (steps.length === 0) return;
    const initialOf = new Map(known.rewarded.map(({ purchase }) => [purchase.id, purchase]));
    const finals = [...new Map(steps.map(({ after }) => [after.purchase.id, after])).values()];
    const changed = (field: 'status' | 'revision') =>
      finals.filter(({ purchase }) => purchase[field] !== initialOf.get(purchase.id)?.[field]);
    const resettled = changed('status');
    repository.queueUpdateSettled(
      trx,
      resettled.map(({ purchase }) => purchase),
    );
    revisions.queueInsert(
      trx,
      steps.flatMap(({ revision }) => revision ?? []),
    );
    repository.queueUpdateRevision(
      trx,
      changed('revision').map(({ purchase }) => purchase),
    );
    cashback.queueSettle(
      trx,
      resettled.map(({ reward }) => reward),
      known.caps,
    );
    await wallets.applyMovements(trx, steps.flatMap(movementsOf), known.locked);
    fraud.queueResolveHolds(trx, steps.flatMap(resolutionOf));
    events.record(trx, steps.map(eventOf));
  }

  /** Logs one line for each settlement. To be called after COMMIT. */
  function logOutcomes(
    settlements: readonly Settlement[],
    outcomes: readonly Outcome<RewardedPurchase>[],
  ): void {
    for (const [index, settlement] of settlements.entries()) logOutcome(settlement, at(outcomes, index));
  }

  function logOutcome(settlement: Settlement, outcome: Outcome<RewardedPurchase>): void {
    const fields = { request_id: settlement.actor.requestId };
    if (!outcome.ok) {
      const refusal = refusalCode(outcome.error);
      logger.info({ ...fields, purchase: referenceOf(settlement), refusal }, `purchase not ${settlement.to}`);
      return;
    }
    const { purchase, reward } = outcome.value;
    logger.info(
      {
        ...fields,
        purchase_id: purchase.id,
        user_id: purchase.userId,
        cashback_amount: formatMoney(reward.amount, reward.currency),
        currency: reward.currency,
      },
      `purchase ${purchase.status}`,
    );
  }

  /** @throws FORBIDDEN if a partner raises a purchase above a ceiling: a report of that size is held for review. */
  function requireMayAmendTo(actor: Actor, { amount, currency }: Purchase, revision: Revision): void {
    if (actor.type !== 'partner' || revision.amount <= amount) return;
    if (fraud.isAboveCeiling(revision.amount, revision.after.reward, currency))
      throw forbidden({
        reason: 'The new amount is above the ceiling. An administrator must amend the purchase.',
      });
  }

  return { settleBatch, settleLocked, logOutcomes };
}

function givenId(settlement: Settlement): string[] {
  return 'purchaseId' in settlement ? [settlement.purchaseId] : [];
}

/** The id or external id that the request contained. */
function referenceOf(settlement: Settlement): string {
  return 'externalId' in settlement ? settlement.externalId : settlement.purchaseId;
}

const CASHBACK_STATUS = { pending: 'pending', confirmed: 'available', reversed: 'reversed' } as const;

/** @throws PURCHASE_NOT_PENDING, PURCHASE_ALREADY_REVERSED or PURCHASE_ON_HOLD. */
function settled(
  { purchase, reward }: RewardedPurchase,
  settlement: Exclude<Settlement, { readonly to: 'amended' }>,
  now: Temporal.Instant,
): RewardedPurchase {
  requireTransition(purchase, settlement.to);
  requireMayConfirmHeld(purchase, settlement);
  const changes =
    settlement.to === 'confirmed'
      ? { confirmedAt: now }
      : { reversedAt: now, reversalReason: settlement.reason };
  return {
    purchase: { ...purchase, ...changes, status: settlement.to, held: false },
    reward: { ...reward, status: CASHBACK_STATUS[settlement.to] },
  };
}

function eventOf({ settlement, before, after, revision }: Step) {
  const { actor } = settlement;
  const { id: resourceId, userId: user_id } = after.purchase;
  const { currency } = after.reward;
  const money = (amount: bigint) => formatMoney(amount, currency);
  if (settlement.to === 'amended') {
    const { version, reason } = settlement.amendment;
    return purchaseAmended({
      actor,
      resourceId,
      details: {
        revision: revision?.seq ?? 0,
        version,
        reason,
        user_id,
        amount_before: money(before.purchase.amount),
        amount: money(after.purchase.amount),
        cashback_amount_before: money(before.reward.amount),
        cashback_amount: money(after.reward.amount),
        cashback_status: after.reward.status,
        currency,
      },
    });
  }
  const details = {
    from: before.purchase.status,
    user_id,
    cashback_amount: money(after.reward.amount),
    currency,
    ...(before.purchase.held && { was_held: true as const }),
  };
  return settlement.to === 'confirmed'
    ? purchaseConfirmed({ actor, resourceId, details })
    : purchaseReversed({ actor, resourceId, details: { ...details, reason: settlement.reason } });
}

/** A purchase that was held is settled: its hold is resolved by that. */
function resolutionOf({ settlement: { actor, to }, before: { purchase } }: Step) {
  return purchase.held && to !== 'amended' ? [{ purchaseId: purchase.id, resolution: to, actor }] : [];
}

/** What a step moves in the wallet, for the revision or the purchase itself. */
function movementsOf({ before, after, revision }: Step): Movement[] {
  const { userId, currency, purchaseId } = after.reward;
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
