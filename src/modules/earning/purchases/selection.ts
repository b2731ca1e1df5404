import { DomainError } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { failure, type Outcome } from '../../../core/outcome.ts';
import type { Merchant } from '../../catalogue/merchants/index.ts';
import type { Offer } from '../../catalogue/offers/index.ts';
import type { User } from '../../identity/users/index.ts';
import { type Balances, NO_MONEY, requireRoom, type Wallet, walletKey } from '../../money/wallets/index.ts';
import type { CeilingBook, FraudClient, Reason } from '../fraud/index.ts';
import { type Match, matchReport, type ReportedPurchase, reasonOf } from './matching.ts';
import {
  type AcceptedPurchase,
  externalKeyOf,
  type Purchase,
  type PurchaseSubmission,
  type SelfReports,
} from './model.ts';
import type { NameBook } from './naming.ts';
import { namesOrder, orderText, sourceOf } from './orders.ts';
import {
  requireAcceptableTerms,
  requireEligibleMerchant,
  requireEligibleUser,
  requireMayReport,
  requireMayReportSelf,
  requireOffer,
  requireOwnMerchant,
  requireRecent,
} from './policies.ts';
import type { RequireStanding } from './senders.ts';

/* Which reports of a list are recorded, which are matched and which are refused. Pure but for new ids. */

/** A submission with its merchant, its offer and all ceilings from the caches. The database has not confirmed them yet. */
export type Draft = {
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
export type Candidate = {
  readonly draft: Draft;
  readonly offer: Offer;
  readonly purchase: Purchase;
  readonly doubts: readonly Reason[];
};

/** A report of a purchase that another source has reported before. */
export type DraftMatch = {
  readonly submission: PurchaseSubmission;
  readonly now: Temporal.Instant;
  readonly purchaseId: string;
};

/** What the caller has read behind its locks. */
type Known = {
  readonly now: Temporal.Instant;
  /** False for reports that a purchase has refused: they are held instead. */
  readonly mayMatch: boolean;
  readonly names: NameBook;
  /** By `orderText`. */
  readonly ordersOf: ReadonlyMap<string, readonly ReportedPurchase[]>;
  readonly userOf: ReadonlyMap<string, User>;
  readonly requireStanding: RequireStanding;
  readonly wallets: readonly Wallet[];
};

type Rules = {
  readonly supportedCurrencies: readonly string[];
  readonly selfReports: SelfReports;
  readonly maxEventAgeDays: number;
  readonly isAboveCeiling: FraudClient['isAboveCeiling'];
};

/**
 * Selects the purchases to record and the reports to match, and refuses the drafts that break a rule. A draft whose
 * external id is taken, in the database or earlier in the list, gets no outcome here: `refuseRepeats` adds it.
 */
export function selectCandidates(
  drafts: readonly Draft[],
  known: Known,
  rules: Rules,
): {
  readonly outcomeOf: Map<Draft, Outcome<AcceptedPurchase>>;
  readonly selected: readonly Candidate[];
  readonly matches: readonly DraftMatch[];
} {
  const { now, names, userOf, requireStanding, wallets } = known;
  const { supportedCurrencies, selfReports, maxEventAgeDays } = rules;
  const walletOf = new Map<string, Balances>(wallets.map((wallet) => [walletKey(wallet), wallet]));
  /** By wallet: the most that the selected purchases can add. A reward never exceeds its purchase. */
  const addedTo = new Map<string, bigint>();
  const taken = new Set<string>();
  const outcomeOf = new Map<Draft, Outcome<AcceptedPurchase>>();
  const selected: Candidate[] = [];
  const matches: DraftMatch[] = [];
  for (const draft of drafts) {
    const { submission, key, merchant, purchasedAt } = draft;
    try {
      requireStanding(submission.actor);
      requireMayReport(submission);
      requireOwnMerchant(submission.actor, submission);
      requireMayReportSelf(submission, selfReports);
      if (taken.has(key) || names.find(submission) !== undefined) continue;
      requireAcceptableTerms(submission, { supportedCurrencies, now });
      const user = requireEligibleUser(userOf.get(submission.userId), submission);
      const match = findMatch(draft, known, rules);
      if (match?.purchase !== undefined) {
        matches.push({ submission, now, purchaseId: match.purchase.id });
        taken.add(key);
        continue;
      }
      requireRecent(submission, purchasedAt, user, { now, maxEventAgeDays });
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
  known: Pick<Known, 'mayMatch' | 'ordersOf'>,
  { isAboveCeiling }: Pick<Rules, 'isAboveCeiling'>,
): Match | undefined {
  const { amount, currency, merchantId } = submission;
  if (!namesOrder(submission)) return undefined;
  const reported = known.ordersOf.get(orderText(submission)) ?? [];
  const source = sourceOf(submission);
  const match = matchReport({ ...source, userId: submission.userId, currency }, reported);
  const subject = { partnerId: partnerOf(submission), namespace: source.namespace, merchantId, currency };
  const mayMatch = known.mayMatch && !isAboveCeiling(subject, { amount, reward: 0n }, ceilings);
  if (mayMatch || match.purchase === undefined) return match;
  return { purchase: undefined, reasons: reasonOf('same_order', match.purchase) };
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
    releaseQueue: null,
    releasedAt: null,
    revision: 0,
    orderKey: submission.orderKey ?? null,
  };
}

function partnerOf({ actor }: PurchaseSubmission): string | null {
  return actor.type === 'partner' ? actor.id : null;
}
