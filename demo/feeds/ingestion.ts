import { divideHalfEven, moneyFromNumeric } from '../../src/core/money.ts';
import type { Customers } from './customers.ts';
import { type Duplicate, findLookalikes, type Lookalike } from './duplicates.ts';
import type { Feed } from './feed.ts';
import {
  type Fault,
  type PlatformClient,
  reasonOf,
  type Violation,
  violationsOf,
} from './platform-client.ts';
import { type Programme, TERMS } from './programme.ts';
import type { Report } from './progress.ts';
import type { FeedLine } from './purchase-lines.ts';
import { byLine, type Refusal } from './refusal.ts';

/** A purchase of the feed that is recorded on the platform. */
export type RecordedPurchase = {
  readonly id: string;
  /** The first line that names it. */
  readonly line: FeedLine;
  /** The number by which the demo decides whether to confirm, reverse or return the purchase. */
  readonly number: bigint;
  readonly status: string;
};

export type Ingestion = {
  /** Each purchase once, with its latest status. */
  readonly purchases: readonly RecordedPurchase[];
  readonly accepted: number;
  readonly duplicates: number;
  /** The number of duplicates whose content differs from the first report. */
  readonly differing: number;
  /** The number of accepted purchases whose reward was reduced by the monthly cap. */
  readonly capped: number;
  /** All duplicates except those that repeat an earlier run of the feed. */
  readonly named: readonly Duplicate[];
  readonly lookalikes: readonly Lookalike[];
  /** All refusals in the order of the file, including lines that are not purchases. */
  readonly refusals: readonly Refusal[];
};

type DuplicateDetails = {
  readonly purchase?: { readonly id: string; readonly status: string; readonly merchant_id: string };
  readonly differences?: readonly string[];
};

const BATCH = 500;

/** Reports every line in the order of the feed, one batch after the other, because the order decides about caps. */
export async function ingestPurchases(
  client: PlatformClient,
  { lines, refusals: refusedBefore }: Feed,
  { merchantId }: Programme,
  { userIdOf }: Customers,
  report: Report,
): Promise<Ingestion> {
  const purchases = new Map<string, RecordedPurchase>();
  const refusals = [...refusedBefore];
  const named: Duplicate[] = [];
  let accepted = 0;
  let duplicates = 0;
  let differing = 0;
  let capped = 0;

  const progress = report.begin('ingestion', lines.length);
  for (let start = 0; start < lines.length; start += BATCH) {
    const batch = lines.slice(start, start + BATCH);
    const { results } = await client.post('/purchases/batch', {
      body: batch.map((line) => submission(line, merchantId, userIdOf)),
    });
    for (const [index, line] of batch.entries()) {
      const { externalId } = line;
      const earlier = purchases.get(externalId)?.line;
      const { id, cashback_amount: reward = '0', error } = results[index] ?? {};
      const record = (id: string, status: string) => {
        const number = numberOf(externalId, start + index + 1);
        purchases.set(externalId, { id, line: earlier ?? line, number, status });
      };
      if (id !== undefined) {
        accepted += 1;
        if (isCapped(line.amount, reward)) capped += 1;
        record(id, 'pending');
      } else if (error?.code === 'DUPLICATE_PURCHASE') {
        const { purchase, differences = [] } = error.details as DuplicateDetails;
        duplicates += 1;
        if (differences.length > 0) differing += 1;
        if (earlier !== undefined || differences.length > 0) {
          named.push({ line, earlier, differences: differences.map(columnOf) });
        }
        // The external id may belong to a purchase of another merchant, which this feed must not settle.
        if (purchase?.merchant_id === merchantId) record(purchase.id, purchase.status);
      } else if (error !== undefined) {
        refusals.push(...refusalsOf(line, error));
      }
    }
    progress.advance(batch.length);
  }
  progress.end();
  refusals.sort(byLine);
  const recorded = [...purchases.values()];
  const lookalikes = findLookalikes(recorded.map(({ line }) => line));
  return { purchases: recorded, accepted, duplicates, differing, capped, named, lookalikes, refusals };
}

/** An unknown customer is sent with the id of the feed, which the platform refuses. */
function submission(line: FeedLine, merchantId: string, userIdOf: Customers['userIdOf']) {
  return {
    external_id: line.externalId,
    user_id: userIdOf.get(line.customerId) ?? line.customerId,
    merchant_id: merchantId,
    amount: line.amount,
    currency: TERMS.currency,
    purchased_at: `${line.date}T00:00:00Z`,
  };
}

const COLUMN_OF_FIELD: Readonly<Record<string, string>> = { user_id: 'customer_id', purchased_at: 'date' };

function columnOf(field: string): string {
  return COLUMN_OF_FIELD[field] ?? field;
}

/** The refusals of the platform for a line, with the column names of the file. */
function refusalsOf(line: FeedLine, error: Fault): Refusal[] {
  return faultsOf(error).map(({ field, reason }) => {
    const column = columnOf(field);
    return {
      stage: 'ingestion',
      line: line.lineNumber,
      column,
      value: valueIn(line, column),
      code: error.code,
      reason,
    };
  });
}

function faultsOf(error: Fault): readonly Violation[] {
  const violations = violationsOf(error);
  if (violations.length > 0) return violations;
  return [{ field: FIELD_OF_CODE[error.code] ?? 'external_id', reason: reasonOf(error) }];
}

const FIELD_OF_CODE: Readonly<Record<string, string>> = {
  USER_NOT_ELIGIBLE: 'user_id',
  OFFER_NOT_AVAILABLE: 'purchased_at',
};

function valueIn({ externalId, customerId, date, amount }: FeedLine, column: string): string {
  return { customer_id: customerId, date, amount }[column] ?? externalId;
}

/** Returns the number at the end of an external id: `cdnow-000040` is line 40. Without a number, returns the position. */
export function numberOf(externalId: string, place: number): bigint {
  const [digits] = /\d+(?=\D*$)/.exec(externalId) ?? [];
  return BigInt(digits ?? place);
}

function isCapped(amount: string, reward: string): boolean {
  const uncapped = divideHalfEven(
    moneyFromNumeric(amount, TERMS.currency) * BigInt(TERMS.cashback_value),
    100n,
  );
  return moneyFromNumeric(reward, TERMS.currency) < uncapped;
}
