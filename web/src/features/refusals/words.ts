import { errorText, violationsOf } from '#app/errors.ts';
import { createFormat } from '#lib/format.ts';
import type { Locale } from '#lib/money.ts';

/** Why a report was refused. A report that was not valid names its fields, for the partner's engineers. */
export function refusalSentences(
  refusal: { readonly code: string; readonly message: string; readonly details: unknown },
  locale: Locale,
): readonly string[] {
  const violations = violationsOf(refusal);
  if (violations.length > 0) return violations.map(({ field, reason }) => `${field} ${reason}`);
  return [errorText(refusal, locale, createFormat(locale))];
}
