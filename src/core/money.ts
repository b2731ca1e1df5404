import * as iso4217 from 'dinero.js/currencies';
import { defineError } from './errors.ts';

/*
 * Money is a bigint of minor units (cents) beside its ISO 4217 currency code. No float ever holds it, and no
 * arithmetic here rounds except `divideHalfEven`.
 */

const MAX_INTEGER_DIGITS = 10;

/**
 * Every ISO 4217 code with its minor digits (JPY 0, EUR 2, KWD 3), from the tables of dinero.js. These count Malagasy and
 * Mauritanian money in fifths; ISO 4217 gives both two digits.
 */
export const minorDigitsByCurrency: ReadonlyMap<string, number> = new Map(
  Object.values(iso4217).map((currency) => [currency.code, currency.base === 10 ? currency.exponent : 2]),
);

export function isCurrency(code: string): boolean {
  return minorDigitsByCurrency.has(code);
}

/** An ISO 4217 currency that this platform does not keep. */
export const unsupportedCurrency = defineError<{ currency: string; supported: readonly string[] }>(
  'unprocessable',
  'UNSUPPORTED_CURRENCY',
  'The currency must be one of `supported`.',
);

/** @throws RangeError when the code is not ISO 4217: ask `isCurrency` first where it comes from outside. */
export function minorDigits(currency: string): number {
  const digits = minorDigitsByCurrency.get(currency);
  if (digits === undefined) throw new RangeError(`${currency} is not an ISO 4217 currency`);
  return digits;
}

export type MoneyReading = { readonly minor: bigint } | { readonly problem: string };

/**
 * Reads an amount of money from outside: a plain decimal above zero, as text or as a JSON number, of at most
 * 10 integer digits and no more decimals than the currency has.
 */
export function readMoney(input: string | number, currency: string): MoneyReading {
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
  return minor > 0n ? { minor } : { problem: 'must be above zero' };
}

/** `1005n` EUR → `"10.05"`; the form of the API, and one that PostgreSQL reads as numeric. */
export function formatMoney(minor: bigint, currency: string): string {
  const digits = minorDigits(currency);
  const sign = minor < 0n ? '-' : '';
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * Reads a `numeric` as PostgreSQL prints it: `"10.0500"` EUR → `1005n`.
 * @throws RangeError when it holds a fraction of a minor unit: the database then holds what no rule allows.
 */
export function moneyFromNumeric(text: string, currency: string): bigint {
  const digits = minorDigits(currency);
  const [integer = '', decimals = ''] = text.split('.');
  if (/[^0]/.test(decimals.slice(digits))) throw new RangeError(`${text} is no amount in ${currency}`);
  return BigInt(integer + decimals.slice(0, digits).padEnd(digits, '0'));
}

/** numerator ÷ denominator for numerator ≥ 0 and denominator > 0, rounded half to even (IEEE 754 roundTiesToEven). */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twiceRest = (numerator % denominator) * 2n;
  const roundUp = twiceRest > denominator || (twiceRest === denominator && quotient % 2n === 1n);
  return roundUp ? quotient + 1n : quotient;
}

export function minimum(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
