import { compositeKey } from '../../src/core/composite-key.ts';
import { moneyFromNumeric } from '../../src/core/money.ts';
import { TERMS } from './programme.ts';
import type { FeedLine } from './purchase-lines.ts';
import { quoteValue } from './refusal.ts';

/** A line with the external id of an earlier line or of another feed. */
export type Duplicate = {
  readonly line: FeedLine;
  /** Undefined if this feed did not report the purchase. */
  readonly earlier: FeedLine | undefined;
  /** The columns in which the two lines differ. */
  readonly differences: readonly string[];
};

/** A purchase with the customer, date and amount of an earlier purchase, but with another external id. */
export type Lookalike = { readonly line: FeedLine; readonly earlier: FeedLine };

/** Finds lookalikes. A person must judge whether they are two purchases or one that was reported twice. */
export function findLookalikes(lines: readonly FeedLine[]): Lookalike[] {
  const firsts = new Map<string, FeedLine>();
  return lines.flatMap((line) => {
    const content = compositeKey(
      line.customerId,
      line.date,
      `${moneyFromNumeric(line.amount, TERMS.currency)}`,
    );
    const earlier = firsts.get(content);
    if (earlier !== undefined) return [{ line, earlier }];
    firsts.set(content, line);
    return [];
  });
}

/** `line 6, external_id "A-3": names the purchase of line 4, with another amount.` */
export function duplicateSentence({ line, earlier, differences }: Duplicate): string {
  const place = `line ${line.lineNumber}, external_id ${quoteValue(line.externalId)}`;
  if (earlier === undefined) return `${place}: names a purchase that another feed or program reported.`;
  if (differences.length === 0) return `${place}: repeats line ${earlier.lineNumber}.`;
  return `${place}: names the purchase of line ${earlier.lineNumber}, with another ${differences.join(', ')}.`;
}

export function lookalikeSentence({ line, earlier }: Lookalike): string {
  return `line ${line.lineNumber}, external_id ${quoteValue(line.externalId)}: has the customer, date and amount of line ${earlier.lineNumber}.`;
}
