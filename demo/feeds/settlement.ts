import { mapConcurrently } from './concurrency.ts';
import type { RecordedPurchase } from './ingestion.ts';
import { answerOf, type Fault, type PlatformClient, reasonOf } from './platform-client.ts';
import type { Report } from './progress.ts';
import type { Refusal } from './refusal.ts';

export type Settlement = {
  readonly purchases: readonly RecordedPurchase[];
  readonly confirmed: number;
  readonly reversed: number;
  /** Purchases that were settled before and did not change. */
  readonly untouched: number;
  readonly refusals: readonly Refusal[];
};

const CANCELLED_EVERY = 20n;
const RETURNED_EVERY = 33n;

/** The number of a purchase decides whether it is cancelled. */
export function isCancelled(number: bigint): boolean {
  return number % CANCELLED_EVERY === 0n;
}

/** Settles every pending purchase: reverses every twentieth as cancelled, and confirms all others. */
export function settlePurchases(
  client: PlatformClient,
  purchases: readonly RecordedPurchase[],
  report: Report,
): Promise<Settlement> {
  return settleAll(client, 'settlement', purchases, report, ({ status, number }) => {
    if (status !== 'pending') return undefined;
    return isCancelled(number) ? CANCELLATION : CONFIRMATION;
  });
}

/** Reverses some confirmed purchases, because the goods were returned. */
export function takeLateReturns(
  client: PlatformClient,
  purchases: readonly RecordedPurchase[],
  report: Report,
): Promise<Settlement> {
  return settleAll(client, 'late returns', purchases, report, ({ status, number }) =>
    status === 'confirmed' && number % RETURNED_EVERY === 0n ? RETURN : undefined,
  );
}

type Step = {
  readonly to: 'confirmed' | 'reversed';
  readonly take: (client: PlatformClient, id: string) => Promise<unknown>;
};

const CONFIRMATION: Step = {
  to: 'confirmed',
  take: (client, id) => client.post('/purchases/{id}/confirmation', { params: { path: { id } } }),
};
const CANCELLATION: Step = { to: 'reversed', take: reversal('cancelled') };
const RETURN: Step = { to: 'reversed', take: reversal('returned') };

function reversal(reason: 'cancelled' | 'returned'): Step['take'] {
  return (client, id) =>
    client.post('/purchases/{id}/reverse', { params: { path: { id } }, body: { reason } });
}

async function settleAll(
  client: PlatformClient,
  stage: string,
  purchases: readonly RecordedPurchase[],
  report: Report,
  stepOf: (purchase: RecordedPurchase) => Step | undefined,
): Promise<Settlement> {
  const refusals: Refusal[] = [];
  const counts = { confirmed: 0, reversed: 0 };
  const steps = new Map(
    purchases.flatMap((purchase) => {
      const step = stepOf(purchase);
      return step === undefined ? [] : [[purchase, step] as const];
    }),
  );
  const progress = report.begin(stage, steps.size);

  async function settle(purchase: RecordedPurchase): Promise<RecordedPurchase> {
    const step = steps.get(purchase);
    if (step === undefined) return purchase;
    const answer = await answerOf(step.take(client, purchase.id));
    progress.advance(1);
    if (answer.ok || (answer.isRepeat && statusIn(answer.error) === step.to)) {
      counts[step.to] += 1;
      return { ...purchase, status: step.to };
    }
    // Another client has settled the purchase since it was read. The refusal contains its status.
    const { code } = answer.error;
    const { lineNumber: line, externalId: value } = purchase.line;
    refusals.push({ stage, line, column: 'external_id', value, code, reason: reasonOf(answer.error) });
    return { ...purchase, status: String(statusIn(answer.error)) };
  }

  const settled = await mapConcurrently(purchases, settle).finally(progress.end);
  return { purchases: settled, ...counts, untouched: purchases.length - steps.size, refusals };
}

/** The status of the purchase that a refusal names. */
function statusIn({ details }: Fault): unknown {
  return details.status;
}
