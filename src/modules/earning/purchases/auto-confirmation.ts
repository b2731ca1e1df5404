import type { Clock } from '../../../core/clock.ts';
import { type Database, type Db, mayIsolate } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { type Outcome, success } from '../../../core/outcome.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import { SYSTEM } from '../../platform/events/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import type { FraudClient } from '../fraud/index.ts';
import type { DetailsRepository } from './details-repository.ts';
import type { PurchaseDoubts } from './doubts.ts';
import { hasPendingLine, presentLines } from './lines.ts';
import type { DuePurchase, DueWindow, Purchase } from './model.ts';
import { dueWindows } from './policies.ts';
import type { PurchaseRepository } from './repository.ts';
import type { RevisionRepository } from './revision-repository.ts';
import type { PurchaseSettlement } from './settlement.ts';

/** Off, purchases wait for a confirmation by a partner or an administrator. */
export const AUTO_CONFIRM_FLAG = 'purchase_auto_confirm';

/** Purchases per transaction. Large enough for cheap commits, small enough that requests wait only briefly for wallets. */
const BATCH = 500;

export function autoConfirmation(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  revisions: RevisionRepository;
  details: DetailsRepository;
  users: Pick<UserClient, 'findUsers'>;
  merchants: Pick<MerchantClient, 'findMerchants' | 'findActiveMerchants'>;
  flags: FlagClient;
  settlement: Pick<PurchaseSettlement, 'settleLocked' | 'logOutcomes'>;
  doubts: Pick<PurchaseDoubts, 'holdDoubtful'>;
  fraud: Pick<FraudClient, 'announceHolds' | 'findCeilings'>;
  defaultConfirmationDays: number;
}) {
  const { database, clock, logger, repository, revisions, details, users, merchants, flags } = deps;
  const { doubts, fraud } = deps;
  const { settleLocked, logOutcomes } = deps.settlement;
  // A purchase that cannot be confirmed fails alone: the others of its batch are confirmed.
  const confirmation = batcher({
    run: confirmBatch,
    isolates: mayIsolate,
    maxItems: BATCH,
    maxInFlight: 1,
    maxQueued: BATCH,
  });

  /**
   * Confirms every due purchase, in batches of one transaction each. Yields the number of confirmed purchases per batch.
   * Reads each due purchase once, in order, so that purchases that stay pending do not block the others. Concurrent runs
   * share the work.
   * @throws an error at the end if some purchases could not be confirmed. All others are confirmed.
   */
  async function* confirmDuePurchases(): AsyncGenerator<number> {
    const windows = await findWindows();
    let failed = 0;
    let after: DuePurchase | undefined;
    do {
      const due = await repository.findDue(database.db, windows, { after, limit: BATCH });
      const outcomes = await confirmation.submit(due);
      failed += reportFailures(due, outcomes);
      yield outcomes.filter((outcome) => outcome.ok && outcome.value).length;
      after = due.length === BATCH ? due.at(-1) : undefined;
    } while (after !== undefined);
    if (failed > 0) throw new Error(`${failed} purchases could not be confirmed`);
  }

  async function findWindows(): Promise<readonly DueWindow[]> {
    return dueWindows(
      await merchants.findActiveMerchants(database.db),
      deps.defaultConfirmationDays,
      clock(),
    );
  }

  /** Returns for each purchase whether it was confirmed. */
  async function confirmBatch(due: readonly DuePurchase[]): Promise<readonly Outcome<boolean>[]> {
    const ceilings = await fraud.findCeilings(database.db);
    const { settlements, outcomes, holds } = await database.transaction(
      async (trx) => {
        const wanted = await selectEligible(trx, due);
        const locked = await repository.lockDue(
          trx,
          wanted.map(({ id }) => id),
        );
        const decided = await withoutPendingLines(trx, locked);
        const { purchases: checked, holds } = await doubts.holdDoubtful(trx, decided);
        const purchases = checked.filter(({ held }) => !held);
        const settlements = purchases.map(({ id }) => ({
          actor: SYSTEM,
          purchaseId: id,
          to: 'confirmed' as const,
        }));
        return { settlements, holds, outcomes: await settleLocked(trx, settlements, purchases, ceilings) };
      },
      { usesIndexPlans: true },
    );
    fraud.announceHolds(holds);
    logOutcomes(settlements, outcomes);
    const outcomeOf = new Map(settlements.map(({ purchaseId }, index) => [purchaseId, outcomes[index]]));
    return due.map(({ id }) => {
      const outcome = outcomeOf.get(id);
      return outcome === undefined || outcome.ok ? success(outcome !== undefined) : outcome;
    });
  }

  /** Selects the purchases whose user and merchant are active, and for which no flag disables auto-confirmation. */
  async function selectEligible(db: Db, due: readonly DuePurchase[]): Promise<readonly DuePurchase[]> {
    const userOf = await users.findUsers(db, [...new Set(due.map(({ userId }) => userId))]);
    const merchantOf = await merchants.findMerchants(db, [
      ...new Set(due.map(({ merchantId }) => merchantId)),
    ]);
    const switchedOn = await flags.evaluateFlags(db, AUTO_CONFIRM_FLAG, due);
    return due.filter(
      ({ userId, merchantId }, index) =>
        userOf.get(userId)?.active && merchantOf.get(merchantId)?.active && switchedOn[index],
    );
  }

  /** Leaves out the purchases of whose lines the source has not decided every one. */
  async function withoutPendingLines<One extends Pick<Purchase, 'id' | 'revision'>>(
    db: Db,
    purchases: readonly One[],
  ): Promise<readonly One[]> {
    const [revisionsOf, linesOf] = await Promise.all([
      revisions.findOf(db, purchases),
      details.findLines(
        db,
        purchases.map(({ id }) => id),
      ),
    ]);
    return purchases.filter(({ id }) => !hasPendingLine(presentLines(revisionsOf.get(id), linesOf.get(id))));
  }

  function reportFailures(due: readonly DuePurchase[], outcomes: readonly Outcome<boolean>[]): number {
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ err: outcome.error, purchase_id: due[index]?.id }],
    );
    for (const failure of failures) logger.error(failure, 'purchase could not be confirmed');
    return failures.length;
  }

  /**
   * Returns for how many seconds the oldest due purchase has waited, 0 if none is due. Reads only the oldest purchase of
   * each merchant: if that one is not eligible, the later purchases of its merchant are not counted.
   */
  async function secondsBehind(): Promise<number> {
    const windows = await findWindows();
    const oldest = await repository.findDue(database.db, windows, { limit: windows.length, perMerchant: 1 });
    const untilOf = new Map(windows.map(({ merchantId, recordedUntil }) => [merchantId, recordedUntil]));
    const eligible = await withoutPendingLines(database.db, await selectEligible(database.db, oldest));
    const seconds = eligible.map(({ merchantId, createdAt }) =>
      createdAt.until(untilOf.get(merchantId) ?? createdAt).total('seconds'),
    );
    return Math.max(0, ...seconds);
  }

  return { confirmDuePurchases, secondsBehind };
}
