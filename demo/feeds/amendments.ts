import { mapConcurrently } from './concurrency.ts';
import type { RecordedPurchase } from './ingestion.ts';
import type { PartialReturn } from './partial-return.ts';
import { type Fault, type PlatformClient, reasonOf } from './platform-client.ts';
import type { Report } from './progress.ts';
import type { Refusal } from './refusal.ts';

export type Amendments = {
  readonly byAmount: number;
  readonly byLines: number;
  /** The number of statements that the platform had from an earlier run. */
  readonly repeated: number;
  readonly refusals: readonly Refusal[];
};

const BATCH = 10;

/** Amends the purchases of which a part came back at this moment. Every run sends all statements, like a real shop. */
export async function takePartialReturns(
  client: PlatformClient,
  stage: string,
  partialReturns: readonly PartialReturn[],
  purchases: readonly RecordedPurchase[],
  report: Report,
): Promise<Amendments> {
  const purchaseOf = new Map(purchases.map((purchase) => [purchase.line.externalId, purchase]));
  const due = partialReturns.flatMap((partial) => {
    // The external id may belong to a purchase of another merchant, which this feed must not amend.
    const purchase = purchaseOf.get(partial.externalId);
    return purchase === undefined ? [] : [{ partial, purchase }];
  });
  const counts = { byAmount: 0, byLines: 0, repeated: 0 };
  const refusals: Refusal[] = [];

  const progress = report.begin(stage, due.length);
  for (let start = 0; start < due.length; start += BATCH) {
    const batch = due.slice(start, start + BATCH);
    const before = await mapConcurrently(batch, ({ purchase }) => readRevision(client, purchase));
    const { results } = await client.post('/purchases/settlements', {
      body: batch.map(({ partial: { version, reason, statement }, purchase: { id } }) => ({
        purchase_id: id,
        action: 'amend' as const,
        version,
        reason,
        ...statement,
      })),
    });
    const after = await mapConcurrently(batch, ({ purchase }) => readRevision(client, purchase));
    for (const [index, { partial, purchase }] of batch.entries()) {
      const error = results[index]?.error;
      if (error !== undefined) refusals.push(refuse(stage, purchase, error));
      else if (after[index] === before[index]) counts.repeated += 1;
      else counts['lines' in partial.statement ? 'byLines' : 'byAmount'] += 1;
    }
    progress.advance(batch.length);
  }
  progress.end();
  return { ...counts, refusals };
}

/** The number of statements that the platform has of a purchase. */
async function readRevision(client: PlatformClient, { id }: RecordedPurchase): Promise<number> {
  const { revision } = await client.get('/purchases/{id}', { params: { path: { id } } });
  return revision;
}

function refuse(stage: string, { line }: RecordedPurchase, error: Fault): Refusal {
  const { lineNumber, externalId: value } = line;
  return { stage, line: lineNumber, column: 'external_id', value, code: error.code, reason: reasonOf(error) };
}
