import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { createFormat, type Format } from '#lib/format.ts';
import { initialLocale, keepLocale } from '#lib/locale.ts';
import type { Locale } from '#lib/money.ts';

type LocaleContext = { readonly locale: Locale; readonly setLocale: (locale: Locale) => void };

const Context = createContext<LocaleContext | undefined>(undefined);

export function LocaleProvider({ children }: { readonly children: ReactNode }) {
  const [locale, setLocale] = useState(initialLocale);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const value = useMemo(
    () => ({
      locale,
      setLocale: (chosen: Locale) => {
        keepLocale(chosen);
        setLocale(chosen);
      },
    }),
    [locale],
  );
  return <Context value={value}>{children}</Context>;
}

export function useLocale(): LocaleContext {
  const value = useContext(Context);
  if (value === undefined) throw new Error('LocaleProvider is missing');
  return value;
}

/** The texts of a domain in the person's language: `const t = useMessages(purchases)` of `import * as purchases`. */
export function useMessages<Texts>(messages: Readonly<Record<Locale, Texts>>): Texts {
  return messages[useLocale().locale];
}

/** Formats values for the person's language. */
export function useFormat(): Format {
  const { locale } = useLocale();
  return useMemo(() => createFormat(locale), [locale]);
}
