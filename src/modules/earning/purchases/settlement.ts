import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { at } from '../../../core/lists.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { decided, failure, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import type { Movement, Wallet, WalletClient } from '../../money/wallets/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { CashbackClient, Reward } from '../cashback/index.ts';
import type { FraudClient } from '../fraud/index.ts';
import { purchaseConfirmed, purchaseReversed } from './events.ts';
import { externalKeyOf, keyText, type Purchase, type RewardedPurchase, type Settlement } from './model.ts';
import { isHiddenFrom, requireMayConfirmHeld, requireTransition } from './policies.ts';
import type { PurchaseRepository } from './repository.ts';

/** A legal transition: the purchase before and after it, and its reward before it. */
type Step = {
  readonly settlement: Settlement;
  readonly before: Purchase;
  readonly after: Purchase;
  readonly reward: Reward;
};

export type PurchaseSettlement = ReturnType<typeof purchaseSettlement>;

export function purchaseSettlement(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  fraud: FraudClient;
  cashback: CashbackClient;
  wallets: WalletClient;
  events: EventClient;
}) {
  const { database, clock, logger, repository, fraud, cashback, wallets, events } = deps;

  /**
   * Confirms or reverses a list of purchases in one transaction. Returns one outcome for each, in order. Locks the
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
      'externalId' in settlement ? [externalKeyOf(settlement)] : [],
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
    const [rewardOf, locked] = await Promise.all([
      cashback.findRewards(
        trx,
        purchases.map(({ id }) => id),
      ),
      wallets.lockWallets(trx, purchases),
    ]);
    const decisions = decide(settlements, purchases, rewardOf);
    const steps = decisions.flatMap((decision) => (decision.ok ? [decision.value] : []));
    await apply(trx, steps, locked);
    return decisions.map((decision) => (decision.ok ? success(rewardedAfter(decision.value)) : decision));
  }

  /** Decides each settlement after the previous ones, so that a list may confirm and then reverse the same purchase. */
  function decide(
    settlements: readonly Settlement[],
    purchases: readonly Purchase[],
    rewardOf: ReadonlyMap<string, Reward>,
  ): Outcome<Step>[] {
    const now = clock();
    const current = new Map(purchases.map((purchase) => [purchase.id, purchase]));
    const idOf = new Map(purchases.map((purchase) => [keyText(purchase), purchase.id]));
    return settlements.map((settlement) => {
      const id =
        'externalId' in settlement ? idOf.get(keyText(externalKeyOf(settlement))) : settlement.purchaseId;
      const before = id === undefined ? undefined : current.get(id);
      if (before === undefined || isHiddenFrom(settlement.actor, before))
        return failure(notFound('purchase', referenceOf(settlement)));
      const reward = rewardOf.get(before.id);
      if (reward === undefined) throw new Error(`purchase ${before.id} has no cashback transaction`);
      return decided(() => {
        const after = settled(before, settlement, now);
        current.set(after.id, after);
        return { settlement, before, after, reward };
      });
    });
  }

  /** Writes the final state of each purchase and reward once, and the movements and events of every step. */
  async function apply(trx: Trx, steps: readonly Step[], locked: readonly Wallet[]): Promise<void> {
    if (steps.length === 0) return;
    const finals = [...new Map(steps.map((step) => [step.after.id, step])).values()];
    repository.queueUpdateSettled(
      trx,
      finals.map(({ after }) => after),
    );
    await Promise.all([
      cashback.settleRewards(
        trx,
        finals.map(({ after, reward }) => ({ reward, to: CASHBACK_STATUS[after.status] })),
      ),
      wallets.applyMovements(trx, steps.flatMap(movementOf), locked),
    ]);
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
function settled(purchase: Purchase, settlement: Settlement, now: Temporal.Instant): Purchase {
  requireTransition(purchase, settlement.to);
  requireMayConfirmHeld(purchase, settlement);
  return settlement.to === 'confirmed'
    ? { ...purchase, status: 'confirmed', held: false, confirmedAt: now }
    : { ...purchase, status: 'reversed', held: false, reversedAt: now, reversalReason: settlement.reason };
}

function rewardedAfter({ after, reward }: Step): RewardedPurchase {
  return { purchase: after, reward: { ...reward, status: CASHBACK_STATUS[after.status] } };
}

function eventOf({ settlement, before, after, reward }: Step) {
  const { actor } = settlement;
  const details = {
    from: before.status,
    user_id: after.userId,
    cashback_amount: formatMoney(reward.amount, reward.currency),
    currency: reward.currency,
    ...(before.held && { was_held: true as const }),
  };
  return settlement.to === 'confirmed'
    ? purchaseConfirmed({ actor, resourceId: after.id, details })
    : purchaseReversed({ actor, resourceId: after.id, details: { ...details, reason: settlement.reason } });
}

/** The settlement of a held purchase also resolves its hold. */
function resolutionOf({ settlement, before }: Step) {
  const { actor, to } = settlement;
  return before.held ? [{ purchaseId: before.id, resolution: to, actor }] : [];
}

/** The movement of a step. Empty if the cap reduced the reward to zero. */
function movementOf({ before, after, reward }: Step): Movement[] {
  if (reward.amount === 0n) return [];
  const { userId, currency, amount, purchaseId } = reward;
  const bucket = before.status === 'pending' ? 'pending' : 'available';
  const source = { type: 'purchase', id: purchaseId } as const;
  return after.status === 'confirmed'
    ? [{ userId, currency, amount, source, type: 'cashback_confirmation', from: 'pending', to: 'available' }]
    : [{ userId, currency, amount, source, type: 'cashback_reversal', from: bucket, to: 'platform' }];
}
