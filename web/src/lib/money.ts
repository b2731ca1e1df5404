/** Money stays the decimal string of the API, such as `"2.37"`. The browser formats it and never computes with it. */
declare const brand: unique symbol;
export type Money = string & { readonly [brand]: 'Money' };

export type Locale = 'en' | 'de';

/** The locale for `Intl`: English with day before month and 24 hours. */
export const INTL_LOCALES: Readonly<Record<Locale, string>> = { en: 'en-GB', de: 'de-DE' };

export const MINUS = '\u2212';
const NO_BREAK_SPACE = '\u00a0';

/** @throws TypeError if the text is no plain decimal number. */
export function money(decimal: string): Money {
  if (!/^-?\d+(\.\d+)?$/.test(decimal))
    throw new TypeError(`${JSON.stringify(decimal)} is no decimal number`);
  return decimal as Money;
}

export function isNegative(decimal: string): boolean {
  return decimal.startsWith('-') && !isZero(decimal);
}

export function isZero(decimal: string): boolean {
  return /^-?0+(\.0+)?$/.test(decimal);
}

/** The decimal without its sign. */
export function withoutSign(decimal: string): string {
  return decimal.replace(/^-/, '');
}

export type MoneyFormat = {
  /** `+` before credits. Defaults to false. */
  readonly signed?: boolean;
};

/** `"-1234.5", "EUR"` is `−1,234.50 €`: every minor digit of the currency, and further digits as they are given. */
export function formatMoney(
  decimal: string,
  currency: string,
  locale: Locale,
  { signed = false }: MoneyFormat = {},
): string {
  const given = money(decimal);
  const { symbol, digits } = currencyOf(currency, locale);
  const shown = Math.max(digits, digitsAfterPoint(given));
  const sign = isNegative(given) ? MINUS : signed && !isZero(given) ? '+' : '';
  return `${sign}${formatDecimal(withoutSign(given), locale, shown)}${NO_BREAK_SPACE}${symbol}`;
}

/** The number alone, with the digits that it has, or with at least `digits` after the point. */
export function formatDecimal(decimal: string, locale: Locale, digits = digitsAfterPoint(decimal)): string {
  const format = new Intl.NumberFormat(INTL_LOCALES[locale], {
    minimumFractionDigits: digits,
    maximumFractionDigits: Math.max(digits, digitsAfterPoint(decimal)),
  });
  const text = format.format(withoutSign(decimal) as Intl.StringNumericLiteral);
  return isNegative(decimal) ? `${MINUS}${text}` : text;
}

/** `"2.50"` is `2.5 %`: zeros at the end say nothing in a rate. */
export function formatPercent(rate: string | number, locale: Locale): string {
  const decimal = String(rate);
  const short = decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
  return `${formatDecimal(short, locale)}${NO_BREAK_SPACE}%`;
}

/**
 * What a person typed as a decimal of the API: `1.234,5` and `1,234.5` are `1234.5`.
 * The last comma or point separates cents, unless it groups thousands by the other sign's side.
 * Undefined if it is no amount.
 */
export function parseAmount(typed: string): Money | undefined {
  const text = typed.replace(/[\s\u00a0\u202f']/g, '');
  const match = /^(\d{1,3}(?:[.,]\d{3})*|\d+)(?:([.,])(\d{1,3}))?$/.exec(text);
  if (match === null) return undefined;
  const [, whole = '', point, fraction] = match;
  const separators = new Set(whole.match(/[.,]/g));
  if (separators.size > 1 || (point !== undefined && separators.has(point))) return undefined;
  // `1.234` is ambiguous: one group of three after one sign. Cents have at most three digits, so it reads as thousands.
  const digits = whole.replace(/[.,]/g, '').replace(/^0+(?=\d)/, '');
  return money(fraction === undefined ? digits : `${digits}.${fraction}`);
}

/** The minor digits and the short symbol of a currency. Unknown codes are their own symbol, with two digits. */
export function currencyOf(
  currency: string,
  locale: Locale,
): { readonly symbol: string; readonly digits: number } {
  const format = new Intl.NumberFormat(INTL_LOCALES[locale], {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  });
  const symbol = format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? currency;
  return { symbol, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
}

function digitsAfterPoint(decimal: string): number {
  return decimal.split('.')[1]?.length ?? 0;
}
