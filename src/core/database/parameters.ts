/** A parameter as it travels: text that PostgreSQL reads as the type it expects, bytes in its own format, or null. */
export type Parameter = string | Buffer | null;

/**
 * The values of a statement as parameters: text, numbers, booleans, bigints, bytes, null, and arrays of them.
 *
 * A list that the query casts to `uuid[]` travels as bytes, which PostgreSQL reads in a fifth of the time. All other
 * values travel as text.
 * @throws TypeError for any other object: its owner must format it.
 */
export function toParameters(statement: string, values: readonly unknown[]): Parameter[] {
  const isUuidArray = uuidArraysOf(statement);
  return values.map((value, position) => {
    if (isUuidArray[position] && Array.isArray(value)) return uuidArray(value) ?? arrayLiteral(value);
    return toParameter(value);
  });
}

function toParameter(value: unknown): Parameter {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return arrayLiteral(value);
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'object') throw new TypeError('an object has no one form as a parameter');
  return String(value);
}

const CAST_TO_UUID_ARRAY = /\$(\d+)::uuid\[\]/g;

/** By the query's text. Dynamic texts would fill the memory, so only this many are kept. */
const known = new Map<string, readonly boolean[]>();
const MOST_KNOWN = 500;

/** By the parameter's position, from 0 on. */
function uuidArraysOf(statement: string): readonly boolean[] {
  const found = known.get(statement);
  if (found !== undefined) return found;
  const isUuidArray: boolean[] = [];
  for (const [, number] of statement.matchAll(CAST_TO_UUID_ARRAY)) isUuidArray[Number(number) - 1] = true;
  if (known.size < MOST_KNOWN) known.set(statement, isUuidArray);
  return isUuidArray;
}

/** What must be quoted inside of an array: PostgreSQL, 8.15.6. */
const NEEDS_QUOTES = /^$|[\s{}",\\]|^null$/i;

/** `['a', null, 'b c']` → `{a,NULL,"b c"}`. */
function arrayLiteral(values: readonly unknown[]): string {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    text += elementLiteral(value);
  }
  return `${text}}`;
}

function elementLiteral(value: unknown): string {
  if (Array.isArray(value)) return arrayLiteral(value);
  const parameter = toParameter(value);
  if (parameter === null) return 'NULL';
  if (typeof parameter !== 'string') return `"\\\\x${parameter.toString('hex')}"`;
  return NEEDS_QUOTES.test(parameter) ? `"${parameter.replace(/["\\]/g, '\\$&')}"` : parameter;
}

const UUID_OID = 2950;
const UUID_BYTES = 16;
const NULL_LENGTH = -1;

/**
 * As PostgreSQL's `array_recv` reads it (src/backend/utils/adt/arrayfuncs.c): number of dimensions, whether there are
 * nulls, type of the elements, number of elements, number of the first; and each with its length before it.
 * Undefined when a value is not written as a UUID: what PostgreSQL makes of it is for PostgreSQL to say.
 */
function uuidArray(values: readonly unknown[]): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(20 + values.length * (4 + UUID_BYTES));
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(1, 4);
  bytes.writeInt32BE(UUID_OID, 8);
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16);
  let end = 20;
  for (const value of values) {
    if (value === null || value === undefined) {
      end = bytes.writeInt32BE(NULL_LENGTH, end);
      continue;
    }
    end = bytes.writeInt32BE(UUID_BYTES, end);
    if (typeof value !== 'string' || !writeUuid(bytes, end, value)) return undefined;
    end += UUID_BYTES;
  }
  return bytes.subarray(0, end);
}

/** Where the pairs of digits are in `01890a5d-ac96-774b-bcce-b302099a8057`. */
const PAIRS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const DASHES = [8, 13, 18, 23];
const DASH = '-'.charCodeAt(0);

/** False, when this is not how a UUID is written. */
function writeUuid(bytes: Buffer, start: number, text: string): boolean {
  if (text.length !== 36 || DASHES.some((position) => text.charCodeAt(position) !== DASH)) return false;
  let isHex = true;
  for (let index = 0; index < UUID_BYTES; index += 1) {
    const pair = PAIRS[index] as number;
    const high = digitOf(text.charCodeAt(pair));
    const low = digitOf(text.charCodeAt(pair + 1));
    isHex &&= high >= 0 && low >= 0;
    bytes[start + index] = (high << 4) | low;
  }
  return isHex;
}

/** By the code of a hexadecimal digit; of anything else -1. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? -1 : digit;
});

function digitOf(code: number): number {
  return DIGITS[code] ?? -1;
}
