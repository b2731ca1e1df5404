import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { PurchaseLine, Revision } from './model.ts';

/*
 * The parts of an order, as a source names them when it reports or amends a purchase. Pure.
 */

/** Of a list of lines, the amount that counts. */
export function sumOf(lines: readonly PurchaseLine[]): bigint {
  return lines.reduce((sum, { amount, status }) => (status === 'rejected' ? sum : sum + amount), 0n);
}

/** False if two lines have the same id. */
export function areDistinct(lines: readonly Pick<PurchaseLine, 'lineId'>[]): boolean {
  return new Set(lines.map(({ lineId }) => lineId)).size === lines.length;
}

/** The lines of the latest revision that names any, otherwise those of the recording. Null if there are none. */
export function presentLines(
  revisions: readonly Revision[] = [],
  recorded: readonly PurchaseLine[] | null = null,
): readonly PurchaseLine[] | null {
  return revisions.findLast(({ lines }) => lines !== null)?.lines ?? recorded;
}

/** True while the source has not decided on every part of the purchase. */
export function hasPendingLine(lines: readonly PurchaseLine[] | null): boolean {
  return (lines ?? []).some(({ status }) => status === 'pending');
}

type LineRow = { line_id: string; amount: string; category: string | null; status: PurchaseLine['status'] };

/** The form of the API and of `jsonb` columns. */
export function lineRows(lines: readonly PurchaseLine[], currency: string): LineRow[] {
  return lines.map(({ lineId, amount, category, status }) => ({
    line_id: lineId,
    amount: formatMoney(amount, currency),
    category,
    status,
  }));
}

/** The inverse of `lineRows`, of a `jsonb` column. */
export function linesFrom(json: unknown, currency: string): PurchaseLine[] {
  return (json as LineRow[]).map(({ line_id, amount, category, status }) => ({
    lineId: line_id,
    amount: moneyFromNumeric(amount, currency),
    category,
    status,
  }));
}
