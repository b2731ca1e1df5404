import { INTL_LOCALES, type Locale } from './money.ts';

/** `plural('en', 3, 'purchase', 'purchases')` is `3 purchases`. */
export function plural(locale: Locale, count: number, one: string, other: string): string {
  const rule = new Intl.PluralRules(INTL_LOCALES[locale]).select(count);
  return `${new Intl.NumberFormat(INTL_LOCALES[locale]).format(count)} ${rule === 'one' ? one : other}`;
}
