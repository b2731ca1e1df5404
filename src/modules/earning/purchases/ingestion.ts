import { DomainError } from '../../../core/errors.ts';
import { at } from '../../../core/lists.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { failure, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import { walletFull } from '../../money/wallets/index.ts';
import { type AcceptedPurchase, externalKeyOf, type PurchaseSubmission, type Settlement } from './model.ts';
import { roundsOf, sourceOf } from './orders.ts';
import { type Answers, facts, purchaseRecording, type RecordingDeps } from './recording.ts';
import type { DraftMatch } from './selection.ts';
import type { PurchaseSettlement } from './settlement.ts';

const NO_OUTCOME = failure(new Error('a submission has no outcome'));

/** How the match of a report was found. */
const SAME_ORDER = 'the order reference is the same';

export function purchaseIngestion(
  deps: RecordingDeps & { logger: Logger; settlement: Pick<PurchaseSettlement, 'settleBatch'> },
) {
  const { logger, settlement } = deps;
  const recordAll = purchaseRecording(deps);

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

/** An error of a later transaction concerns its own items: the earlier ones are committed. */
async function settled(
  submissions: readonly PurchaseSubmission[],
  work: () => Promise<Answers>,
): Promise<Answers> {
  return work().catch((error) => new Map(submissions.map((submission) => [submission, failure(error)])));
}

function settlementOf({ submission, now, purchaseId }: DraftMatch): Settlement {
  const { actor, currency, lines } = submission;
  const witness = { ...sourceOf(submission), ...externalKeyOf(submission), currency, reportedAt: now };
  const said = { witness, reason: SAME_ORDER, ...(lines !== undefined && { lines }) };
  return { actor, purchaseId, to: 'matched', ...said };
}
