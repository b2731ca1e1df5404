import type { Database } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { SYSTEM } from '../../platform/events/index.ts';
import { type CeilingBook, type FraudClient, type ReleaseQueue, releaseLimit } from '../fraud/index.ts';
import { isAwaitingRelease, type Purchase, type RewardedPurchase } from './model.ts';
import type { QueueRepository } from './queue-repository.ts';
import type { PurchaseRepository } from './repository.ts';
import type { PurchaseSettlement } from './settlement.ts';

/** Purchases per transaction. */
const BATCH = 500;

/** Releases the rewards of confirmed purchases that had to wait, when the day has room for them. */
export function purchaseReleasing(deps: {
  database: Database;
  logger: Logger;
  repository: Pick<PurchaseRepository, 'lock'>;
  queues: Pick<QueueRepository, 'findQueues' | 'findWaiting'>;
  settlement: Pick<PurchaseSettlement, 'settleLocked'>;
  fraud: Pick<FraudClient, 'findCeilings'>;
}) {
  const { database, logger, repository, queues, settlement, fraud } = deps;

  /**
   * Goes through each queue from its oldest purchase, and yields the number of released rewards per transaction.
   * @throws an error at the end if a queue could not be worked off. The others are.
   */
  async function* releaseDue(): AsyncGenerator<number> {
    const ceilings = await fraud.findCeilings(database.db);
    const failures: unknown[] = [];
    for (const queue of await queues.findQueues(database.db)) {
      try {
        yield* releaseQueue(queue, ceilings);
      } catch (error) {
        logger.error({ err: error, ...queue }, 'rewards could not be released');
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some rewards could not be released');
  }

  async function* releaseQueue(queue: ReleaseQueue, ceilings: CeilingBook): AsyncGenerator<number> {
    const limit = releaseLimit(ceilings, queue);
    /** Still waits, although a day could hold it: so those behind it wait as well. */
    const blocks = ({ purchase, reward }: RewardedPurchase) =>
      isAwaitingRelease(purchase) && (limit === undefined || reward.amount <= limit);
    let after: Purchase | undefined;
    do {
      const { waiting, results } = await releaseNext(queue, after, ceilings);
      const released = results.filter(({ purchase }) => purchase.releasedAt !== null);
      for (const { purchase } of released) logger.info({ purchase_id: purchase.id }, 'reward released');
      yield released.length;
      after = waiting.length < BATCH || results.some(blocks) ? undefined : waiting.at(-1);
    } while (after !== undefined);
  }

  async function releaseNext(queue: ReleaseQueue, after: Purchase | undefined, ceilings: CeilingBook) {
    return database.transaction(
      async (trx) => {
        const waiting = await queues.findWaiting(trx, queue, { after, limit: BATCH });
        const ids = waiting.map(({ id }) => id);
        const locked = await repository.lock(trx, ids);
        const settlements = ids.map((id) => ({ actor: SYSTEM, purchaseId: id, to: 'available' as const }));
        const outcomes = await settlement.settleLocked(trx, settlements, locked, ceilings);
        return { waiting, results: outcomes.flatMap((outcome) => (outcome.ok ? outcome.value : [])) };
      },
      { usesIndexPlans: true },
    );
  }

  return releaseDue;
}
