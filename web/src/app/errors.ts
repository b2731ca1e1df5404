import type { Format } from '#lib/format.ts';
import type { Locale } from '#lib/money.ts';
import { de as commonDe, en as commonEn } from '#messages/common.ts';
import { de as errorsDe, en as errorsEn } from '#messages/errors.ts';
import { ApiError, ConnectionError, type Refusal } from './client.ts';

const COMMON = { en: commonEn, de: commonDe };
const ERRORS = { en: errorsEn, de: errorsDe };

/** What the person reads about something that was thrown, or about the `error` of one item of several. */
export function errorText(error: unknown, locale: Locale, format: Format): string {
  if (error instanceof ConnectionError) return COMMON[locale].noAnswer;
  if (!isRefusal(error)) return COMMON[locale].unknownError;
  const texts = ERRORS[locale] as Readonly<Record<string, (details: never, format: Format) => string>>;
  // A newer platform may know codes that this page does not; its own sentence is then the best there is.
  return texts[error.code]?.(error.details as never, format) ?? error.message;
}

export type Violation = {
  readonly field: string;
  readonly reason: string;
  readonly rule?: string;
  readonly limit?: string;
};

/** The fields that a refusal names. Empty if it names none. */
export function violationsOf(error: unknown): readonly Violation[] {
  if (!isRefusal(error)) return [];
  const { violations } = (error.details ?? {}) as { violations?: readonly Violation[] };
  return violations ?? [];
}

/** Whether the platform may or may not have done what was asked: the answer got lost, or it does not know. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof ApiError)) return false;
  const { outcome } = error.details as { outcome?: unknown };
  return outcome === 'unknown' || error.code === 'INTERNAL_ERROR' || error.code === 'IDEMPOTENCY_IN_PROGRESS';
}

function isRefusal(error: unknown): error is Refusal {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}
