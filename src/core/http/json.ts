import { isUtf8 } from 'node:buffer';
import { type Violation, validationError } from '../errors.ts';

/*
 * JSON.parse changes data without a word: 9007199254740993 becomes …992, 1e2 becomes 100, a lone surrogate is
 * stored as U+FFFD so that two different keys collide, and \u0000 is a server error in PostgreSQL. Money and
 * idempotency keys must arrive as they were sent, so such values are refused before anything sees them.
 */

/** Cheap signs that a text may hold such a value; all but a few bodies pass without a second look. */
const SUSPICIOUS = /[:[,]\s*-?\d[\d.]*[eE]|[\d.]{16}|\\u(?:0000|[dD][89a-fA-F])/;

const MAX_EXACT_DIGITS = 15;

/**
 * A body. In a list, an item that holds a value which cannot be kept as it was sent becomes a `RefusedItem`, so that
 * it spoils no other.
 * @throws VALIDATION_ERROR when the text is no JSON, or is no list and holds such a value.
 */
export function parseJson(text: string): unknown {
  if (!SUSPICIOUS.test(text)) return parse(text, JSON.parse);
  const value = parse(text, readExactly);
  if (Array.isArray(value)) return value.map(refuseUnkeepable);
  const violations = violationsIn(value);
  if (violations.length > 0) throw validationError({ violations });
  return value;
}

/** The text of a body. @throws VALIDATION_ERROR when it is not UTF-8. */
export function decodeBody(body: Buffer): string {
  if (!isUtf8(body)) throw malformed('must be UTF-8');
  return body.toString('utf8');
}

/** The lines of an NDJSON text, each parsed or its refusal. Blank lines do not count. */
export function parseNdjson(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    try {
      return refuseUnkeepable(parse(line, readExactly));
    } catch (error) {
      return new RefusedItem(undefined, error);
    }
  });
}

/** Stands for an item of a list body that was refused as it was read, until the route answers for it. */
export class RefusedItem {
  readonly item: unknown;
  readonly error: unknown;

  constructor(item: unknown, error: unknown) {
    this.item = item;
    this.error = error;
  }
}

function refuseUnkeepable(item: unknown): unknown {
  const violations = violationsIn(item);
  return violations.length === 0 ? item : new RefusedItem(item, validationError({ violations }));
}

/** Stands for a value that JSON.parse cannot keep as it was sent. */
class Unkeepable {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

function violationsIn(value: unknown, path: readonly string[] = []): Violation[] {
  if (value instanceof Unkeepable) return [{ field: path.join('.') || 'body', reason: value.reason }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    isStorable(key)
      ? violationsIn(member, [...path, key])
      : [{ field: 'body', reason: 'must be named in well-formed Unicode without NUL' }],
  );
}

function parse(text: string, read: (text: string) => unknown): unknown {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed('must be valid JSON');
    throw error;
  }
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** JSON.parse with the source text of each value (ECMAScript 2026), which its type does not tell of yet. */
const parseExactly = JSON.parse as (text: string, reviver: Reviver) => unknown;

function readExactly(text: string): unknown {
  return parseExactly(text, markUnkeepable);
}

function markUnkeepable(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value === 'number' && source !== undefined && !isPlainDecimal(source)) {
    return new Unkeepable(`must be a plain decimal of at most ${MAX_EXACT_DIGITS} digits`);
  }
  if (typeof value === 'string' && !isStorable(value)) {
    return new Unkeepable('must be well-formed Unicode without NUL');
  }
  return value;
}

function isPlainDecimal(source: string): boolean {
  return /^-?[\d.]+$/.test(source) && source.replace(/\D/g, '').replace(/^0+/, '').length <= MAX_EXACT_DIGITS;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function malformed(reason: string) {
  return validationError({ violations: [{ field: 'body', reason }] });
}
