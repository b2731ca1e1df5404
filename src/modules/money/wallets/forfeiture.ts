import type { Clock } from '../../../core/clock.ts';
import type { Trx } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import { movementOf } from './adjustment-policies.ts';
import type { AdjustmentRepository } from './adjustment-repository.ts';
import { detailsOf, walletAdjusted } from './events.ts';
import type { Adjustment, Wallet } from './model.ts';
import type { WalletService } from './service.ts';

const REASON = 'Forfeited with the erasure of the account.';

/** What an owner gives up with the account becomes an adjustment without an administrator (ADR 0064). */
export function walletForfeiture(deps: {
  clock: Clock;
  repository: Pick<AdjustmentRepository, 'insert'>;
  wallets: Pick<WalletService, 'applyMovements'>;
  events: EventClient;
}) {
  const { clock, repository, wallets, events } = deps;

  /** Takes what is available out of locked wallets. Returns the number of wallets that had some. */
  return async (trx: Trx, locked: readonly Wallet[]): Promise<number> => {
    const adjustments = locked.filter(({ available }) => available > 0n).map(forfeited);
    for (const adjustment of adjustments) await repository.insert(trx, adjustment);
    await wallets.applyMovements(trx, adjustments.map(movementOf), locked);
    events.record(
      trx,
      adjustments.map((adjustment) => {
        const { userId } = adjustment;
        const actor: Actor = { type: 'user', id: userId, requestId: null };
        return walletAdjusted({ actor, resourceId: userId, details: detailsOf(adjustment) });
      }),
    );
    return adjustments.length;
  };

  function forfeited({ userId, currency, available }: Wallet): Adjustment {
    return {
      id: newId(),
      userId,
      currency,
      amount: available,
      direction: 'debit',
      reason: REASON,
      adminId: null,
      needsFourEyes: false,
      decision: null,
      createdAt: clock(),
    };
  }
}
