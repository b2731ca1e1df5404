import { type Clock, utcDay } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { forbidden, notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { at, distinct } from '../../../core/lists.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { decided, failure, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import type { OfferClient } from '../../catalogue/offers/index.ts';
import type { SenderClient } from '../../identity/partners/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { Wallet, WalletClient } from '../../money/wallets/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { CapUsage, CashbackClient, Reward } from '../cashback/index.ts';
import {
  type CeilingBook,
  type FraudClient,
  queueKey,
  type Release,
  type ReleaseQueue,
} from '../fraud/index.ts';
import { present } from './amendments.ts';
import { decide } from './decisions.ts';
import type { PurchaseDoubts } from './doubts.ts';
import type { Source } from './fold.ts';
import {
  isAwaitingRelease,
  lookupKeysOf,
  type Purchase,
  type Reporter,
  type Revision,
  type RewardedPurchase,
  type Settlement,
  type SettlementOfId,
} from './model.ts';
import { nameBook } from './naming.ts';
import { decidesOn, requireShopOfId } from './policies.ts';
import type { QueueRepository } from './queue-repository.ts';
import { type QueueRoom, queueOf } from './release.ts';
import type { PurchaseRepository } from './repository.ts';
import type { RevisionRepository } from './revision-repository.ts';
import { adminsAmong, keysAmong, partnersAmong, standingOf } from './senders.ts';
import { purchaseSiblings, SiblingIsLocked } from './siblings.ts';
import { eventOf, keepsCap, movementsOf, resolutionsOf, revisionOf, type Step } from './steps.ts';
import type { WitnessRepository } from './witness-repository.ts';

type SettleOptions = {
  /** Siblings that an earlier attempt had to wait for. */
  readonly awaited?: Set<string>;
  /** Who sent the settlements; none for those of the platform. The caller has queued the lock of the partners. */
  readonly senders?: readonly Reporter[];
};

export type PurchaseSettlement = ReturnType<typeof purchaseSettlement>;

export function purchaseSettlement(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  revisions: RevisionRepository;
  witnesses: WitnessRepository;
  queues: Pick<QueueRepository, 'findWaitedQueues'>;
  doubts: Pick<PurchaseDoubts, 'holdDoubtful'>;
  fraud: FraudClient;
  offers: Pick<OfferClient, 'findRefilling'>;
  users: Pick<UserClient, 'lockUsersForShare'>;
  partners: SenderClient;
  cashback: CashbackClient;
  wallets: WalletClient;
  events: EventClient;
}) {
  const { database, clock, logger, repository, revisions, witnesses, doubts, fraud } = deps;
  const { users, partners, cashback, wallets, events } = deps;
  const lockSiblings = purchaseSiblings(deps);

  /**
   * Settles a list of purchases in one transaction. Returns one outcome for each, in order. Locks the purchases, so that
   * concurrent settlements of one purchase are decided one after the other.
   */
  async function settleBatch(
    settlements: readonly Settlement[],
  ): Promise<readonly Outcome<RewardedPurchase>[]> {
    const ceilings = await fraud.findCeilings(database.db);
    const awaited = new Set<string>();
    const { outcomes, holds } = await database.transaction(
      async (trx) => {
        const senders = settlements.map(({ actor }) => actor);
        partners.queueLockStanding(trx, partnersAmong(senders));
        const found = await findPurchases(trx, settlements);
        const named = found.flatMap((one) => (one.ok ? one.value : []));
        const locked = await repository.lock(trx, distinct([...named.flatMap(idsOf), ...awaited]));
        const sourcesOf = await witnesses.findSources(trx, locked);
        const { purchases, holds } = await doubts.holdDoubtful(
          trx,
          toBeChecked(named, { locked, sourcesOf }),
        );
        const checked = new Map(purchases.map((purchase) => [purchase.id, purchase]));
        const settled = await settleLocked(
          trx,
          named,
          locked.map((purchase) => checked.get(purchase.id) ?? purchase),
          ceilings,
          { awaited, senders },
        );
        const outcomeOf = new Map(named.map((settlement, index) => [settlement, at(settled, index)]));
        const outcomes = found.map((one) => (one.ok ? (outcomeOf.get(one.value) ?? NO_OUTCOME) : one));
        return { outcomes, holds };
      },
      { usesIndexPlans: true, isLostRace },
    );
    fraud.announceHolds(holds);
    logOutcomes(settlements, outcomes);
    return outcomes;
  }

  function isLostRace(error: unknown): boolean {
    return error instanceof SiblingIsLocked || witnesses.isLostRace(error);
  }

  /** Finds the purchases that the settlements name. An external id may name none, or two: such a settlement is refused. */
  async function findPurchases(
    trx: Trx,
    settlements: readonly Settlement[],
  ): Promise<readonly Outcome<SettlementOfId>[]> {
    const keys = settlements.flatMap((settlement) =>
      'externalId' in settlement ? lookupKeysOf(settlement) : [],
    );
    const [recorded, matched] =
      keys.length === 0
        ? [[], []]
        : await Promise.all([repository.findByExternalKeys(trx, keys), witnesses.findByKeys(trx, keys)]);
    const names = nameBook(recorded, matched);
    return settlements.map((settlement) =>
      decided(() => {
        if (!('externalId' in settlement)) return settlement;
        requireShopOfId(settlement);
        const purchaseId = names.find(settlement);
        if (purchaseId === undefined) throw notFound('purchase', settlement.externalId);
        return { ...settlement, purchaseId };
      }),
    );
  }

  /** Settles `purchases`, which the caller has locked in `trx`. Settlements of other purchases get NOT_FOUND. */
  async function settleLocked(
    trx: Trx,
    settlements: readonly SettlementOfId[],
    purchases: readonly Purchase[],
    ceilings: CeilingBook,
    { awaited = new Set<string>(), senders = [] }: SettleOptions = {},
  ): Promise<readonly Outcome<RewardedPurchase>[]> {
    const ids = purchases.map(({ id }) => id);
    const matched = new Set(
      settlements.flatMap(({ to, purchaseId }) => (to === 'matched' || to === 'merged' ? purchaseId : [])),
    );
    const heldOnes = purchases.filter(({ id, held }) => held && matched.has(id)).map(({ id }) => id);
    const [granted, revisionsOf, ownSourcesOf, holdOf, locked, admins, requireUsableKey] = await Promise.all([
      cashback.findRewards(trx, ids),
      revisions.findOf(trx, purchases),
      witnesses.findSources(trx, purchases),
      fraud.findHolds(trx, heldOnes),
      wallets.lockWallets(trx, purchases),
      // Accounts come after wallets in each transaction.
      users.lockUsersForShare(trx, adminsAmong(senders)),
      partners.findStanding(trx, keysAmong(senders)),
    ]);
    const settled = purchases.map((purchase) => {
      const reward = granted.get(purchase.id);
      if (reward === undefined) throw new Error(`purchase ${purchase.id} has no cashback transaction`);
      return present({ purchase, reward }, revisionsOf.get(purchase.id)?.at(-1));
    });
    const { refilling, ...siblings } = await lockSiblings(trx, settlements, settled, awaited);
    const rewarded = [...settled, ...siblings.rewarded];
    const sourcesOf = new Map([
      ...ownSourcesOf,
      ...(await witnesses.findSources(
        trx,
        siblings.rewarded.map(({ purchase }) => purchase),
      )),
    ]);
    const usages = settlements.every(({ to }) => keepsCap(to))
      ? []
      : await cashback.lockCapsOf(
          trx,
          rewarded.map(({ reward }) => reward),
        );
    const reasonsOf = new Map([...holdOf].map(([id, { reasons }]) => [id, reasons]));
    const now = clock();
    const rooms = await lockRooms(trx, settlements, rewarded, { sourcesOf, ceilings, day: utcDay(now) });
    const { decisions, caps, releases } = decide(
      settlements,
      { rewarded, revisionsOf, sourcesOf, reasonsOf, refilling, usages, rooms, wallets: locked },
      {
        now,
        newId,
        requireStanding: standingOf(admins, requireUsableKey),
        requireMayRevise: (...revision) => requireMayRevise(ceilings, ...revision),
      },
    );
    const steps = decisions.flatMap((decision) => (decision.ok ? decision.value.steps : []));
    await apply(trx, steps, { rewarded, caps, releases, locked });
    return decisions.map((decision) => (decision.ok ? success(decision.value.result) : decision));
  }

  /** Locks the rooms of the day that the settlements may take from. Sends nothing where no ceiling limits it. */
  async function lockRooms(
    trx: Trx,
    settlements: readonly SettlementOfId[],
    rewarded: readonly RewardedPurchase[],
    known: {
      readonly sourcesOf: ReadonlyMap<string, readonly Source[]>;
      readonly ceilings: CeilingBook;
      readonly day: string;
    },
  ): Promise<readonly QueueRoom[]> {
    const reporting = settlements.flatMap((settlement) =>
      settlement.to === 'matched' ? settlement.witness : [],
    );
    // Who decides may change within the list.
    const queues = rewarded.flatMap(({ purchase: { id, currency, releaseQueue } }): ReleaseQueue[] =>
      [
        ...[...(known.sourcesOf.get(id) ?? []), ...reporting].map((source) => queueOf([source])),
        ...(releaseQueue === null ? [] : [releaseQueue]),
      ].map((namespace) => ({ namespace, currency })),
    );
    const rooms = await fraud.lockReleaseRooms(trx, queues, known);
    // What waits is released from the head of its queue.
    if (rooms.length === 0 || settlements.every(({ to }) => to === 'available'))
      return rooms.map((room) => ({ ...room, isWaited: false }));
    const waited = new Set((await deps.queues.findWaitedQueues(trx, rooms)).map(queueKey));
    return rooms.map((room) => ({ ...room, isWaited: waited.has(queueKey(room)) }));
  }

  /** Writes where the steps led: each purchase, reward and cap once, every revision, witness, movement and event. */
  async function apply(
    trx: Trx,
    steps: readonly Step[],
    known: {
      readonly rewarded: readonly RewardedPurchase[];
      readonly caps: readonly CapUsage[];
      readonly releases: readonly Release[];
      readonly locked: readonly Wallet[];
    },
  ): Promise<void> {
    if (steps.length === 0) return;
    const initialOf = new Map(known.rewarded.map((one) => [one.purchase.id, one]));
    const isMoved = ({ purchaseId, status }: Reward) => initialOf.get(purchaseId)?.reward.status !== status;
    const finals = [...new Map(steps.map(({ after }) => [after.purchase.id, after])).values()];
    const isChanged = ({ purchase }: RewardedPurchase, field: keyof Purchase) =>
      purchase[field] !== initialOf.get(purchase.id)?.purchase[field];
    const changed = (field: keyof Purchase) => finals.filter((final) => isChanged(final, field));
    repository.queueUpdateSettled(
      trx,
      finals
        .filter((final) => isChanged(final, 'status') || isChanged(final, 'releasedAt'))
        .map(({ purchase }) => purchase),
    );
    repository.queueHold(
      trx,
      changed('held').flatMap(({ purchase }) => (purchase.status === 'pending' ? purchase : [])),
    );
    revisions.queueInsert(
      trx,
      steps.flatMap((step) => revisionOf(step) ?? []),
    );
    witnesses.queueInsert(
      trx,
      steps.flatMap(({ cause }) => (cause.to === 'matched' ? cause.witness : [])),
    );
    repository.queueUpdateRevision(
      trx,
      changed('revision').map(({ purchase }) => purchase),
    );
    cashback.queueSettle(trx, finals.map(({ reward }) => reward).filter(isMoved), known.caps);
    await wallets.applyMovements(trx, steps.flatMap(movementsOf), known.locked);
    fraud.queueReleases(trx, known.releases);
    fraud.queueResolveHolds(trx, steps.flatMap(resolutionsOf));
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
        ...(isAwaitingRelease(purchase) && { awaiting_release: true }),
      },
      `purchase ${purchase.status}`,
    );
  }

  /** @throws FORBIDDEN if a partner raises a purchase above a ceiling: a report of that size is held for review. */
  function requireMayRevise(
    ceilings: CeilingBook,
    actor: Reporter,
    { purchase }: RewardedPurchase,
    { amount, after: { reward } }: Revision,
  ): void {
    if (actor.type !== 'partner' || amount <= purchase.amount) return;
    if (fraud.isAboveCeiling({ ...purchase, partnerId: actor.id }, { amount, reward }, ceilings))
      throw forbidden({
        reason: 'The new amount is above the ceiling. An administrator must amend the purchase.',
      });
  }

  return { settleBatch, settleLocked, logOutcomes };
}

const NO_OUTCOME = failure(new Error('a settlement has no outcome'));

/** The locked purchases that the deciding source confirms and no administrator: money could leave. */
function toBeChecked(
  settlements: readonly SettlementOfId[],
  known: {
    readonly locked: readonly Purchase[];
    readonly sourcesOf: ReadonlyMap<string, readonly Source[]>;
  },
): Purchase[] {
  const confirmations = settlements.filter(({ to, actor }) => to === 'confirmed' && actor.type !== 'admin');
  const byId = Map.groupBy(confirmations, ({ purchaseId }) => purchaseId);
  return known.locked.filter((purchase) =>
    byId
      .get(purchase.id)
      ?.some(({ actor }) => decidesOn(actor, purchase, known.sourcesOf.get(purchase.id) ?? [])),
  );
}

function idsOf(settlement: SettlementOfId): string[] {
  return settlement.to === 'merged' ? [settlement.purchaseId, settlement.twinId] : [settlement.purchaseId];
}

/** The id or external id that the request contained. */
function referenceOf(settlement: Settlement): string {
  return 'externalId' in settlement ? settlement.externalId : settlement.purchaseId;
}
