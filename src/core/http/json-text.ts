import type { Violation } from '../errors.ts';

/*
 * Checks JSON before it is parsed. Uses no recursion and no exceptions, because the text may be hostile.
 */

/** The maximum number of nested levels. */
export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export type Survey = {
  readonly isList: boolean;
  readonly depth: number;
  /** The number of field names, at all levels. */
  readonly keys: number;
  /** The number of commas, at all levels. Without nesting, one less than the number of fields or elements. */
  readonly commas: number;
  /** The number of items of a list. An empty list counts as one. */
  readonly items: number;
};

/** Counts in one cheap pass. For invalid JSON the counts have no meaning. */
export function surveyJson(text: string): Survey {
  let [depth, deepest, keys, commas, items] = [0, 0, 0, 0, 1];
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth += 1;
        if (depth > deepest) deepest = depth;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1;
        break;
      case 0x3a: // :
        keys += 1;
        break;
      case 0x2c: // ,
        commas += 1;
        if (depth === 1) items += 1;
        break;
    }
  }
  return { isList: /^[ \t\r\n]*\[/.test(text), depth: deepest, keys, commas, items };
}

/** Splits a list into the source texts of its items. The text must be valid JSON. */
export function itemTexts(text: string): string[] {
  const texts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth === 1) start = at + 1;
    } else if (char === '}' || char === ']') depth -= 1;
    const endsItem = depth === 0 ? char === ']' : depth === 1 && char === ',';
    if (!endsItem) continue;
    texts.push(text.slice(start, at));
    start = at + 1;
  }
  return texts;
}

/** Returns the end of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
  } while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

/** Returns the first `most` lines that are not blank. */
export function linesOf(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const [line] of text.matchAll(/[^ \t\r\n][^\n]*/g)) {
    lines.push(line);
    if (lines.length === most) break;
  }
  return lines;
}

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|"((?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy;

type OpenPart = { readonly keys: Set<string> | undefined; key: string };

/** Returns the first fault of a text: invalid JSON (RFC 8259), too many levels, or a repeated field name. */
export function faultIn(text: string): Violation | undefined {
  /** The objects and lists that are open at this position. `keys` is undefined for a list. */
  const open: OpenPart[] = [];
  let previous: '' | '{' | '[' | ',' | ':' | 'key' | 'value' = '';
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text[end - 1] as string)) end -= 1;
  TOKEN.lastIndex = 0;

  while (TOKEN.lastIndex < end) {
    const [, sign, string] = TOKEN.exec(text) ?? [undefined, 'none'];
    const part = open.at(-1);
    const takesKey = part?.keys !== undefined && (previous === '{' || previous === ',');
    const takesValue =
      previous === '' || previous === '[' || previous === ':' || (previous === ',' && !takesKey);
    switch (sign) {
      case '{':
      case '[':
        if (!takesValue) return NO_JSON;
        if (open.length === MAX_DEPTH) return TOO_DEEP;
        open.push({ keys: sign === '{' ? new Set() : undefined, key: '' });
        previous = sign;
        break;
      case '}':
      case ']': {
        const opener = part?.keys === undefined ? '[' : '{';
        if (part === undefined || (sign === '}') !== (opener === '{')) return NO_JSON;
        if (previous !== 'value' && previous !== opener) return NO_JSON;
        open.pop();
        previous = 'value';
        break;
      }
      case ',':
        if (part === undefined || previous !== 'value') return NO_JSON;
        previous = ',';
        break;
      case ':':
        if (previous !== 'key') return NO_JSON;
        previous = ':';
        break;
      case undefined:
        if (takesKey && string !== undefined) {
          part.key = string.includes('\\') ? JSON.parse(`"${string}"`) : string;
          if (part.keys?.has(part.key)) return { field: pathOf(open), reason: 'must occur once' };
          part.keys?.add(part.key);
          previous = 'key';
        } else if (takesValue) previous = 'value';
        else return NO_JSON;
        break;
      default:
        return NO_JSON;
    }
  }
  return open.length === 0 && previous === 'value' ? undefined : NO_JSON;
}

export const NO_JSON: Violation = { field: 'body', reason: 'must be valid JSON' };

export const TOO_DEEP: Violation = {
  field: 'body',
  reason: `must not be nested deeper than ${MAX_DEPTH} levels`,
};

function pathOf(open: readonly OpenPart[]): string {
  return open
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .join('.');
}
