import type { Database } from '../../../core/database/index.ts';
import { at, distinct } from '../../../core/lists.ts';
import { type Outcome, onlyValue, success } from '../../../core/outcome.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { PurchaseReport, PurchaseSubmission } from './model.ts';

/* Reports that name their shopper by the operator's own reference. */

/** No user has this id. The rules refuse its reports as those of any unknown user. */
const NO_USER = '00000000-0000-0000-0000-000000000000';

/** Lookups are cheap and take no locks, so their queue may be longer than that of writes. */
const LOOKUP_BATCHING = { maxItems: 1_000, maxInFlight: 2, maxQueued: 65_536 };

/** True if every report names its shopper by id, so that nothing has to be looked up. */
export function nameIds(reports: readonly PurchaseReport[]): reports is readonly PurchaseSubmission[] {
  return reports.every(namesId);
}

/**
 * Replaces references by ids before reports are batched, because batches are divided by user. Concurrent lists share a
 * query.
 */
export function shopperLookup(deps: { database: Database; users: Pick<UserClient, 'findIdsByReference'> }) {
  const { database, users } = deps;

  async function findIds(references: readonly string[]): Promise<Outcome<string>[]> {
    const idOf = await users.findIdsByReference(database.db, distinct(references));
    return references.map((reference) => success(idOf.get(reference) ?? NO_USER));
  }

  const lookups = batcher({ ...LOOKUP_BATCHING, run: findIds, isolates: () => false });

  /** @throws OVERLOADED. */
  return async (reports: readonly PurchaseReport[]): Promise<readonly PurchaseSubmission[]> => {
    const references = distinct(reports.flatMap(({ userReference }) => userReference ?? []));
    const outcomes = await lookups.submit(references);
    const idOf = new Map(references.map((reference, index) => [reference, onlyValue([at(outcomes, index)])]));
    return reports.map((report) =>
      namesId(report) ? report : { ...report, userId: idOf.get(report.userReference) ?? NO_USER },
    );
  };
}

function namesId(report: PurchaseReport): report is PurchaseSubmission {
  return report.userId !== undefined;
}
