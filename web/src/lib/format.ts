import {
  formatAge,
  formatDate,
  formatDateTime,
  formatDay,
  formatMonth,
  formatShortDate,
  formatTime,
} from './dates.ts';
import {
  formatDecimal,
  formatMoney,
  formatPercent,
  INTL_LOCALES,
  type Locale,
  type MoneyFormat,
} from './money.ts';

/** Formats values for people who read `locale`. */
export function createFormat(locale: Locale) {
  return {
    money: (decimal: string, currency: string, format?: MoneyFormat) =>
      formatMoney(decimal, currency, locale, format),
    decimal: (decimal: string, digits?: number) => formatDecimal(decimal, locale, digits),
    percent: (rate: string | number) => formatPercent(rate, locale),
    count: (count: number) => new Intl.NumberFormat(INTL_LOCALES[locale]).format(count),
    date: (value: string) => formatDate(value, locale),
    shortDate: (value: string) => formatShortDate(value, locale),
    day: (value: string) => formatDay(value, locale),
    month: (value: string) => formatMonth(value, locale),
    dateTime: (instant: string) => formatDateTime(instant, locale),
    time: (instant: string) => formatTime(instant, locale),
    age: (instant: string) => formatAge(instant, locale),
    list: (items: readonly string[]) => new Intl.ListFormat(INTL_LOCALES[locale]).format(items),
  };
}

export type Format = ReturnType<typeof createFormat>;
