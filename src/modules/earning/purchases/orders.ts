import { compositeKey } from '../../../core/composite-key.ts';
import type { Source } from './fold.ts';
import { kindOfReporter, namespaceOf, type PurchaseSubmission } from './model.ts';

/* The order that a report names. */

export function namesOrder<One extends Pick<PurchaseSubmission, 'orderKey'>>(
  submission: One,
): submission is One & { readonly orderKey: string } {
  return submission.orderKey !== undefined;
}

/** An order as the key of a `Map`. */
export function orderText({
  merchantId,
  orderKey,
}: {
  readonly merchantId: string;
  readonly orderKey?: string | null | undefined;
}): string {
  return compositeKey(merchantId, orderKey ?? null);
}

export function sourceOf({ actor, merchantId, amount }: PurchaseSubmission) {
  return {
    namespace: namespaceOf(actor, merchantId),
    kind: kindOfReporter(actor),
    amount,
    partnerId: actor.type === 'partner' ? actor.id : null,
  } satisfies Source;
}

/**
 * Usually one list. A report of an order that another source or shopper reports in the same list comes in a later one,
 * which finds it recorded.
 */
export function roundsOf(
  submissions: readonly PurchaseSubmission[],
): readonly (readonly PurchaseSubmission[])[] {
  if (!submissions.some(namesOrder)) return [submissions];
  /** By order: who reports it, first come first. */
  const reportersOf = new Map<string, string[]>();
  const roundOf = (submission: PurchaseSubmission) => {
    if (!namesOrder(submission)) return 0;
    const order = orderText(submission);
    const reporter = compositeKey(sourceOf(submission).namespace, submission.userId);
    const reporters = reportersOf.get(order) ?? [];
    if (!reporters.includes(reporter)) reporters.push(reporter);
    reportersOf.set(order, reporters);
    return reporters.indexOf(reporter);
  };
  const rounds = Map.groupBy(submissions, roundOf);
  return [...rounds.keys()].toSorted((one, other) => one - other).map((round) => rounds.get(round) ?? []);
}
