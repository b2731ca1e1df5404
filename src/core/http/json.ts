import { isUtf8 } from 'node:buffer';
import { namedViolations, type Violation, validationError } from '../errors.ts';
import { faultIn, itemTexts, linesOf, MAX_DEPTH, NO_JSON, type Survey, surveyJson } from './json-text.ts';

/*
 * JSON.parse changes data silently: 9007199254740993 becomes …992, and 1e2 becomes 100. A lone surrogate would be stored as
 * U+FFFD, so that two different keys collide, and PostgreSQL fails on \u0000. Money and idempotency keys must arrive
 * unchanged, so such values are refused before any other code reads them.
 */

/** A cheap test for such values. Most bodies do not match and skip the exact check. */
const SUSPICIOUS = /[:[,]\s*-?\d[\d.]*[eE]|[\d.]{16}|\\u(?:0000|[dD][89a-fA-F])/;

const MAX_EXACT_DIGITS = 15;

/** The most fields of an object or item, including nested ones, and elements of its lists, unless a route takes more. */
const MAX_FIELDS = 50;

/** A body whose items are counted but not parsed yet, because rate limits apply first. */
export type UnparsedBody = {
  /** The number of items of a list, counted up to one above the limit. 1 for any other body. */
  readonly items: number;
  /**
   * An invalid item of a list becomes a `RefusedItem`, so that it does not affect the others.
   * @throws VALIDATION_ERROR if the text is not JSON, or if it is not a list and has a fault.
   */
  readonly parse: () => unknown;
};

/** Decodes a body and removes a byte order mark. @throws VALIDATION_ERROR if the body is not UTF-8. */
export function decodeBody(body: Buffer): string {
  if (!isUtf8(body)) throw malformed({ field: 'body', reason: 'must be UTF-8' });
  const text = body.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

export function readJson(text: string, maxFields = MAX_FIELDS): UnparsedBody {
  const survey = surveyJson(text);
  return { items: survey.isList ? survey.items : 1, parse: () => parseJson(text, survey, maxFields) };
}

/** Reads NDJSON. Blank lines are ignored. */
export function readNdjson(
  text: string,
  maxItems = Number.POSITIVE_INFINITY,
  maxFields = MAX_FIELDS,
): UnparsedBody {
  const lines = linesOf(text, maxItems + 1);
  return { items: lines.length, parse: () => parseLines(lines, maxFields) };
}

function parseJson(text: string, survey: Survey, maxFields: number): unknown {
  if (!survey.isList && survey.depth <= MAX_DEPTH && survey.commas >= maxFields)
    throw malformed(tooManyFields(maxFields));
  const value = parse(text);
  if (isKeptAsSent(text, survey, value, maxFields)) return value;
  if (Array.isArray(value)) return itemTexts(text).map((item) => parseItem(item, maxFields));
  const item = parseItem(text, maxFields);
  if (item instanceof RefusedItem) throw item.error;
  return item;
}

/** Only the first invalid line costs an exception. After it, lines are checked before they are parsed. */
function parseLines(lines: readonly string[], maxFields: number): unknown[] {
  let isTrusted = true;
  return lines.map((line) => {
    if (!isTrusted) return parseItem(line, maxFields);
    try {
      const value: unknown = JSON.parse(line);
      return isKeptAsSent(line, surveyJson(line), value, maxFields) ? value : parseItem(line, maxFields);
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

/** True if JSON.parse has certainly kept all values. This holds for most bodies, which skip the exact check. */
function isKeptAsSent(
  text: string,
  { isList, depth, keys }: Survey,
  value: unknown,
  maxFields: number,
): boolean {
  if (depth > MAX_DEPTH || SUSPICIOUS.test(text)) return false;
  let counted = 0;
  for (const part of isList ? (value as unknown[]) : [value]) {
    const count = countKeys(part);
    if (count > maxFields) return false;
    counted += count;
  }
  // JSON.parse keeps only one value of a repeated name, so repeated names make the counts differ.
  return counted === keys;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const part of Object.values(value)) count += countKeys(part);
  return count;
}

/** The exact check and parse of one item: an element of a list, a line, or a body that is not a list. */
function parseItem(text: string, maxFields: number): unknown {
  const fault = faultIn(text);
  if (fault === NO_JSON) return NO_JSON_ITEM;
  if (fault !== undefined) return new RefusedItem(JSON.parse(text), malformed(fault));
  const item = parseExactly(text, markUnkeepable);
  if (countKeys(item) > maxFields) return new RefusedItem(item, malformed(tooManyFields(maxFields)));
  const violations = violationsIn(item);
  return violations.length === 0 ? item : new RefusedItem(item, validationError(namedViolations(violations)));
}

/** An item of a list body that is refused because of its syntax or its values. */
export class RefusedItem {
  readonly item: unknown;
  readonly error: unknown;

  constructor(item: unknown, error: unknown) {
    this.item = item;
    this.error = error;
  }
}

function tooManyFields(maxFields: number): Violation {
  return { field: 'body', reason: `must have at most ${maxFields} fields` };
}

/** One shared instance, because creating an error costs more than reading the line. */
const NO_JSON_ITEM = new RefusedItem(undefined, malformed(NO_JSON));

/** A placeholder for a value that JSON.parse cannot represent exactly. */
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

/** JSON.parse with the source text of each value (ECMAScript 2026). The TypeScript library has no such type yet. */
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
