import type { ErrorKind } from '../../../core/errors.ts';
import { normalizeIdentifier } from '../../../core/identifier.ts';
import type { Refusal, RefusedReport } from './model.ts';

/*
 * Which answers to a report are refusals, and what is kept of them. Pure.
 */

/**
 * A rule refused the report, and the order was not recorded. A conflict is the repeat of an order that is recorded; other
 * kinds speak of the caller or the platform, and the report may be sent again as it is.
 */
const REFUSING: readonly ErrorKind[] = ['invalid', 'forbidden', 'not_found', 'unprocessable'];

export function isRefusal({ error }: RefusedReport): boolean {
  return REFUSING.includes(error.kind);
}

const MOST_CHARACTERS_OF_ID = 255;
const MOST_CHARACTERS_OF_MESSAGE = 1_000;
const MOST_CHARACTERS_OF_DETAILS = 4_000;

/** Texts of a refused report may be anything. PostgreSQL stores neither NUL nor half a character. */
export function storable(report: RefusedReport, id: string, now: Temporal.Instant): Refusal {
  const { partnerId, externalId, error, requestId } = report;
  const name = externalId === null ? '' : clean(normalizeIdentifier(externalId), MOST_CHARACTERS_OF_ID);
  const details = JSON.stringify(error.details, (_, value: unknown) =>
    typeof value === 'string' ? clean(value, MOST_CHARACTERS_OF_DETAILS) : value,
  );
  return {
    id,
    refusedAt: now,
    partnerId,
    externalId: name === '' ? null : name,
    code: error.code,
    message: clean(error.message, MOST_CHARACTERS_OF_MESSAGE),
    details: details.length > MOST_CHARACTERS_OF_DETAILS ? {} : JSON.parse(details),
    requestId,
  };
}

function clean(text: string, mostCharacters: number): string {
  return text.slice(0, mostCharacters).toWellFormed().replaceAll('\0', '\u{fffd}');
}
