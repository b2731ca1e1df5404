import { isUtf8 } from 'node:buffer';
import { namedViolations, type Violation, validationError } from '../errors.ts';
import { faultIn, itemTexts, linesOf, MAX_DEPTH, NO_JSON, type Survey, surveyJson } from './json-text.ts';

/*
 * JSON.parse changes data silently: 9007199254740993 becomes …992, 1e2 becomes 100, a lone surrogate is
 * stored as U+FFFD so that two different keys collide, and \u0000 is a server error in PostgreSQL. Money and
 * idempotency keys must arrive as they were sent, so such values are refused before anything sees them.
 */

/** Cheap signs that a text may contain such a value. Most bodies have none and skip the second check. */
const SUSPICIOUS = /[:[,]\s*-?\d[\d.]*[eE]|[\d.]{16}|\\u(?:0000|[dD][89a-fA-F])/;

const MAX_EXACT_DIGITS = 15;

/** Fields in one object with all that is nested in it, or elements in a list that is no list of items. */
const MAX_FIELDS = 50;

/** A body with known size and unknown content: rate limits apply before it is parsed. */
export type UnparsedBody = {
  /** Items of a list, counted up to one above the limit; 1 for everything else. */
  readonly items: number;
  /**
   * In a list, a refused item becomes a `RefusedItem`, so that it does not affect the others.
   * @throws VALIDATION_ERROR when the text is no JSON, or is no list and cannot be taken.
   */
  readonly parse: () => unknown;
};

/** The text of a body, without a byte order mark. @throws VALIDATION_ERROR when it is not UTF-8. */
export function decodeBody(body: Buffer): string {
  if (!isUtf8(body)) throw malformed({ field: 'body', reason: 'must be UTF-8' });
  const text = body.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

export function readJson(text: string): UnparsedBody {
  const survey = surveyJson(text);
  return { items: survey.isList ? survey.items : 1, parse: () => parseJson(text, survey) };
}

/** NDJSON: blank lines do not count. */
export function readNdjson(text: string, maxItems = Number.POSITIVE_INFINITY): UnparsedBody {
  const lines = linesOf(text, maxItems + 1);
  return { items: lines.length, parse: () => parseLines(lines) };
}

function parseJson(text: string, survey: Survey): unknown {
  if (!survey.isList && survey.depth <= MAX_DEPTH && survey.commas >= MAX_FIELDS)
    throw malformed(TOO_MANY_FIELDS);
  const value = parse(text);
  if (isKeptAsSent(text, survey, value)) return value;
  if (Array.isArray(value)) return itemTexts(text).map(parseItem);
  const item = parseItem(text);
  if (item instanceof RefusedItem) throw item.error;
  return item;
}

/** Only the first bad line costs an exception: later lines are checked before they are parsed. */
function parseLines(lines: readonly string[]): unknown[] {
  let isTrusted = true;
  return lines.map((line) => {
    if (!isTrusted) return parseItem(line);
    try {
      const value: unknown = JSON.parse(line);
      return isKeptAsSent(line, surveyJson(line), value) ? value : parseItem(line);
    } catch {
      isTrusted = false;
      return NO_JSON_ITEM;
    }
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(NO_JSON);
  }
}

/** True for most bodies: they skip the second check. */
function isKeptAsSent(text: string, { isList, depth, keys }: Survey, value: unknown): boolean {
  if (depth > MAX_DEPTH || SUSPICIOUS.test(text)) return false;
  let counted = 0;
  for (const part of isList ? (value as unknown[]) : [value]) {
    const count = countKeys(part);
    if (count > MAX_FIELDS) return false;
    counted += count;
  }
  // JSON.parse keeps only one value of a repeated name.
  return counted === keys;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const part of Object.values(value)) count += countKeys(part);
  return count;
}

/** The second check: of a body that is not a list, an item of a list, or a line. */
function parseItem(text: string): unknown {
  const fault = faultIn(text);
  if (fault === NO_JSON) return NO_JSON_ITEM;
  if (fault !== undefined) return new RefusedItem(JSON.parse(text), malformed(fault));
  const item = parseExactly(text, markUnkeepable);
  if (countKeys(item) > MAX_FIELDS) return new RefusedItem(item, malformed(TOO_MANY_FIELDS));
  const violations = violationsIn(item);
  return violations.length === 0 ? item : new RefusedItem(item, validationError(namedViolations(violations)));
}

/** Represents an item of a list body that was refused while it was read. */
export class RefusedItem {
  readonly item: unknown;
  readonly error: unknown;

  constructor(item: unknown, error: unknown) {
    this.item = item;
    this.error = error;
  }
}

const TOO_MANY_FIELDS: Violation = { field: 'body', reason: `must have at most ${MAX_FIELDS} fields` };

/** One instance for all, because an error costs more than the line. */
const NO_JSON_ITEM = new RefusedItem(undefined, malformed(NO_JSON));

/** Represents a value that JSON.parse cannot keep exactly. */
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

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** JSON.parse with the source text of each value (ECMAScript 2026), which its type does not contain yet. */
const parseExactly = JSON.parse as (text: string, reviver: Reviver) => unknown;

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

function malformed(violation: Violation) {
  return validationError({ violations: [violation] });
}
