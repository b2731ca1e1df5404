import type { Locale } from './money.ts';

const KEY = 'cnb-language';

/** The language that the person chose, otherwise the first of the browser's languages that the app speaks. */
export function initialLocale(): Locale {
  const chosen = localStorage.getItem(KEY);
  if (isLocale(chosen)) return chosen;
  return navigator.languages.map((language) => language.slice(0, 2)).find(isLocale) ?? 'en';
}

export function keepLocale(locale: Locale): void {
  localStorage.setItem(KEY, locale);
}

function isLocale(language: string | null): language is Locale {
  return language === 'en' || language === 'de';
}
