import { isUtf8 } from 'node:buffer';
import { validationError } from '../errors.ts';

/*
 * JSON.parse changes data without a word: 9007199254740993 becomes …992, 1e2 becomes 100, a lone surrogate is
 * stored as U+FFFD so that two different keys collide, and \u0000 is a server error in PostgreSQL. Money and
 * idempotency keys must arrive as they were sent, so such values are refused before anything sees them.
 */

/** Cheap signs that a text may hold such a value; all but a few bodies pass without a second look. */
const SUSPICIOUS = /[:[,]\s*-?\d[\d.]*[eE]|[\d.]{16}|\\u(?:0000|[dD][89a-fA-F])/;

const MAX_EXACT_DIGITS = 15;

/** @throws VALIDATION_ERROR when the text is no JSON, or holds a value that cannot be kept as it was sent. */
export function parseJson(text: string): unknown {
  try {
    return SUSPICIOUS.test(text) ? parseExactly(text, refuseInexact) : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed('must be valid JSON');
    throw error;
  }
}

/** The text of a body. @throws VALIDATION_ERROR when it is not UTF-8. */
export function decodeBody(body: Buffer): string {
  if (!isUtf8(body)) throw malformed('must be UTF-8');
  return body.toString('utf8');
}

/** The lines of an NDJSON text, each parsed or its refusal: a broken line spoils no other. Blank lines do not count. */
export function parseNdjson(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    try {
      return parseJson(line);
    } catch (error) {
      return new MalformedLine(error);
    }
  });
}

/** Stands for a line that is no JSON, until the route answers for it. */
export class MalformedLine {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** JSON.parse with the source text of each value (ECMAScript 2026), which its type does not tell of yet. */
const parseExactly = JSON.parse as (text: string, reviver: Reviver) => unknown;

function refuseInexact(key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value === 'number' && source !== undefined && !isPlainDecimal(source)) {
    throw malformed(`must be a plain decimal of at most ${MAX_EXACT_DIGITS} digits`, key);
  }
  if (!isStorable(key)) throw malformed('must be named in well-formed Unicode without NUL', 'body');
  if (typeof value === 'string' && !isStorable(value)) {
    throw malformed('must be well-formed Unicode without NUL', key);
  }
  return value;
}

function isPlainDecimal(source: string): boolean {
  return /^-?[\d.]+$/.test(source) && source.replace(/\D/g, '').replace(/^0+/, '').length <= MAX_EXACT_DIGITS;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function malformed(reason: string, field = 'body') {
  return validationError({ violations: [{ field: field === '' ? 'body' : field, reason }] });
}
