import type { Clock } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import { DomainError } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { at, distinct } from '../../../core/lists.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { failure, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import { acceptsPurchasesAt, type Merchant, type MerchantClient } from '../../catalogue/merchants/index.ts';
import { includes, type Offer, type OfferClient } from '../../catalogue/offers/index.ts';
import type { User, UserClient } from '../../identity/users/index.ts';
import {
  type Balances,
  type Movement,
  NO_MONEY,
  requireRoom,
  type Wallet,
  type WalletClient,
  walletKey,
} from '../../money/wallets/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import { type CashbackClient, grantRewards, largestReward, type Reward } from '../cashback/index.ts';
import type { FraudClient, HeldPurchase } from '../fraud/index.ts';
import { positionOf } from './amendments.ts';
import { purchaseRecorded } from './events.ts';
import {
  type ExternalKey,
  externalKeyOf,
  keyText,
  lookupKeysOf,
  type Purchase,
  type PurchaseSubmission,
  type RewardedPurchase,
  type SelfReports,
} from './model.ts';
import {
  offerFor,
  refuseDuplicate,
  requireAcceptableTerms,
  requireEligibleMerchant,
  requireEligibleUser,
  requireMayReport,
  requireMayReportSelf,
  requireOffer,
  requireRecent,
} from './policies.ts';
import { movesBetween, UNREWARDED } from './position.ts';
import type { PurchaseRepository } from './repository.ts';

/** A submission with its merchant and offer from the caches. The database has not confirmed them yet. */
type Draft = {
  readonly submission: PurchaseSubmission;
  /** The external key, as text. */
  readonly key: string;
  readonly lookupKeys: readonly ExternalKey[];
  readonly purchasedAt: Temporal.Instant;
  readonly merchant: Merchant | undefined;
  /** The offer that would reward the purchase. */
  readonly offer: Offer | undefined;
};

/** A draft that passed every rule. */
type Candidate = { readonly draft: Draft; readonly offer: Offer; readonly purchase: Purchase };

/** A merchant or an offer was deactivated after it was read from a cache, and before the purchase was made. */
class StaleCache extends Error {}

type Outcomes = Map<Draft, Outcome<RewardedPurchase>>;

export function purchaseIngestion(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  users: Pick<UserClient, 'lockUsersForShare'>;
  merchants: Pick<MerchantClient, 'findMerchants' | 'lockForShare'>;
  offers: OfferClient;
  fraud: FraudClient;
  cashback: CashbackClient;
  wallets: Pick<WalletClient, 'lockWallets' | 'applyMovements'>;
  events: EventClient;
  supportedCurrencies: readonly string[];
  selfReports: SelfReports;
  maxEventAgeDays: number;
}) {
  const { database, clock, logger, repository, users, merchants, offers, fraud, cashback, wallets, events } =
    deps;

  /**
   * Records and rewards a list of purchases in one transaction. Returns one outcome for each, in order.
   * Needs two round trips. The first one reads and locks all that the rules need. Then the rules decide in memory, and the
   * second one writes in bulk and commits. The unique key of the external id decides races: the loser retries the whole
   * transaction and finds the other purchase.
   */
  async function ingestPurchases(
    submissions: readonly PurchaseSubmission[],
  ): Promise<readonly Outcome<RewardedPurchase>[]> {
    const now = clock();
    // Merchants and offers come from caches, so the first attempt needs no query for them. They are checked below.
    let drafts = await draftAll(database.db, submissions, now);
    let isFirstAttempt = true;
    const { outcomeOf, holds } = await database.transaction(
      async (trx) => {
        if (!isFirstAttempt) drafts = await draftAll(trx, submissions, now);
        isFirstAttempt = false;
        return record(trx, drafts, now);
      },
      {
        usesIndexPlans: true,
        isLostRace: (error) =>
          error instanceof StaleCache || repository.isLostRace(error) || cashback.isLostRace(error),
      },
    );
    fraud.announceHolds(holds);
    return drafts.map((draft) => outcomeOf.get(draft) ?? failure(new Error('a submission has no outcome')));
  }

  async function draftAll(
    db: Db,
    submissions: readonly PurchaseSubmission[],
    now: Temporal.Instant,
  ): Promise<readonly Draft[]> {
    const merchantIds = distinct(submissions.map(({ merchantId }) => merchantId));
    const merchantOf = await merchants.findMerchants(db, merchantIds);
    const offersOf = await offers.findOffers(db, merchantIds);
    return submissions.map((submission) => {
      const { merchantId, purchasedAt = now } = submission;
      return {
        submission,
        key: keyText(externalKeyOf(submission)),
        lookupKeys: lookupKeysOf(submission),
        purchasedAt,
        merchant: merchantOf.get(merchantId),
        offer: offerFor(submission, offersOf.get(merchantId) ?? [], purchasedAt),
      };
    });
  }

  async function record(trx: Trx, drafts: readonly Draft[], now: Temporal.Instant) {
    const claims = drafts.flatMap(capClaimOf);
    const merchantIds = distinct(
      drafts.flatMap(({ merchant, purchasedAt }) =>
        merchant !== undefined && acceptsPurchasesAt(merchant, purchasedAt) ? [merchant.id] : [],
      ),
    );
    const offerIds = distinct(drafts.flatMap(({ offer }) => offer?.id ?? []));
    // Wallets are locked first: the reads after their locks see what the previous holder of the locks has committed.
    const [locked, recorded, userOf, merchantOf, validityOf, caps] = await Promise.all([
      wallets.lockWallets(trx, claims),
      repository.findByExternalKeys(
        trx,
        drafts.flatMap(({ lookupKeys }) => lookupKeys),
      ),
      users.lockUsersForShare(trx, distinct(drafts.map(({ submission }) => submission.userId))),
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

    const { outcomeOf, selected } = selectCandidates(drafts, { now, recorded, userOf, locked });
    const { candidates, holds } = await screenCandidates(trx, selected);
    // Foreign keys require this order. The purchases are sent immediately, so the database inserts them while the
    // rewards are computed here.
    repository.queueInsert(
      trx,
      candidates.map(({ purchase }) => purchase),
    );
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
    for (const [index, { draft }] of candidates.entries()) outcomeOf.set(draft, success(at(rewarded, index)));
    await refuseRepeats(trx, drafts, { recorded, rewarded }, outcomeOf);
    return { outcomeOf, holds };
  }

  /**
   * Selects the purchases to record, and refuses the drafts that break a rule. A draft whose external id is taken, in the
   * database or earlier in the list, gets no outcome here: `refuseRepeats` adds it.
   */
  function selectCandidates(
    drafts: readonly Draft[],
    known: {
      readonly now: Temporal.Instant;
      readonly recorded: readonly Purchase[];
      readonly userOf: ReadonlyMap<string, User>;
      readonly locked: readonly Wallet[];
    },
  ): { readonly outcomeOf: Outcomes; readonly selected: readonly Candidate[] } {
    const { now, recorded, userOf, locked } = known;
    const walletOf = new Map<string, Balances>(locked.map((wallet) => [walletKey(wallet), wallet]));
    /** By wallet: the most that the selected purchases can add. A reward never exceeds its purchase. */
    const addedTo = new Map<string, bigint>();
    const taken = new Set(recorded.map(keyText));
    const isTaken = ({ lookupKeys }: Draft) => lookupKeys.some((key) => taken.has(keyText(key)));
    const outcomeOf: Outcomes = new Map();
    const selected: Candidate[] = [];
    for (const draft of drafts) {
      const { submission, key, merchant, purchasedAt } = draft;
      try {
        requireMayReport(submission);
        requireMayReportSelf(submission, deps.selfReports);
        if (isTaken(draft)) continue;
        requireAcceptableTerms(submission, { supportedCurrencies: deps.supportedCurrencies, now });
        const user = requireEligibleUser(userOf.get(submission.userId), submission.userId);
        requireRecent(submission, purchasedAt, user, { now, maxEventAgeDays: deps.maxEventAgeDays });
        requireEligibleMerchant(merchant, submission.merchantId, purchasedAt);
        const offer = requireOffer(submission, draft.offer, purchasedAt);
        const wallet = walletKey(submission);
        const added = (addedTo.get(wallet) ?? 0n) + submission.amount;
        requireRoom(walletOf.get(wallet) ?? NO_MONEY, added, submission.currency);
        addedTo.set(wallet, added);
        taken.add(key);
        selected.push({ draft, offer, purchase: newPurchase(draft, offer, now) });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        outcomeOf.set(draft, failure(error));
      }
    }
    return { outcomeOf, selected };
  }

  /** Marks the candidates as held that match a rule of trust, and returns their holds. */
  async function screenCandidates(trx: Trx, selected: readonly Candidate[]) {
    const reasonsOf = await fraud.screenPurchases(
      trx,
      selected.map(({ draft, offer, purchase }) => ({
        ...purchase,
        isSelfReported: draft.submission.actor.type === 'user',
        reward: largestReward(purchase.amount, offer.terms),
      })),
    );
    if (reasonsOf.size === 0) return { candidates: selected, holds: [] };
    const holds: HeldPurchase[] = [];
    const candidates = selected.map((candidate) => {
      const { draft, purchase } = candidate;
      const reasons = reasonsOf.get(purchase.id);
      if (reasons === undefined) return candidate;
      holds.push({ purchaseId: purchase.id, reasons, requestId: draft.submission.actor.requestId });
      return { ...candidate, purchase: { ...purchase, held: true } };
    });
    return { candidates, holds };
  }

  /** Refuses the drafts that still have no outcome: they repeat a recorded purchase or one of this list. */
  async function refuseRepeats(
    trx: Trx,
    drafts: readonly Draft[],
    known: { readonly recorded: readonly Purchase[]; readonly rewarded: readonly RewardedPurchase[] },
    outcomeOf: Outcomes,
  ): Promise<void> {
    const repeats = drafts.filter((draft) => !outcomeOf.has(draft));
    if (repeats.length === 0) return;
    const rewardOf = await cashback.findRewards(
      trx,
      known.recorded.map(({ id }) => id),
    );
    const originalOf = new Map(known.rewarded.map((original) => [keyText(original.purchase), original]));
    for (const purchase of known.recorded) {
      const reward = rewardOf.get(purchase.id);
      if (reward !== undefined) originalOf.set(keyText(purchase), { purchase, reward });
    }
    for (const draft of repeats) {
      const original = draft.lookupKeys.map((key) => originalOf.get(keyText(key))).find(Boolean);
      if (original !== undefined) outcomeOf.set(draft, failure(refuseDuplicate(draft.submission, original)));
    }
  }

  function logOutcomes(
    submissions: readonly PurchaseSubmission[],
    outcomes: readonly Outcome<RewardedPurchase>[],
  ): void {
    for (const [index, submission] of submissions.entries()) logOutcome(submission, at(outcomes, index));
  }

  function logOutcome(submission: PurchaseSubmission, outcome: Outcome<RewardedPurchase>): void {
    const { actor, externalId, userId } = submission;
    const fields = {
      request_id: actor.requestId,
      external_id: externalId,
      ...(actor.type === 'partner' && { partner_id: actor.id }),
    };
    if (!outcome.ok) {
      const refusal = refusalCode(outcome.error);
      logger.info({ ...fields, user_id: userId, refusal }, 'purchase refused');
      return;
    }
    logger.info(
      { ...fields, purchase_id: outcome.value.purchase.id, ...facts(outcome.value) },
      'purchase recorded',
    );
  }

  return { ingestPurchases, logOutcomes };
}

/** The wallet and the cap that a draft needs. Empty if no offer rewards it. */
function capClaimOf({ submission: { userId, currency }, offer, purchasedAt }: Draft) {
  return offer === undefined ? [] : [{ userId, currency, purchasedAt, terms: offer.terms }];
}

function newPurchase({ submission, purchasedAt }: Draft, offer: Offer, now: Temporal.Instant): Purchase {
  const { userId, merchantId, amount, currency } = submission;
  return {
    id: newId(now),
    ...externalKeyOf(submission),
    partnerId: submission.actor.type === 'partner' ? submission.actor.id : null,
    userId,
    merchantId,
    offerId: offer.id,
    amount,
    originalAmount: amount,
    currency,
    purchasedAt,
    status: 'pending',
    held: false,
    createdAt: now,
    confirmedAt: null,
    reversedAt: null,
    reversalReason: null,
    revision: 0,
  };
}

function movementsOf(reward: Reward): Movement[] {
  const { purchaseId, userId, currency } = reward;
  const source = { type: 'purchase', id: purchaseId } as const;
  return movesBetween(UNREWARDED, positionOf(reward)).map((move) => ({ ...move, userId, currency, source }));
}

function facts({ purchase, reward }: RewardedPurchase) {
  return {
    external_id: purchase.externalId,
    user_id: purchase.userId,
    amount: formatMoney(purchase.amount, purchase.currency),
    cashback_amount: formatMoney(reward.amount, reward.currency),
    currency: purchase.currency,
  };
}
