/** A parameter as it travels: text that PostgreSQL reads as the type it expects, bytes, or null. */
export type Parameter = string | Buffer | null;

/**
 * A value as a parameter: text, numbers, booleans, bigints, bytes, null, and arrays of them.
 * @throws TypeError for any other object: how it is written is for its owner to say.
 */
export function toParameter(value: unknown): Parameter {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return arrayLiteral(value);
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'object') throw new TypeError('an object has no one form as a parameter');
  return String(value);
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
