import type { Clock } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import { DomainError } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { at, distinct } from '../../../core/lists.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { failure, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import type { Merchant, MerchantClient } from '../../catalogue/merchants/index.ts';
import type { Offer, OfferClient } from '../../catalogue/offers/index.ts';
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
import { type CashbackClient, grantRewards, type Reward } from '../cashback/index.ts';
import type { FraudClient, HeldPurchase } from '../fraud/index.ts';
import { purchaseRecorded } from './events.ts';
import {
  externalKeyOf,
  keyText,
  type Purchase,
  type PurchaseSubmission,
  type RewardedPurchase,
} from './model.ts';
import {
  offerFor,
  refuseDuplicate,
  requireAcceptableTerms,
  requireEligibleMerchant,
  requireEligibleUser,
  requireMayReport,
  requireOffer,
} from './policies.ts';
import type { PurchaseRepository } from './repository.ts';

/** A submission with what memory knows of it, before the database is asked. */
type Draft = {
  readonly submission: PurchaseSubmission;
  /** Its external key as one text. */
  readonly key: string;
  readonly purchasedAt: Temporal.Instant;
  readonly merchant: Merchant | undefined;
  /** What it would be rewarded by. */
  readonly offer: Offer | undefined;
};

/** A draft that passed every rule. */
type Candidate = { readonly draft: Draft; readonly offer: Offer; readonly purchase: Purchase };

/** Memory is older than the database: a merchant or an offer was switched off meanwhile. */
class SwitchedOff extends Error {}

type Answers = Map<Draft, Outcome<RewardedPurchase>>;

export function purchaseIngestion(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  users: Pick<UserClient, 'lockUsersForShare'>;
  merchants: Pick<MerchantClient, 'findMerchants' | 'lockActiveForShare'>;
  offers: OfferClient;
  fraud: FraudClient;
  cashback: CashbackClient;
  wallets: Pick<WalletClient, 'lockWallets' | 'applyMovements'>;
  events: EventClient;
  supportedCurrencies: readonly string[];
}) {
  const { database, clock, logger, repository, users, merchants, offers, fraud, cashback, wallets, events } =
    deps;

  /**
   * Records and rewards a list of purchases in one transaction. Returns for each, in order, the purchase or the refusal.
   * Two steps, each one round trip to the database: read and lock all that the rules need; decide here, write in bulk and
   * commit. The unique key of the external id decides races: the loser retries everything and finds the other purchase.
   */
  async function ingestPurchases(
    submissions: readonly PurchaseSubmission[],
  ): Promise<readonly Outcome<RewardedPurchase>[]> {
    const now = clock();
    // Merchants and offers barely change: they are kept in memory, so read before the transaction.
    let drafts = await draftAll(database.db, submissions, now);
    let isFirstAttempt = true;
    const { answers, holds } = await database.transaction(
      async (trx) => {
        if (!isFirstAttempt) drafts = await draftAll(trx, submissions, now);
        isFirstAttempt = false;
        return record(trx, drafts, now);
      },
      {
        usesIndexPlans: true,
        isLostRace: (error) =>
          error instanceof SwitchedOff || repository.isLostRace(error) || cashback.isLostRace(error),
      },
    );
    fraud.announceHolds(holds);
    return drafts.map((draft) => answers.get(draft) ?? failure(new Error('a submission was not answered')));
  }

  async function draftAll(
    db: Db,
    submissions: readonly PurchaseSubmission[],
    now: Temporal.Instant,
  ): Promise<readonly Draft[]> {
    const merchantIds = distinct(submissions.map(({ merchantId }) => merchantId));
    const merchantOf = await merchants.findMerchants(db, merchantIds);
    const offersOf = await offers.findActiveOffers(db, merchantIds);
    return submissions.map((submission) => {
      const { merchantId, purchasedAt = now } = submission;
      return {
        submission,
        key: keyText(externalKeyOf(submission)),
        purchasedAt,
        merchant: merchantOf.get(merchantId),
        offer: offerFor(submission, offersOf.get(merchantId) ?? [], purchasedAt),
      };
    });
  }

  async function record(trx: Trx, drafts: readonly Draft[], now: Temporal.Instant) {
    const claims = drafts.flatMap(capClaimOf);
    const merchantIds = distinct(drafts.flatMap(({ merchant }) => (merchant?.active ? [merchant.id] : [])));
    const offerIds = distinct(drafts.flatMap(({ offer }) => offer?.id ?? []));
    // Wallets first: reads behind their locks see what the previous owner of the locks has written.
    const [locked, recorded, userOf, activeMerchants, activeOffers, caps] = await Promise.all([
      wallets.lockWallets(trx, claims),
      repository.findByExternalKeys(
        trx,
        drafts.map(({ submission }) => externalKeyOf(submission)),
      ),
      users.lockUsersForShare(trx, distinct(drafts.map(({ submission }) => submission.userId))),
      merchants.lockActiveForShare(trx, merchantIds),
      offers.lockActiveForShare(trx, offerIds),
      cashback.lockCaps(trx, claims),
    ]);
    const isCurrent =
      merchantIds.every((id) => activeMerchants.has(id)) && offerIds.every((id) => activeOffers.has(id));
    if (!isCurrent) throw new SwitchedOff();

    const { answers, selected } = selectCandidates(drafts, { now, recorded, userOf, locked });
    const { candidates, holds } = await screenCandidates(trx, selected);
    // In this order, so that each row comes after those that it refers to. The purchases leave at once, and the database
    // is at work on them while their rewards are decided.
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
    await wallets.applyMovements(trx, rewards.flatMap(movementOf), locked);
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
    for (const [index, { draft }] of candidates.entries()) answers.set(draft, success(at(rewarded, index)));
    await answerRepeats(trx, drafts, { recorded, rewarded }, answers);
    return { answers, holds };
  }

  /**
   * The purchases to record. A draft that breaks a rule is answered at once; one whose external id is known, in the
   * database or earlier in the list, is left for `answerRepeats`.
   */
  function selectCandidates(
    drafts: readonly Draft[],
    known: {
      readonly now: Temporal.Instant;
      readonly recorded: readonly Purchase[];
      readonly userOf: ReadonlyMap<string, User>;
      readonly locked: readonly Wallet[];
    },
  ): { readonly answers: Answers; readonly selected: readonly Candidate[] } {
    const { now, recorded, userOf, locked } = known;
    const walletOf = new Map<string, Balances>(locked.map((wallet) => [walletKey(wallet), wallet]));
    /** What the selected purchases may add to each wallet at most: no reward is more than its purchase. */
    const addedTo = new Map<string, bigint>();
    const taken = new Set(recorded.map(keyText));
    const answers: Answers = new Map();
    const selected: Candidate[] = [];
    for (const draft of drafts) {
      const { submission, key, merchant, purchasedAt } = draft;
      try {
        requireMayReport(submission);
        if (taken.has(key)) continue;
        requireAcceptableTerms(submission, { supportedCurrencies: deps.supportedCurrencies, now });
        requireEligibleUser(userOf.get(submission.userId), submission.userId);
        requireEligibleMerchant(merchant, submission.merchantId);
        const offer = requireOffer(submission, draft.offer, purchasedAt);
        const wallet = walletKey(submission);
        const added = (addedTo.get(wallet) ?? 0n) + submission.amount;
        requireRoom(walletOf.get(wallet) ?? NO_MONEY, added, submission.currency);
        addedTo.set(wallet, added);
        taken.add(key);
        selected.push({ draft, offer, purchase: newPurchase(draft, offer, now) });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        answers.set(draft, failure(error));
      }
    }
    return { answers, selected };
  }

  /** The candidates as they are recorded: held where a velocity rule was met. */
  async function screenCandidates(trx: Trx, selected: readonly Candidate[]) {
    const reasonsOf = await fraud.screenPurchases(
      trx,
      selected.map(({ purchase }) => purchase),
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

  /** What is unanswered now is a repeat: of a purchase recorded earlier, or of one in this list. */
  async function answerRepeats(
    trx: Trx,
    drafts: readonly Draft[],
    known: { readonly recorded: readonly Purchase[]; readonly rewarded: readonly RewardedPurchase[] },
    answers: Answers,
  ): Promise<void> {
    const repeats = drafts.filter((draft) => !answers.has(draft));
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
      const original = originalOf.get(draft.key);
      if (original !== undefined) answers.set(draft, failure(refuseDuplicate(draft.submission, original)));
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

/** What a draft claims of a wallet and a cap, if anything. */
function capClaimOf({ submission: { userId, currency }, offer, purchasedAt }: Draft) {
  return offer === undefined ? [] : [{ userId, currency, purchasedAt, terms: offer.terms }];
}

function newPurchase({ submission, purchasedAt }: Draft, offer: Offer, now: Temporal.Instant): Purchase {
  const { userId, merchantId, amount, currency } = submission;
  return {
    id: newId(now),
    ...externalKeyOf(submission),
    userId,
    merchantId,
    offerId: offer.id,
    amount,
    currency,
    purchasedAt,
    status: 'pending',
    held: false,
    createdAt: now,
    confirmedAt: null,
    reversedAt: null,
    reversalReason: null,
  };
}

/** What a reward moves: nothing, where the cap left nothing. */
function movementOf({ purchaseId, userId, currency, amount }: Reward): Movement[] {
  if (amount === 0n) return [];
  const source = { type: 'purchase', id: purchaseId } as const;
  return [{ userId, currency, amount, source, type: 'cashback_credit', from: 'platform', to: 'pending' }];
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
