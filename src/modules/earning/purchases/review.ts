import { requireNotOwn } from '../../../core/caller.ts';
import type { Database } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { FraudClient } from '../fraud/index.ts';
import { purchaseReleased } from './events.ts';
import type { Purchase } from './model.ts';
import { requireHeld } from './policies.ts';
import type { PurchaseRepository } from './repository.ts';

export function purchaseReview(deps: {
  database: Database;
  logger: Logger;
  repository: PurchaseRepository;
  fraud: FraudClient;
  users: Pick<UserClient, 'requireActiveSender'>;
  events: EventClient;
}) {
  const { database, logger, repository, fraud, users, events } = deps;

  /**
   * Ends the hold of a purchase. The purchase stays pending and no money moves. Locks the purchase, so that either a
   * release or a concurrent settlement resolves the hold, not both.
   * @throws NOT_FOUND, FORBIDDEN for the caller's own purchase, or PURCHASE_NOT_HELD.
   */
  async function releasePurchase(purchaseId: string, actor: Actor): Promise<Purchase> {
    const released = await database.transaction(async (trx) => {
      const [purchase] = await repository.lock(trx, [purchaseId]);
      if (purchase === undefined) throw notFound('purchase', purchaseId);
      requireNotOwn(actor, purchase.userId);
      await users.requireActiveSender(trx, actor);
      requireHeld(purchase);
      await repository.endHold(trx, purchaseId);
      fraud.queueResolveHolds(trx, [{ purchaseId, resolution: 'released', actor }]);
      events.record(trx, [purchaseReleased({ actor, resourceId: purchaseId })]);
      return { ...purchase, held: false };
    });
    logger.info({ request_id: actor.requestId, purchase_id: purchaseId }, 'purchase released');
    return released;
  }

  return releasePurchase;
}
