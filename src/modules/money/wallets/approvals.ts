import { requireNotOwn } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import { type Actor, type EventClient, SYSTEM } from '../../platform/events/index.ts';
import {
  APPROVAL_DAYS,
  movementOf,
  requireAwaiting,
  requireMayApprove,
  statementOf,
  statusOf,
} from './adjustment-policies.ts';
import type { AdjustmentRepository } from './adjustment-repository.ts';
import type { RequireActiveSender } from './adjustments.ts';
import { adjustmentNotAwaitingApproval } from './errors.ts';
import { adjustmentExpired, adjustmentRejected, detailsOf, walletAdjusted } from './events.ts';
import type { Adjustment, AdjustmentDecision, AdjustmentFilter, AdjustmentStatement } from './model.ts';
import type { WalletService } from './service.ts';

export type AdjustmentApprovals = ReturnType<typeof adjustmentApprovals>;

/** What becomes of adjustments that another administrator must approve. */
export function adjustmentApprovals(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: AdjustmentRepository;
  wallets: Pick<WalletService, 'applyMovements'>;
  events: EventClient;
  requireActiveSender: RequireActiveSender;
}) {
  const { database, clock, logger, repository, wallets, events } = deps;

  /**
   * Lets an adjustment take effect. @throws NOT_FOUND, FORBIDDEN for the one who made it and for the owner of the wallet,
   * ADJUSTMENT_NOT_AWAITING_APPROVAL, INSUFFICIENT_BALANCE or WALLET_FULL: it still awaits approval then.
   */
  async function approveAdjustment(id: string, actor: Actor): Promise<AdjustmentStatement> {
    const statement = await database.transaction(async (trx) => {
      const adjustment = await get(trx, id);
      requireMayApprove(adjustment, actor);
      const decided = await decide(trx, adjustment, 'approved', { actor, reason: null });
      const [entry] = await wallets.applyMovements(trx, [movementOf(decided)]);
      if (entry === undefined) throw new Error('a movement made no entry');
      await deps.requireActiveSender(trx, actor);
      const { userId: resourceId } = decided;
      events.record(trx, [walletAdjusted({ actor, resourceId, details: detailsOf(decided) })]);
      return statementOf(decided, entry.after);
    });
    log(statement, actor, 'wallet adjustment approved');
    return statement;
  }

  /**
   * Ends an adjustment without effect. The one who made it may do that.
   * @throws NOT_FOUND, FORBIDDEN for the owner of the wallet, or ADJUSTMENT_NOT_AWAITING_APPROVAL.
   */
  async function rejectAdjustment(id: string, reason: string, actor: Actor): Promise<AdjustmentStatement> {
    const statement = await database.transaction(async (trx) => {
      const adjustment = await get(trx, id);
      requireNotOwn(actor, adjustment.userId);
      const decided = await decide(trx, adjustment, 'rejected', { actor, reason });
      await deps.requireActiveSender(trx, actor);
      const { userId: resourceId } = decided;
      const details = { ...detailsOf(decided), reason };
      events.record(trx, [adjustmentRejected({ actor, resourceId, details })]);
      return statementOf(decided);
    });
    log(statement, actor, 'wallet adjustment rejected');
    return statement;
  }

  /** Ends up to `limit` adjustments that were not approved in time. Returns their number. */
  async function expireAdjustments(limit: number): Promise<number> {
    return database.transaction(async (trx) => {
      const late = await repository.findUndecided(
        trx,
        clock().subtract({ hours: 24 * APPROVAL_DAYS }),
        limit,
      );
      const expired: Adjustment[] = [];
      for (const adjustment of late) {
        const decision = { verdict: 'expired', decidedBy: null, reason: null, decidedAt: clock() } as const;
        if (await repository.insertDecision(trx, adjustment.id, decision)) expired.push(adjustment);
      }
      events.record(
        trx,
        expired.map((adjustment) =>
          adjustmentExpired({
            actor: SYSTEM,
            resourceId: adjustment.userId,
            details: detailsOf(adjustment),
          }),
        ),
      );
      return expired.length;
    });
  }

  /** Writes the decision, which waits for one that is under way. @throws ADJUSTMENT_NOT_AWAITING_APPROVAL. */
  async function decide(
    trx: Trx,
    adjustment: Adjustment,
    verdict: 'approved' | 'rejected',
    { actor, reason }: { readonly actor: Actor; readonly reason: string | null },
  ): Promise<Adjustment> {
    const decidedAt = clock();
    requireAwaiting(adjustment, decidedAt);
    const decision: AdjustmentDecision = { verdict, decidedBy: actor.id, reason, decidedAt };
    if (await repository.insertDecision(trx, adjustment.id, decision)) return { ...adjustment, decision };
    const status = statusOf(await get(trx, adjustment.id));
    throw adjustmentNotAwaitingApproval({ adjustment_id: adjustment.id, status });
  }

  async function get(trx: Trx, id: string): Promise<Adjustment> {
    const adjustment = await repository.find(trx, id);
    if (adjustment === undefined) throw notFound('adjustment', id);
    return adjustment;
  }

  /** @throws NOT_FOUND. */
  async function getAdjustment(id: string): Promise<Adjustment> {
    const adjustment = await repository.find(database.db, id);
    if (adjustment === undefined) throw notFound('adjustment', id);
    return adjustment;
  }

  function listAdjustments(filter: AdjustmentFilter, page: PageRequest): Promise<PageOf<Adjustment>> {
    return repository.list(database.db, filter, page);
  }

  function log({ id, user_id, amount, currency }: AdjustmentStatement, actor: Actor, message: string): void {
    logger.info({ request_id: actor.requestId, user_id, adjustment_id: id, amount, currency }, message);
  }

  return { approveAdjustment, rejectAdjustment, expireAdjustments, getAdjustment, listAdjustments };
}
