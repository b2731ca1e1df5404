import type { Clock } from '../../../core/clock.ts';
import { type Database, type Trx, violates } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { type Outcome, refusalCode } from '../../../core/outcome.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { IdempotencyClient, IdempotentResponse } from '../../platform/idempotency/index.ts';
import { walletAdjusted } from './events.ts';
import type { Adjustment, AdjustmentOrder, AdjustmentStatement } from './model.ts';
import { movementOf, newAdjustment, statementOf } from './policies.ts';
import type { WalletRepository } from './repository.ts';
import type { WalletService } from './service.ts';

export type AdjustWallet = ReturnType<typeof walletAdjustments>;

export function walletAdjustments(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: WalletRepository;
  wallets: Pick<WalletService, 'applyMovements'>;
  idempotency: IdempotencyClient;
  events: EventClient;
  supportedCurrencies: readonly string[];
}) {
  const { database, clock, logger, repository, wallets, idempotency, events, supportedCurrencies } = deps;

  /**
   * Credits or debits a wallet by order of an administrator, who gives a reason.
   * @returns the response, or the refusal: UNSUPPORTED_CURRENCY, NOT_FOUND if there is no such user, or
   * INSUFFICIENT_BALANCE. Only a reversal may make a balance negative.
   */
  async function adjustWallet(
    order: AdjustmentOrder,
  ): Promise<Outcome<IdempotentResponse<AdjustmentStatement>>> {
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
    logger.info(
      { ...fields, adjustment_id: id, direction, amount, currency },
      replayed ? 'wallet adjustment response replayed' : 'wallet adjusted',
    );
  }

  async function adjust(trx: Trx, order: AdjustmentOrder): Promise<AdjustmentStatement> {
    const { actor, userId, currency } = order;
    if (!supportedCurrencies.includes(currency)) {
      throw unsupportedCurrency({ currency, supported: supportedCurrencies });
    }
    const adjustment = newAdjustment(newId(), order, clock());
    await insertForUser(trx, adjustment);
    const [entry] = await wallets.applyMovements(trx, [movementOf(adjustment)]);
    if (entry === undefined) throw new Error('a movement made no entry');
    const statement = statementOf(adjustment, entry);
    events.record(trx, [
      walletAdjusted({
        actor,
        // The API identifies the wallets of a user by the id of the user.
        resourceId: userId,
        details: {
          adjustment_id: adjustment.id,
          direction: adjustment.direction,
          amount: statement.amount,
          currency,
          reason: adjustment.reason,
        },
      }),
    ]);
    return statement;
  }

  /** @throws NOT_FOUND if the user does not exist. The foreign key decides, so no lookup is needed. */
  async function insertForUser(trx: Trx, adjustment: Adjustment): Promise<void> {
    try {
      await repository.insertAdjustment(trx, adjustment);
    } catch (error) {
      if (!violates(error, 'adjustments_user_id_fkey')) throw error;
      throw notFound('user', adjustment.userId);
    }
  }

  return adjustWallet;
}
