import type { Clock } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import { firstIdAt } from '../../../core/id.ts';
import type { FraudClient, HeldPurchase } from '../fraud/index.ts';
import { doubtsOf } from './matching.ts';
import type { Purchase } from './model.ts';
import type { PurchaseRepository } from './repository.ts';
import type { WitnessRepository } from './witness-repository.ts';

/** The most purchases that one run of the job checks. All others are checked before they are confirmed. */
const BATCH = 5_000;

/** The age of the oldest purchases that the first run of a process checks. */
const FIRST_RUN = { hours: 1 };

export type PurchaseDoubts = ReturnType<typeof purchaseDoubts>;

/** Holds purchases that another source seems to have reported already, before money can leave. */
export function purchaseDoubts(deps: {
  database: Database;
  clock: Clock;
  repository: PurchaseRepository;
  witnesses: WitnessRepository;
  fraud: FraudClient;
}) {
  const { database, clock, repository, witnesses, fraud } = deps;

  /**
   * Holds the doubtful ones of the purchases, which the caller has locked. Returns all of them as they are then, and the
   * holds, to be announced after COMMIT.
   */
  async function holdDoubtful(
    trx: Trx,
    purchases: readonly Purchase[],
  ): Promise<{ readonly purchases: readonly Purchase[]; readonly holds: readonly HeldPurchase[] }> {
    const holds = await findDoubtful(trx, purchases);
    if (holds.length === 0) return { purchases, holds };
    const doubted = new Set(holds.map(({ purchaseId }) => purchaseId));
    const checked = purchases.map((one) => (doubted.has(one.id) ? { ...one, held: true } : one));
    repository.queueHold(
      trx,
      checked.filter(({ id }) => doubted.has(id)),
    );
    fraud.queueHolds(trx, holds);
    return { purchases: checked, holds };
  }

  /** The pending purchases that are not held and seem to be another one. One that an administrator released stays released. */
  async function findDoubtful(db: Db, purchases: readonly Purchase[]): Promise<HeldPurchase[]> {
    const open = purchases.filter(({ status, held }) => status === 'pending' && !held);
    const twinsOf = await witnesses.findTwins(db, open);
    if (twinsOf.size === 0) return [];
    const suspects = open.filter(({ id }) => twinsOf.has(id));
    const sourcesOf = await witnesses.findSources(db, suspects);
    const doubtful = suspects.flatMap((purchase) => {
      const reported = { purchase, sources: sourcesOf.get(purchase.id) ?? [] };
      const reasons = doubtsOf(reported, twinsOf.get(purchase.id) ?? []);
      return reasons.length > 0 ? [{ purchaseId: purchase.id, reasons, requestId: null }] : [];
    });
    if (doubtful.length === 0) return [];
    const holdOf = await fraud.findHolds(
      db,
      doubtful.map(({ purchaseId }) => purchaseId),
    );
    return doubtful.filter(({ purchaseId }) => {
      const hold = holdOf.get(purchaseId);
      return hold === undefined || hold.status === 'matched';
    });
  }

  let checkedUntil: string | undefined;

  /** Yields the number of purchases held, so that reviewers see them early. Checks those that came since the last run. */
  async function* holdDoubtfulOnes(): AsyncGenerator<number> {
    const after = checkedUntil ?? firstIdAt(clock().subtract(FIRST_RUN));
    const recent = await repository.findPending(database.db, { after, limit: BATCH });
    checkedUntil = recent[0]?.id ?? after;
    const doubtful = new Set((await findDoubtful(database.db, recent)).map(({ purchaseId }) => purchaseId));
    if (doubtful.size === 0) return;
    const { holds } = await database.transaction(async (trx) =>
      holdDoubtful(trx, await repository.lockDue(trx, [...doubtful])),
    );
    fraud.announceHolds(holds);
    yield holds.length;
  }

  return { holdDoubtful, holdDoubtfulOnes };
}
