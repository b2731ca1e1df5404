import type { Clock } from '../../core/clock.ts';
import type { Database, Trx } from '../../core/database.ts';
import { DomainError } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { Logger } from '../../core/logging.ts';
import { formatMoney } from '../../core/money.ts';
import { failure, type Outcome, success } from '../../core/outcome.ts';
import type { AuditClient } from '../audit/index.ts';
import type { CashbackClient, CashbackTerms, Reward } from '../cashback/index.ts';
import type { FraudClient, HeldPurchase } from '../fraud/index.ts';
import type { Merchant, MerchantClient } from '../merchants/index.ts';
import type { Offer, OfferClient } from '../offers/index.ts';
import type { UserClient } from '../users/index.ts';
import type { WalletClient } from '../wallets/index.ts';
import {
  externalKeyOf,
  nameOf,
  type Purchase,
  type PurchaseSubmission,
  type RewardedPurchase,
} from './model.ts';
import {
  refuseDuplicate,
  requireAcceptableTerms,
  requireEligibleMerchant,
  requireEligibleUser,
  requireMayReport,
  requireOffer,
} from './policies.ts';
import type { PurchaseRepository } from './repository.ts';

/** A submission that passed every rule, with the place of its answer in the list. */
type Candidate = {
  readonly index: number;
  readonly submission: PurchaseSubmission;
  readonly purchase: Purchase;
  readonly terms: CashbackTerms;
};

/** Who rewards purchases, and how: barely changes, so a process keeps it in memory. */
type Programme = {
  readonly merchantOf: ReadonlyMap<string, Merchant>;
  readonly offersOf: ReadonlyMap<string, readonly Offer[]>;
};

export function purchaseIngestion(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  users: Pick<UserClient, 'findUsers'>;
  merchants: Pick<MerchantClient, 'findMerchants'>;
  offers: OfferClient;
  fraud: FraudClient;
  cashback: CashbackClient;
  wallets: Pick<WalletClient, 'applyMovements'>;
  audit: AuditClient;
  supportedCurrencies: readonly string[];
}) {
  const { database, clock, logger, repository, users, merchants, offers, fraud, cashback, wallets, audit } =
    deps;

  /**
   * Records and rewards a list of purchases in one transaction, and answers for each in order: the purchase, or why
   * it was refused. Load, decide in TypeScript, write in bulk; the unique key of the external id has the last word.
   */
  async function ingestPurchases(
    submissions: readonly PurchaseSubmission[],
  ): Promise<readonly Outcome<RewardedPurchase>[]> {
    const programme = await readProgramme(submissions);
    const { outcomes, holds } = await database.transaction(async (trx) => {
      const answers = new Map<number, Outcome<RewardedPurchase>>();
      const selected = await selectCandidates(trx, submissions, programme, answers);
      const { candidates, holdOf } = await screenCandidates(trx, selected);
      const inserted = await repository.insert(
        trx,
        candidates.map(({ purchase }) => purchase),
      );
      const accepted = candidates.filter(({ purchase }) => inserted.has(purchase.id));
      const rewarded = await rewardPurchases(trx, accepted);
      const holds = accepted.flatMap(({ purchase }) => holdOf.get(purchase.id) ?? []);
      await fraud.recordHolds(trx, holds);
      for (const [position, { index }] of accepted.entries())
        answers.set(index, success(at(rewarded, position)));
      await answerDuplicates(trx, submissions, answers);
      const outcomes = submissions.map(
        (_, index) => answers.get(index) ?? failure(new Error('a submission was not answered')),
      );
      return { outcomes, holds };
    });
    for (const [index, outcome] of outcomes.entries()) logOutcome(submissions[index], outcome);
    fraud.announceHolds(holds);
    return outcomes;
  }

  /** The merchants and offers that the purchases are about: kept in memory, so read before the transaction. */
  async function readProgramme(submissions: readonly PurchaseSubmission[]): Promise<Programme> {
    const merchantIds = distinct(submissions.map(({ merchantId }) => merchantId));
    return {
      merchantOf: await merchants.findMerchants(database.db, merchantIds),
      offersOf: await offers.findActiveOffers(database.db, merchantIds),
    };
  }

  /**
   * The submissions to insert. A submission that breaks a rule is answered at once; one whose external id is known,
   * in the database or earlier in the list, is left for `answerDuplicates`.
   */
  async function selectCandidates(
    trx: Trx,
    submissions: readonly PurchaseSubmission[],
    { merchantOf, offersOf }: Programme,
    answers: Map<number, Outcome<RewardedPurchase>>,
  ): Promise<Candidate[]> {
    const now = clock();
    const recorded = await repository.findByExternalKeys(trx, submissions.map(externalKeyOf));
    const taken = new Set(recorded.map(nameOf));
    const userOf = await users.findUsers(trx, distinct(submissions.map(({ userId }) => userId)));

    const candidates: Candidate[] = [];
    for (const [index, submission] of submissions.entries()) {
      try {
        requireMayReport(submission);
        const name = nameOf(externalKeyOf(submission));
        if (taken.has(name)) continue;
        requireAcceptableTerms(submission, { supportedCurrencies: deps.supportedCurrencies, now });
        requireEligibleUser(userOf.get(submission.userId), submission.userId);
        requireEligibleMerchant(merchantOf.get(submission.merchantId), submission.merchantId);
        const purchasedAt = submission.purchasedAt ?? now;
        const { id: offerId, terms } = requireOffer(
          offersOf.get(submission.merchantId) ?? [],
          submission,
          purchasedAt,
        );
        taken.add(name);
        candidates.push({
          index,
          submission,
          terms,
          purchase: newPurchase(submission, offerId, purchasedAt, now),
        });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        answers.set(index, failure(error));
      }
    }
    return candidates;
  }

  /** The candidates as they are recorded: held where a velocity rule was met. */
  async function screenCandidates(trx: Trx, candidates: readonly Candidate[]) {
    const reasonsOf = await fraud.screenPurchases(
      trx,
      candidates.map(({ purchase }) => purchase),
    );
    const holdOf = new Map<string, HeldPurchase>();
    const screened = candidates.map((candidate) => {
      const { submission, purchase } = candidate;
      const reasons = reasonsOf.get(purchase.id);
      if (reasons === undefined) return candidate;
      holdOf.set(purchase.id, { purchaseId: purchase.id, reasons, requestId: submission.actor.requestId });
      return { ...candidate, purchase: { ...purchase, held: true } };
    });
    return { candidates: screened, holdOf };
  }

  async function rewardPurchases(trx: Trx, accepted: readonly Candidate[]): Promise<RewardedPurchase[]> {
    const rewards = await cashback.rewardPurchases(
      trx,
      accepted.map(({ purchase: { id, userId, amount, currency, purchasedAt }, terms }) => ({
        purchaseId: id,
        userId,
        amount,
        currency,
        purchasedAt,
        terms,
      })),
    );
    await wallets.applyMovements(
      trx,
      rewards
        // What a cap leaves may be nothing, and nothing is not moved.
        .filter(({ amount }) => amount > 0n)
        .map(({ purchaseId, userId, currency, amount }) => ({
          userId,
          currency,
          type: 'cashback_credit',
          from: 'platform',
          to: 'pending',
          amount,
          source: { type: 'purchase', id: purchaseId },
        })),
    );
    await audit.record(
      trx,
      accepted.map(({ submission: { actor }, purchase }, index) => ({
        actor,
        action: 'purchase.recorded',
        resourceType: 'purchase',
        resourceId: purchase.id,
        details: facts(purchase, at(rewards, index)),
      })),
    );
    return accepted.map(({ purchase }, index) => ({ purchase, reward: at(rewards, index) }));
  }

  /** What is unanswered now is a repeat: of a purchase recorded earlier, in this list, or at this very moment. */
  async function answerDuplicates(
    trx: Trx,
    submissions: readonly PurchaseSubmission[],
    answers: Map<number, Outcome<RewardedPurchase>>,
  ): Promise<void> {
    const repeats = submissions
      .entries()
      .filter(([index]) => !answers.has(index))
      .toArray();
    if (repeats.length === 0) return;
    const originals = await repository.findByExternalKeys(
      trx,
      repeats.map(([, submission]) => externalKeyOf(submission)),
    );
    const rewards = await cashback.findRewards(
      trx,
      originals.map(({ id }) => id),
    );
    const originalOf = new Map(originals.map((purchase) => [nameOf(purchase), purchase]));
    for (const [index, submission] of repeats) {
      const purchase = originalOf.get(nameOf(externalKeyOf(submission)));
      const reward = purchase && rewards.get(purchase.id);
      if (purchase && reward) answers.set(index, failure(refuseDuplicate(submission, { purchase, reward })));
    }
  }

  function logOutcome(submission: PurchaseSubmission | undefined, outcome: Outcome<RewardedPurchase>): void {
    const fields = {
      request_id: submission?.actor.requestId,
      external_id: submission?.externalId,
      ...(submission?.actor.type === 'partner' && { partner_id: submission.actor.id }),
    };
    if (!outcome.ok) {
      const refusal = outcome.error instanceof DomainError ? outcome.error.code : 'unknown';
      logger.info({ ...fields, user_id: submission?.userId, refusal }, 'purchase refused');
      return;
    }
    const { purchase, reward } = outcome.value;
    logger.info({ ...fields, purchase_id: purchase.id, ...facts(purchase, reward) }, 'purchase recorded');
  }

  return ingestPurchases;
}

function newPurchase(
  submission: PurchaseSubmission,
  offerId: string,
  purchasedAt: Temporal.Instant,
  now: Temporal.Instant,
): Purchase {
  const { userId, merchantId, amount, currency } = submission;
  return {
    id: newId(now),
    ...externalKeyOf(submission),
    userId,
    merchantId,
    offerId,
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

function facts(purchase: Purchase, reward: Reward) {
  return {
    external_id: purchase.externalId,
    user_id: purchase.userId,
    amount: formatMoney(purchase.amount, purchase.currency),
    cashback_amount: formatMoney(reward.amount, reward.currency),
    currency: purchase.currency,
  };
}

/** An element that is there by construction: lists that answer for each other have one length. */
function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`a list of ${list.length} has no element ${index}`);
  return element;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
