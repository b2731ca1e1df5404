import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { decided, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { WalletClient } from '../wallets/index.ts';
import { payoutCancelled, payoutCompleted, payoutFailed, payoutProcessing } from './events.ts';
import type { Payout, PayoutMove } from './model.ts';
import { moved, movementOf, requireMovable, requireWholeMove } from './policies.ts';
import type { PayoutRepository } from './repository.ts';

const MOVED = {
  processing: payoutProcessing,
  completed: payoutCompleted,
  failed: payoutFailed,
  cancelled: payoutCancelled,
} as const;

/** A legal transition of a payout. */
type Step = { readonly move: PayoutMove; readonly before: Payout; readonly after: Payout };

export function payoutTransitions(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PayoutRepository;
  wallets: WalletClient;
  events: EventClient;
}) {
  const { database, clock, logger, repository, wallets, events } = deps;

  /**
   * Changes the status of a list of payouts in one transaction. Returns one outcome for each, in order. Locks the payouts,
   * so that only one of two concurrent transitions succeeds. Then locks the wallets to which money goes back.
   */
  async function moveBatch(moves: readonly PayoutMove[]): Promise<readonly Outcome<Payout>[]> {
    const outcomes = await database.transaction(
      async (trx) => {
        const ids = [...new Set(moves.map(({ payoutId }) => payoutId))];
        const decisions = decide(moves, await repository.lock(trx, ids));
        await apply(
          trx,
          decisions.flatMap((decision) => (decision.ok ? [decision.value] : [])),
        );
        return decisions.map((decision) => (decision.ok ? success(decision.value.after) : decision));
      },
      { usesIndexPlans: true },
    );
    for (const [index, outcome] of outcomes.entries()) logOutcome(moves[index], outcome);
    return outcomes;
  }

  /** Decides each move after the previous ones, so that a list may process and then complete the same payout. */
  function decide(moves: readonly PayoutMove[], payouts: readonly Payout[]): Outcome<Step>[] {
    const now = clock();
    const current = new Map(payouts.map((payout) => [payout.id, payout]));
    return moves.map((move) =>
      decided(() => {
        requireWholeMove(move);
        const before = requireMovable(current.get(move.payoutId), move);
        const after = moved(before, move, now);
        current.set(after.id, after);
        return { move, before, after };
      }),
    );
  }

  /** Writes the final state of each payout once, and the movements and events of every step. */
  async function apply(trx: Trx, steps: readonly Step[]): Promise<void> {
    if (steps.length === 0) return;
    const finals = new Map(steps.map(({ after }) => [after.id, after]));
    repository.queueUpdateMoved(trx, [...finals.values()]);
    await wallets.applyMovements(
      trx,
      steps.flatMap(({ after }) => movementOf(after)),
    );
    events.record(
      trx,
      steps.map(({ move, before, after }) =>
        MOVED[move.to]({
          actor: move.actor,
          resourceId: after.id,
          details: {
            from: before.status,
            user_id: after.userId,
            amount: formatMoney(after.amount, after.currency),
            currency: after.currency,
          },
        }),
      ),
    );
  }

  function logOutcome(move: PayoutMove | undefined, outcome: Outcome<Payout>): void {
    const fields = { request_id: move?.actor.requestId, payout_id: move?.payoutId };
    if (!outcome.ok) {
      const refusal = refusalCode(outcome.error);
      logger.info({ ...fields, refusal }, `payout not ${move?.to}`);
      return;
    }
    const { userId, amount, currency, status } = outcome.value;
    logger.info(
      { ...fields, user_id: userId, amount: formatMoney(amount, currency), currency },
      `payout ${status}`,
    );
  }

  return moveBatch;
}
