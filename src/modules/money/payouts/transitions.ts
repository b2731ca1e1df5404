import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { distinct } from '../../../core/lists.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { decided, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import { requireStillActive, type User, type UserClient } from '../../identity/users/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import {
  type Balances,
  balancesAfter,
  type FourEyesAbove,
  NO_MONEY,
  type Wallet,
  type WalletClient,
  walletKey,
} from '../wallets/index.ts';
import {
  payoutCancelled,
  payoutCompleted,
  payoutFailed,
  payoutProcessing,
  payoutReturned,
} from './events.ts';
import type { Blocker, Payout, PayoutMove } from './model.ts';
import {
  isReviewed,
  moved,
  movementOf,
  requireFourEyes,
  requireMovable,
  requireUnblocked,
  requireWholeMove,
  withVerdict,
} from './policies.ts';
import type { PayoutRepository } from './repository.ts';

const MOVED = {
  processing: payoutProcessing,
  completed: payoutCompleted,
  failed: payoutFailed,
  cancelled: payoutCancelled,
  returned: payoutReturned,
} as const;

/**
 * Finds the purchases of these users that are held for review, and those that were reversed for fraud since a time.
 * Handed in by the area that knows purchases.
 */
export type FindBlockers = (
  trx: Trx,
  users: readonly { readonly userId: string; readonly since: Temporal.Instant }[],
) => Promise<readonly Blocker[]>;

/** A legal transition of a payout. */
type Step = { readonly move: PayoutMove; readonly before: Payout; readonly after: Payout };

/** What a batch has read under its locks. */
type Known = {
  readonly payouts: readonly Payout[];
  readonly wallets: readonly Wallet[];
  /** The senders of the moves and the owners of reviewed payouts. */
  readonly accounts: ReadonlyMap<string, User>;
  readonly blockersOf: ReadonlyMap<string, readonly Blocker[]>;
};

export function payoutTransitions(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PayoutRepository;
  wallets: Pick<WalletClient, 'lockWallets' | 'applyMovements'>;
  users: Pick<UserClient, 'lockUsersForShare'>;
  findBlockers: FindBlockers;
  supportedCurrencies: readonly string[];
  fourEyesAbove: FourEyesAbove;
  events: EventClient;
}) {
  const { database, clock, logger, repository, wallets, users, findBlockers, events } = deps;

  /**
   * Changes the status of a list of payouts in one transaction. Returns one outcome for each, in order. Locks the payouts,
   * so that only one of two concurrent transitions succeeds. Then locks their owners' wallets, the senders, and for a review
   * the owners.
   */
  async function moveBatch(moves: readonly PayoutMove[]): Promise<readonly Outcome<Payout>[]> {
    const outcomes = await database.transaction(
      async (trx) => {
        const ids = [...new Set(moves.map(({ payoutId }) => payoutId))];
        const known = await lockAndRead(trx, moves, await repository.lock(trx, ids));
        const decisions = decide(moves, known);
        await apply(
          trx,
          decisions.flatMap((decision) => (decision.ok ? [decision.value] : [])),
          known.wallets,
        );
        return decisions.map((decision) => (decision.ok ? success(decision.value.after) : decision));
      },
      { usesIndexPlans: true },
    );
    for (const [index, outcome] of outcomes.entries()) logOutcome(moves[index], outcome);
    return outcomes;
  }

  /**
   * For a review it locks the wallets of every currency: a settlement of any purchase of the owner then comes before the
   * review, which sees it, or after this transaction.
   */
  async function lockAndRead(
    trx: Trx,
    moves: readonly PayoutMove[],
    payouts: readonly Payout[],
  ): Promise<Known> {
    const reviewedIds = new Set(moves.filter(isReviewed).map(({ payoutId }) => payoutId));
    const reviewed = payouts.filter(({ id }) => reviewedIds.has(id));
    const currencies = deps.supportedCurrencies;
    const locked = await wallets.lockWallets(trx, [
      ...payouts,
      ...reviewed.flatMap(({ userId }) => currencies.map((currency) => ({ userId, currency }))),
    ]);
    const owners = ownersOf(reviewed);
    const senders = moves.flatMap(({ actor }) => actor.id ?? []);
    const [accounts, blockers] = await Promise.all([
      users.lockUsersForShare(trx, distinct([...owners.map(({ userId }) => userId), ...senders])),
      owners.length === 0 ? [] : findBlockers(trx, owners),
    ]);
    return { payouts, wallets: locked, accounts, blockersOf: Map.groupBy(blockers, ({ userId }) => userId) };
  }

  /** Decides each move after the previous ones, so that a list may process and then complete the same payout. */
  function decide(moves: readonly PayoutMove[], known: Known): Outcome<Step>[] {
    const now = clock();
    const current = new Map(known.payouts.map((payout) => [payout.id, payout]));
    const balances = new Map<string, Balances>(known.wallets.map((wallet) => [walletKey(wallet), wallet]));
    return moves.map((move) =>
      decided(() => {
        requireStillActive(known.accounts, move.actor);
        requireWholeMove(move);
        const before = requireMovable(current.get(move.payoutId), move);
        const after = isReviewed(move)
          ? withVerdict(moved(before, move, now), deps.fourEyesAbove)
          : moved(before, move, now);
        requireFourEyes(after);
        const wallet = walletKey(after);
        const balance = balances.get(wallet) ?? NO_MONEY;
        if (isReviewed(move)) {
          requireUnblocked(after, {
            active: known.accounts.get(after.userId)?.active === true,
            available: balance.available,
            blockers: known.blockersOf.get(after.userId) ?? [],
          });
        }
        balances.set(wallet, movementOf(after).reduce(balancesAfter, balance));
        current.set(after.id, after);
        return { move, before, after };
      }),
    );
  }

  /** Writes the final state of each payout once, and the movements and events of every step. */
  async function apply(trx: Trx, steps: readonly Step[], locked: readonly Wallet[]): Promise<void> {
    if (steps.length === 0) return;
    const finals = new Map(steps.map(({ after }) => [after.id, after]));
    repository.queueUpdateMoved(trx, [...finals.values()]);
    await wallets.applyMovements(
      trx,
      steps.flatMap(({ after }) => movementOf(after)),
      locked,
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

/** Each owner once, with the earliest request: what happened since then may speak against a payout. */
function ownersOf(
  payouts: readonly Payout[],
): { readonly userId: string; readonly since: Temporal.Instant }[] {
  return [...Map.groupBy(payouts, ({ userId }) => userId)].map(([userId, own]) => ({
    userId,
    since: own
      .map(({ requestedAt }) => requestedAt)
      .reduce((earliest, at) => (Temporal.Instant.compare(at, earliest) < 0 ? at : earliest)),
  }));
}
