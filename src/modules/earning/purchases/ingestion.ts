import type { Clock } from '../../../core/clock.ts';
import { compositeKey } from '../../../core/composite-key.ts';
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
  walletFull,
  walletKey,
} from '../../money/wallets/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import { type CashbackClient, grantRewards, largestReward, type Reward } from '../cashback/index.ts';
import type { CeilingBook, FraudClient, HeldPurchase, Reason } from '../fraud/index.ts';
import { positionOf } from './amendments.ts';
import type { DetailsRepository } from './details-repository.ts';
import { purchaseRecorded } from './events.ts';
import type { Source } from './fold.ts';
import { type Match, matchReport, type ReportedPurchase, reasonOf } from './matching.ts';
import {
  type AcceptedPurchase,
  externalKeyOf,
  keyText,
  kindOfReporter,
  lookupKeysOf,
  namespaceOf,
  type Purchase,
  type PurchaseDetails,
  type PurchaseSubmission,
  type RewardedPurchase,
  type SelfReports,
  type Settlement,
} from './model.ts';
import { nameBook } from './naming.ts';
import {
  offerFor,
  refuseDuplicate,
  requireAcceptableTerms,
  requireEligibleMerchant,
  requireEligibleUser,
  requireMayReport,
  requireMayReportSelf,
  requireOffer,
  requireOwnMerchant,
  requireRecent,
} from './policies.ts';
import { movesBetween, UNREWARDED } from './position.ts';
import type { PurchaseRepository } from './repository.ts';
import type { PurchaseSettlement } from './settlement.ts';
import type { WitnessRepository } from './witness-repository.ts';

/** A submission with its merchant, its offer and all ceilings from the caches. The database has not confirmed them yet. */
type Draft = {
  readonly submission: PurchaseSubmission;
  /** The external key, as text. */
  readonly key: string;
  readonly purchasedAt: Temporal.Instant;
  readonly merchant: Merchant | undefined;
  /** The offer that would reward the purchase. */
  readonly offer: Offer | undefined;
  readonly ceilings: CeilingBook;
};

/** A draft that passed every rule. `doubts` come from reports of its order by other sources. */
type Candidate = {
  readonly draft: Draft;
  readonly offer: Offer;
  readonly purchase: Purchase;
  readonly doubts: readonly Reason[];
};

/** A report of a purchase that another source has reported before. */
type DraftMatch = {
  readonly submission: PurchaseSubmission;
  readonly now: Temporal.Instant;
  readonly purchaseId: string;
};

/** A merchant or an offer was deactivated after it was read from a cache, and before the purchase was made. */
class StaleCache extends Error {}

type Outcomes = Map<Draft, Outcome<AcceptedPurchase>>;

type Answers = Map<PurchaseSubmission, Outcome<AcceptedPurchase>>;

type NameBook = ReturnType<typeof nameBook>;

const NO_OUTCOME = failure(new Error('a submission has no outcome'));

/** How the match of a report was found. */
const SAME_ORDER = 'the order reference is the same';

export function purchaseIngestion(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  witnesses: Pick<WitnessRepository, 'findByKeys' | 'findOrders'>;
  settlement: Pick<PurchaseSettlement, 'settleBatch'>;
  details: DetailsRepository;
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
  const { database, clock, logger, repository, witnesses, details, settlement, users, merchants } = deps;
  const { offers, fraud, cashback, wallets, events } = deps;

  /** Records and rewards a list of purchases. Returns one outcome for each, in order. */
  async function ingestPurchases(
    submissions: readonly PurchaseSubmission[],
  ): Promise<readonly Outcome<AcceptedPurchase>[]> {
    const [first = [], ...later] = roundsOf(submissions);
    const outcomes = [await ingestRound(first)];
    for (const round of later) outcomes.push(await settled(round, () => ingestRound(round)));
    const outcomeOf = new Map(outcomes.flatMap((round) => [...round]));
    return submissions.map((submission) => outcomeOf.get(submission) ?? NO_OUTCOME);
  }

  /**
   * Records a list in one transaction. Reports of an order that another source has reported are then matched with its
   * purchase, in a second one: purchases are locked before wallets.
   */
  async function ingestRound(submissions: readonly PurchaseSubmission[], mayMatch = true): Promise<Answers> {
    const { answers, matches } = await recordAll(submissions, mayMatch);
    if (matches.length === 0) return answers;
    const matched = await settled(
      matches.map(({ submission }) => submission),
      () => settleMatches(matches),
    );
    // A report that does not match any more, because the purchase was reversed meanwhile, is recorded.
    const left = submissions.filter((submission) => !answers.has(submission) && !matched.has(submission));
    const again = left.length === 0 ? new Map() : await settled(left, () => ingestRound(left, false));
    return new Map([...answers, ...matched, ...again]);
  }

  /** Leaves out what the purchase refuses. */
  async function settleMatches(matches: readonly DraftMatch[]): Promise<Answers> {
    const outcomes = await settlement.settleBatch(matches.map(settlementOf));
    const isFinal = (outcome: Outcome<unknown>) =>
      outcome.ok || !(outcome.error instanceof DomainError) || outcome.error.code === walletFull.code;
    return new Map(
      matches.flatMap(({ submission }, index) => {
        const outcome = at(outcomes, index);
        if (!isFinal(outcome)) return [];
        return [[submission, outcome.ok ? success({ ...outcome.value, matched: true }) : outcome]];
      }),
    );
  }

  /**
   * Records what can be recorded in one transaction, and says what is to be matched.
   * Needs two round trips. The first one reads and locks all that the rules need. Then the rules decide in memory, and the
   * second one writes in bulk and commits. The unique key of the external id decides races: the loser retries the whole
   * transaction and finds the other purchase.
   */
  async function recordAll(submissions: readonly PurchaseSubmission[], mayMatch: boolean) {
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
    // Wallets are locked first: the reads after their locks see what the previous holder of the locks has committed.
    const keys = drafts.flatMap(({ submission }) => lookupKeysOf(submission));
    const [locked, recorded, reported, ordered, userOf, merchantOf, validityOf, caps] = await Promise.all([
      wallets.lockWallets(trx, claims),
      repository.findByExternalKeys(trx, keys),
      witnesses.findByKeys(trx, keys),
      witnesses.findOrders(trx, drafts.map(({ submission }) => submission).filter(namesOrder)),
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

    const names = nameBook(recorded, reported);
    const ordersOf = Map.groupBy(ordered, ({ purchase }) => orderText(purchase));
    const { outcomeOf, selected, matches } = selectCandidates(drafts, {
      now,
      mayMatch,
      names,
      ordersOf,
      userOf,
      locked,
    });
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

  /**
   * Selects the purchases to record and the reports to match, and refuses the drafts that break a rule. A draft whose
   * external id is taken, in the database or earlier in the list, gets no outcome here: `refuseRepeats` adds it.
   */
  function selectCandidates(
    drafts: readonly Draft[],
    known: {
      readonly now: Temporal.Instant;
      readonly mayMatch: boolean;
      readonly names: NameBook;
      readonly ordersOf: ReadonlyMap<string, readonly ReportedPurchase[]>;
      readonly userOf: ReadonlyMap<string, User>;
      readonly locked: readonly Wallet[];
    },
  ) {
    const { now, names, userOf, locked } = known;
    const walletOf = new Map<string, Balances>(locked.map((wallet) => [walletKey(wallet), wallet]));
    /** By wallet: the most that the selected purchases can add. A reward never exceeds its purchase. */
    const addedTo = new Map<string, bigint>();
    const taken = new Set<string>();
    const outcomeOf: Outcomes = new Map();
    const selected: Candidate[] = [];
    const matches: DraftMatch[] = [];
    for (const draft of drafts) {
      const { submission, key, merchant, purchasedAt } = draft;
      try {
        requireMayReport(submission);
        requireOwnMerchant(submission.actor, submission);
        requireMayReportSelf(submission, deps.selfReports);
        if (taken.has(key) || names.find(submission) !== undefined) continue;
        requireAcceptableTerms(submission, { supportedCurrencies: deps.supportedCurrencies, now });
        const user = requireEligibleUser(userOf.get(submission.userId), submission.userId);
        const match = findMatch(draft, known);
        if (match?.purchase !== undefined) {
          matches.push({ submission, now, purchaseId: match.purchase.id });
          taken.add(key);
          continue;
        }
        requireRecent(submission, purchasedAt, user, { now, maxEventAgeDays: deps.maxEventAgeDays });
        requireEligibleMerchant(merchant, submission.merchantId, purchasedAt);
        const offer = requireOffer(submission, draft.offer, purchasedAt);
        const wallet = walletKey(submission);
        const added = (addedTo.get(wallet) ?? 0n) + submission.amount;
        requireRoom(walletOf.get(wallet) ?? NO_MONEY, added, submission.currency);
        addedTo.set(wallet, added);
        taken.add(key);
        selected.push({
          draft,
          offer,
          purchase: newPurchase(draft, offer, now),
          doubts: match?.reasons ?? [],
        });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        outcomeOf.set(draft, failure(error));
      }
    }
    return { outcomeOf, selected, matches };
  }

  /** Compares a report with those of its order by other sources. Undefined if the report does not name its order. */
  function findMatch(
    { submission, ceilings }: Draft,
    known: {
      readonly mayMatch: boolean;
      readonly ordersOf: ReadonlyMap<string, readonly ReportedPurchase[]>;
    },
  ): Match | undefined {
    const { amount, currency, merchantId } = submission;
    if (!namesOrder(submission)) return undefined;
    const reported = known.ordersOf.get(orderText(submission)) ?? [];
    const source = sourceOf(submission);
    const match = matchReport({ ...source, userId: submission.userId, currency }, reported);
    const subject = { partnerId: partnerOf(submission), namespace: source.namespace, merchantId, currency };
    const mayMatch = known.mayMatch && !fraud.isAboveCeiling(subject, { amount, reward: 0n }, ceilings);
    if (mayMatch || match.purchase === undefined) return match;
    return { purchase: undefined, reasons: reasonOf('same_order', match.purchase) };
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

  function logOutcomes(
    submissions: readonly PurchaseSubmission[],
    outcomes: readonly Outcome<AcceptedPurchase>[],
  ): void {
    for (const [index, submission] of submissions.entries()) logOutcome(submission, at(outcomes, index));
  }

  function logOutcome(submission: PurchaseSubmission, outcome: Outcome<AcceptedPurchase>): void {
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
      outcome.value.matched ? 'purchase matched' : 'purchase recorded',
    );
  }

  return { ingestPurchases, logOutcomes };
}

/**
 * Usually one list. A report of an order that another source or shopper reports in the same list comes in a later one,
 * which finds it recorded.
 */
function roundsOf(submissions: readonly PurchaseSubmission[]): readonly (readonly PurchaseSubmission[])[] {
  if (!submissions.some(namesOrder)) return [submissions];
  /** By order: who reports it, first come first. */
  const reportersOf = new Map<string, string[]>();
  const roundOf = (submission: PurchaseSubmission) => {
    if (!namesOrder(submission)) return 0;
    const order = orderText(submission);
    const reporter = compositeKey(sourceOf(submission).namespace, submission.userId);
    const reporters = reportersOf.get(order) ?? [];
    if (!reporters.includes(reporter)) reporters.push(reporter);
    reportersOf.set(order, reporters);
    return reporters.indexOf(reporter);
  };
  const rounds = Map.groupBy(submissions, roundOf);
  return [...rounds.keys()].toSorted((one, other) => one - other).map((round) => rounds.get(round) ?? []);
}

/** An error of a later transaction concerns its own items: the earlier ones are committed. */
async function settled(
  submissions: readonly PurchaseSubmission[],
  work: () => Promise<Answers>,
): Promise<Answers> {
  return work().catch((error) => new Map(submissions.map((submission) => [submission, failure(error)])));
}

function namesOrder<One extends Pick<PurchaseSubmission, 'orderKey'>>(
  submission: One,
): submission is One & { readonly orderKey: string } {
  return submission.orderKey !== undefined;
}

function orderText({
  merchantId,
  orderKey,
}: {
  readonly merchantId: string;
  readonly orderKey?: string | null | undefined;
}): string {
  return compositeKey(merchantId, orderKey ?? null);
}

function partnerOf({ actor }: PurchaseSubmission): string | null {
  return actor.type === 'partner' ? actor.id : null;
}

function sourceOf({ actor, merchantId, amount }: PurchaseSubmission): Source {
  return { namespace: namespaceOf(actor, merchantId), kind: kindOfReporter(actor), amount };
}

function settlementOf({ submission, now, purchaseId }: DraftMatch): Settlement {
  const { actor, currency, lines } = submission;
  const witness = { ...sourceOf(submission), ...externalKeyOf(submission), currency, reportedAt: now };
  const said = { witness, reason: SAME_ORDER, ...(lines !== undefined && { lines }) };
  return { actor, purchaseId, to: 'matched', ...said };
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
    partnerId: partnerOf(submission),
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
    orderKey: submission.orderKey ?? null,
  };
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

function facts({ purchase, reward }: RewardedPurchase) {
  return {
    external_id: purchase.externalId,
    user_id: purchase.userId,
    amount: formatMoney(purchase.amount, purchase.currency),
    cashback_amount: formatMoney(reward.amount, reward.currency),
    currency: purchase.currency,
  };
}
