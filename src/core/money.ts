import * as iso4217 from 'dinero.js/currencies';
import { defineError } from './errors.ts';

/*
 * Money is a bigint of minor units (cents) with its ISO 4217 currency code. It is never a floating-point number, and only
 * `divideHalfEven` rounds.
 */

const MAX_INTEGER_DIGITS = 10;

/**
 * Every ISO 4217 code with its minor digits (JPY 0, EUR 2, KWD 3), from the tables of dinero.js. Dinero.js divides the
 * currencies of Madagascar and Mauritania into fifths, but ISO 4217 gives both two digits.
 */
export const minorDigitsByCurrency: ReadonlyMap<string, number> = new Map(
  Object.values(iso4217).map((currency) => [currency.code, currency.base === 10 ? currency.exponent : 2]),
);

export function isCurrency(code: string): boolean {
  return minorDigitsByCurrency.has(code);
}

/** The currency is in ISO 4217, but the platform does not support it. */
export const unsupportedCurrency = defineError<{ currency: string; supported: readonly string[] }>(
  'unprocessable',
  'UNSUPPORTED_CURRENCY',
  'The currency must be one of `supported`.',
  ({ currency, supported }) =>
    `The currency ${currency} is not supported. It must be one of ${supported.join(', ')}.`,
);

/** @throws RangeError if the code is not ISO 4217. Check untrusted input with `isCurrency` first. */
export function minorDigits(currency: string): number {
  const digits = minorDigitsByCurrency.get(currency);
  if (digits === undefined) throw new RangeError(`${currency} is not an ISO 4217 currency`);
  return digits;
}

export type MoneyReading = { readonly minor: bigint } | { readonly problem: string };

/**
 * Reads an amount of money from outside: a plain decimal above zero, as text or as a JSON number, of at most
 * 10 integer digits and no more decimals than the currency has. Zero only with `orZero`.
 */
export function readMoney(
  input: string | number,
  currency: string,
  { orZero = false }: { readonly orZero?: boolean } = {},
): MoneyReading {
  const digits = minorDigits(currency);
  const match = /^(\d+)(?:\.(\d+))?$/.exec(String(input));
  if (match === null) return { problem: 'must be a plain decimal above zero' };

  const [, integer = '', decimals = ''] = match;
  if (integer.length > MAX_INTEGER_DIGITS) {
    return { problem: `must have at most ${MAX_INTEGER_DIGITS} integer digits` };
  }
  if (decimals.length > digits) {
    return { problem: `must have at most ${digits} decimals in ${currency}` };
  }
  const minor = BigInt(integer + decimals.padEnd(digits, '0'));
  return minor > 0n || orZero ? { minor } : { problem: 'must be above zero' };
}

/** `1005n` EUR → `"10.05"`, the form of the API. PostgreSQL can read it as `numeric`. */
export function formatMoney(minor: bigint, currency: string): string {
  const digits = minorDigits(currency);
  const sign = minor < 0n ? '-' : '';
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * Reads a `numeric` as PostgreSQL prints it: `"10.0500"` EUR → `1005n`.
 * @throws RangeError if it contains a fraction of a minor unit, which no rule allows in the database.
 */
export function moneyFromNumeric(text: string, currency: string): bigint {
  const digits = minorDigits(currency);
  const [integer = '', decimals = ''] = text.split('.');
  if (/[^0]/.test(decimals.slice(digits))) throw new RangeError(`${text} is not an amount in ${currency}`);
  return BigInt(integer + decimals.slice(0, digits).padEnd(digits, '0'));
}

/** numerator ÷ denominator, rounded half to even (IEEE 754 roundTiesToEven). Requires numerator ≥ 0, denominator > 0. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twiceRest = (numerator % denominator) * 2n;
  const roundUp = twiceRest > denominator || (twiceRest === denominator && quotient % 2n === 1n);
  return roundUp ? quotient + 1n : quotient;
}

export function minimum(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
