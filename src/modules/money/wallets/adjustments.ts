import type { Clock } from '../../../core/clock.ts';
import { type Database, type Trx, violates } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { type Outcome, refusalCode } from '../../../core/outcome.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { IdempotencyClient, IdempotentResponse } from '../../platform/idempotency/index.ts';
import { movementOf, newAdjustment, requireMayAdjust, statementOf } from './adjustment-policies.ts';
import type { AdjustmentRepository } from './adjustment-repository.ts';
import { adjustmentRequested, detailsOf, walletAdjusted } from './events.ts';
import { type FourEyesAbove, needsFourEyes } from './four-eyes.ts';
import { type Adjustment, type AdjustmentOrder, type AdjustmentStatement, NO_MONEY } from './model.ts';
import { balancesAfter } from './policies.ts';
import type { WalletService } from './service.ts';

/** Locks the account of a sender for share: accounts come after wallets. @throws USER_INACTIVE. */
export type RequireActiveSender = (trx: Trx, sender: Actor) => Promise<void>;

export type AdjustWallet = ReturnType<typeof walletAdjustments>;

export function walletAdjustments(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: Pick<AdjustmentRepository, 'insert'>;
  wallets: Pick<WalletService, 'lockWallets' | 'applyMovements'>;
  idempotency: IdempotencyClient;
  events: EventClient;
  requireActiveSender: RequireActiveSender;
  supportedCurrencies: readonly string[];
  fourEyesAbove: FourEyesAbove;
}) {
  const { database, clock, logger, repository, wallets, idempotency, events, supportedCurrencies } = deps;

  /**
   * Credits or debits a wallet by order of an administrator, who gives a reason. Above the limit of four eyes it only asks
   * another administrator to approve that.
   * @returns the response, or the refusal: UNSUPPORTED_CURRENCY, NOT_FOUND if there is no such user, INSUFFICIENT_BALANCE
   * or WALLET_FULL. Only a reversal may make a balance negative.
   * @throws FORBIDDEN, which no idempotency key repeats.
   */
  async function adjustWallet(
    order: AdjustmentOrder,
  ): Promise<Outcome<IdempotentResponse<AdjustmentStatement>>> {
    if (supportedCurrencies.includes(order.currency)) requireMayAdjust(order);
    const outcome = await database.transaction((trx) =>
      idempotency.once(trx, order.request, () => adjust(trx, order)),
    );
    logOutcome(order, outcome);
    return outcome;
  }

  function logOutcome(
    order: AdjustmentOrder,
    outcome: Outcome<IdempotentResponse<AdjustmentStatement>>,
  ): void {
    const fields = { request_id: order.actor.requestId, user_id: order.userId };
    if (!outcome.ok) {
      logger.info({ ...fields, refusal: refusalCode(outcome.error) }, 'wallet adjustment refused');
      return;
    }
    const { answer, replayed } = outcome.value;
    const { id, direction, amount, currency } = answer;
    const done = answer.wallet === null ? 'wallet adjustment awaits approval' : 'wallet adjusted';
    logger.info(
      { ...fields, adjustment_id: id, direction, amount, currency },
      replayed ? 'wallet adjustment response replayed' : done,
    );
  }

  async function adjust(trx: Trx, order: AdjustmentOrder): Promise<AdjustmentStatement> {
    const { actor, userId, currency } = order;
    if (!supportedCurrencies.includes(currency)) {
      throw unsupportedCurrency({ currency, supported: supportedCurrencies });
    }
    const adjustment = newAdjustment(newId(), order, {
      createdAt: clock(),
      needsFourEyes: needsFourEyes(order, deps.fourEyesAbove),
    });
    const movement = movementOf(adjustment);
    await insertForUser(trx, adjustment);
    const event = { actor, resourceId: userId, details: detailsOf(adjustment) };
    if (adjustment.needsFourEyes) {
      // Refuses now what could not be approved either. The approval asks again.
      const [wallet] = await wallets.lockWallets(trx, [order]);
      balancesAfter(wallet ?? NO_MONEY, movement);
      await deps.requireActiveSender(trx, actor);
      events.record(trx, [adjustmentRequested(event)]);
      return statementOf(adjustment);
    }
    const [entry] = await wallets.applyMovements(trx, [movement]);
    if (entry === undefined) throw new Error('a movement made no entry');
    await deps.requireActiveSender(trx, actor);
    events.record(trx, [walletAdjusted(event)]);
    return statementOf(adjustment, entry.after);
  }

  /** @throws NOT_FOUND if the user does not exist. The foreign key decides, so no lookup is needed. */
  async function insertForUser(trx: Trx, adjustment: Adjustment): Promise<void> {
    try {
      await repository.insert(trx, adjustment);
    } catch (error) {
      if (!violates(error, 'adjustments_user_id_fkey')) throw error;
      throw notFound('user', adjustment.userId);
    }
  }

  return adjustWallet;
}
