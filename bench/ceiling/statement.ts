import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The values of a purchase. */
export const SUBMISSION_VALUES = [
  'partner_id',
  'external_id',
  'user_id',
  'merchant_id',
  'amount',
  'purchased_at',
] as const;

/** The SQL of purchase.sql, with an expression for each of these values. */
export function purchaseStatement(
  sqlOf: Readonly<Record<(typeof SUBMISSION_VALUES)[number], string>>,
): string {
  const statement = readFileSync(join(import.meta.dirname, 'purchase.sql'), 'utf8').replace(/^--.*\n/gm, '');
  return SUBMISSION_VALUES.reduce(
    (text, name) => text.replaceAll(new RegExp(`(?<!:):${name}\\b`, 'g'), sqlOf[name]),
    statement,
  );
}
