import type { Clock } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import { at, distinct } from '../../../core/lists.ts';
import { formatMoney } from '../../../core/money.ts';
import { failure, type Outcome, success } from '../../../core/outcome.ts';
import { acceptsPurchasesAt, type MerchantClient } from '../../catalogue/merchants/index.ts';
import { includes, type OfferClient } from '../../catalogue/offers/index.ts';
import type { SenderClient } from '../../identity/partners/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { Movement, WalletClient } from '../../money/wallets/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import { type CashbackClient, grantRewards, largestReward, type Reward } from '../cashback/index.ts';
import type { FraudClient, HeldPurchase } from '../fraud/index.ts';
import { positionOf } from './amendments.ts';
import type { DetailsRepository } from './details-repository.ts';
import { purchaseRecorded } from './events.ts';
import {
  type AcceptedPurchase,
  externalKeyOf,
  keyText,
  lookupKeysOf,
  type PurchaseDetails,
  type PurchaseSubmission,
  type RewardedPurchase,
  type SelfReports,
} from './model.ts';
import { type NameBook, nameBook } from './naming.ts';
import { namesOrder, orderText } from './orders.ts';
import { offerFor, refuseDuplicate } from './policies.ts';
import { movesBetween, UNREWARDED } from './position.ts';
import type { PurchaseRepository } from './repository.ts';
import { type Candidate, type Draft, type DraftMatch, selectCandidates } from './selection.ts';
import { adminsAmong, keysAmong, partnersAmong, standingOf } from './senders.ts';
import type { WitnessRepository } from './witness-repository.ts';

/** A merchant or an offer was deactivated after it was read from a cache, and before the purchase was made. */
class StaleCache extends Error {}

type Outcomes = Map<Draft, Outcome<AcceptedPurchase>>;

/** The outcome of each report that has one. */
export type Answers = ReadonlyMap<PurchaseSubmission, Outcome<AcceptedPurchase>>;

export type RecordingDeps = {
  database: Database;
  clock: Clock;
  repository: PurchaseRepository;
  witnesses: Pick<WitnessRepository, 'findByKeys' | 'findOrders'>;
  details: DetailsRepository;
  users: Pick<UserClient, 'lockUsersForShare'>;
  partners: SenderClient;
  merchants: Pick<MerchantClient, 'findMerchants' | 'lockForShare'>;
  offers: OfferClient;
  fraud: FraudClient;
  cashback: CashbackClient;
  wallets: Pick<WalletClient, 'lockWallets' | 'applyMovements'>;
  events: EventClient;
  supportedCurrencies: readonly string[];
  selfReports: SelfReports;
  maxEventAgeDays: number;
};

export function purchaseRecording(deps: RecordingDeps) {
  const { database, clock, repository, witnesses, details, users, partners, merchants } = deps;
  const { offers, fraud, cashback, wallets, events } = deps;

  /**
   * Records what can be recorded in one transaction, and names the reports to match.
   * Needs two round trips. The first one reads and locks all that the rules need. Then the rules decide in memory, and the
   * second one writes in bulk and commits. The unique key of the external id decides races: the loser retries the whole
   * transaction and finds the other purchase.
   */
  async function recordAll(
    submissions: readonly PurchaseSubmission[],
    mayMatch: boolean,
  ): Promise<{ readonly answers: Answers; readonly matches: readonly DraftMatch[] }> {
    const now = clock();
    // Merchants, offers and ceilings come from caches: the first attempt needs no query. The first two are checked below.
    let drafts = await draftAll(database.db, submissions, now);
    let isFirstAttempt = true;
    const { outcomeOf, holds, matches } = await database.transaction(
      async (trx) => {
        if (!isFirstAttempt) drafts = await draftAll(trx, submissions, now);
        isFirstAttempt = false;
        return record(trx, drafts, { now, mayMatch });
      },
      {
        usesIndexPlans: true,
        isLostRace: (error) =>
          error instanceof StaleCache || repository.isLostRace(error) || cashback.isLostRace(error),
      },
    );
    fraud.announceHolds(holds);
    const answers: Answers = new Map(
      [...outcomeOf].map(([{ submission }, outcome]) => [submission, outcome]),
    );
    return { answers, matches };
  }

  async function draftAll(
    db: Db,
    submissions: readonly PurchaseSubmission[],
    now: Temporal.Instant,
  ): Promise<readonly Draft[]> {
    const merchantIds = distinct(submissions.map(({ merchantId }) => merchantId));
    const merchantOf = await merchants.findMerchants(db, merchantIds);
    const offersOf = await offers.findOffers(db, merchantIds);
    const ceilings = await fraud.findCeilings(db);
    return submissions.map((submission) => {
      const { merchantId, purchasedAt = now } = submission;
      return {
        submission,
        key: keyText(externalKeyOf(submission)),
        purchasedAt,
        merchant: merchantOf.get(merchantId),
        offer: offerFor(submission, offersOf.get(merchantId) ?? [], purchasedAt),
        ceilings,
      };
    });
  }

  async function record(
    trx: Trx,
    drafts: readonly Draft[],
    { now, mayMatch }: { readonly now: Temporal.Instant; readonly mayMatch: boolean },
  ) {
    const claims = drafts.flatMap(capClaimOf);
    const merchantIds = distinct(
      drafts.flatMap(({ merchant, purchasedAt }) =>
        merchant !== undefined && acceptsPurchasesAt(merchant, purchasedAt) ? [merchant.id] : [],
      ),
    );
    const offerIds = distinct(drafts.flatMap(({ offer }) => offer?.id ?? []));
    // Of what the rules read, wallets are locked first: the reads after their locks see what the previous holder of the locks has committed.
    const keys = drafts.flatMap(({ submission }) => lookupKeysOf(submission));
    const senders = drafts.map(({ submission }) => submission.actor);
    const shoppers = drafts.map(({ submission }) => submission.userId);
    partners.queueLockStanding(trx, partnersAmong(senders));
    const [locked, recorded, reported, ordered, userOf, requireUsableKey, merchantOf, validityOf, caps] =
      await Promise.all([
        wallets.lockWallets(trx, claims),
        repository.findByExternalKeys(trx, keys),
        witnesses.findByKeys(trx, keys),
        witnesses.findOrders(trx, drafts.map(({ submission }) => submission).filter(namesOrder)),
        users.lockUsersForShare(trx, distinct([...shoppers, ...adminsAmong(senders)])),
        partners.findStanding(trx, keysAmong(senders)),
        merchants.lockForShare(trx, merchantIds),
        offers.lockForShare(trx, offerIds),
        cashback.lockCaps(trx, claims),
      ]);
    const isCurrent = drafts.every(({ merchant, offer, purchasedAt }) => {
      if (offer !== undefined && !includes(validityOf.get(offer.id) ?? [], purchasedAt)) return false;
      if (merchant === undefined || !acceptsPurchasesAt(merchant, purchasedAt)) return true;
      const locked = merchantOf.get(merchant.id);
      return locked !== undefined && acceptsPurchasesAt(locked, purchasedAt);
    });
    if (!isCurrent) throw new StaleCache();

    const names = nameBook(recorded, reported);
    const ordersOf = Map.groupBy(ordered, ({ purchase }) => orderText(purchase));
    const { outcomeOf, selected, matches } = selectCandidates(
      drafts,
      {
        now,
        mayMatch,
        names,
        ordersOf,
        userOf,
        requireStanding: standingOf(userOf, requireUsableKey),
        wallets: locked,
      },
      { ...deps, isAboveCeiling: fraud.isAboveCeiling },
    );
    const { candidates, holds } = await screenCandidates(trx, selected);
    // Foreign keys require this order. The purchases are sent immediately, so the database inserts them while the
    // rewards are computed here.
    repository.queueInsert(
      trx,
      candidates.map(({ purchase }) => purchase),
    );
    details.queueInsert(trx, candidates.flatMap(detailsOf));
    const { rewards, usages } = grantRewards(
      candidates.map(({ purchase, offer }) => ({
        ...purchase,
        rewardId: newId(),
        purchaseId: purchase.id,
        terms: offer.terms,
      })),
      caps,
    );
    const rewarded = candidates.map(({ purchase }, index) => ({ purchase, reward: at(rewards, index) }));
    cashback.queueGrant(trx, { rewards, usages });
    await wallets.applyMovements(trx, rewards.flatMap(movementsOf), locked);
    events.record(
      trx,
      rewarded.map((accepted, index) =>
        purchaseRecorded({
          actor: at(candidates, index).draft.submission.actor,
          resourceId: accepted.purchase.id,
          details: facts(accepted),
        }),
      ),
    );
    fraud.queueHolds(trx, holds);
    for (const [index, { draft }] of candidates.entries())
      outcomeOf.set(draft, success({ ...at(rewarded, index), matched: false }));
    await refuseRepeats(trx, drafts, { names, rewarded }, outcomeOf);
    return { outcomeOf, holds, matches };
  }

  /** Marks the candidates as held that match a rule of trust, and returns their holds. */
  async function screenCandidates(trx: Trx, selected: readonly Candidate[]) {
    const reasonsOf = await fraud.screenPurchases(
      trx,
      selected.map(({ draft, offer, purchase }) => ({
        ...purchase,
        isSelfReported: draft.submission.actor.type === 'user',
        reward: largestReward(purchase.amount, offer.terms),
        ceilings: draft.ceilings,
      })),
    );
    const holds: HeldPurchase[] = [];
    const candidates = selected.map((candidate) => {
      const { draft, purchase, doubts } = candidate;
      const reasons = [...(reasonsOf.get(purchase.id) ?? []), ...doubts];
      if (reasons.length === 0) return candidate;
      holds.push({ purchaseId: purchase.id, reasons, requestId: draft.submission.actor.requestId });
      return { ...candidate, purchase: { ...purchase, held: true } };
    });
    return { candidates, holds };
  }

  /** Refuses the drafts that repeat a recorded purchase or one of this list. A repeat of a match comes later. */
  async function refuseRepeats(
    trx: Trx,
    drafts: readonly Draft[],
    known: { readonly names: NameBook; readonly rewarded: readonly RewardedPurchase[] },
    outcomeOf: Outcomes,
  ): Promise<void> {
    const repeats = drafts.filter((draft) => !outcomeOf.has(draft));
    if (repeats.length === 0) return;
    const originalOf = new Map(known.rewarded.map((original) => [keyText(original.purchase), original]));
    const idOf = new Map(repeats.map((draft) => [draft, known.names.find(draft.submission)]));
    const ids = distinct([...idOf.values()].filter((id) => id !== undefined));
    const [purchases, rewardOf, linesOf] = await Promise.all([
      repository.findAll(trx, ids),
      cashback.findRewards(trx, ids),
      // Those of this list are queued before.
      details.findLines(trx, [...ids, ...known.rewarded.map(({ purchase }) => purchase.id)]),
    ]);
    const purchaseOf = new Map(purchases.map((purchase) => [purchase.id, purchase]));
    for (const draft of repeats) {
      const id = idOf.get(draft) ?? '';
      const [purchase, reward] = [purchaseOf.get(id), rewardOf.get(id)];
      const original =
        purchase !== undefined && reward !== undefined ? { purchase, reward } : originalOf.get(draft.key);
      if (original === undefined) continue;
      const lines = linesOf.get(original.purchase.id);
      outcomeOf.set(draft, failure(refuseDuplicate(draft.submission, original, lines)));
    }
  }

  return recordAll;
}

/** The wallet and the cap that a draft needs. Empty if no offer rewards it. */
function capClaimOf({ submission: { userId, currency }, offer, purchasedAt }: Draft) {
  return offer === undefined ? [] : [{ userId, currency, purchasedAt, terms: offer.terms }];
}

function detailsOf({ draft: { submission }, purchase }: Candidate): PurchaseDetails[] {
  const { lines, currency } = submission;
  return lines === undefined ? [] : [{ purchaseId: purchase.id, lines, currency }];
}

function movementsOf(reward: Reward): Movement[] {
  const { purchaseId, userId, currency } = reward;
  const source = { type: 'purchase', id: purchaseId } as const;
  return movesBetween(UNREWARDED, positionOf(reward)).map((move) => ({ ...move, userId, currency, source }));
}

/** What events and logs say of a purchase. */
export function facts({ purchase, reward }: RewardedPurchase) {
  return {
    external_id: purchase.externalId,
    user_id: purchase.userId,
    amount: formatMoney(purchase.amount, purchase.currency),
    cashback_amount: formatMoney(reward.amount, reward.currency),
    currency: purchase.currency,
  };
}
