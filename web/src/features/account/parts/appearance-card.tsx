import { useState } from 'react';
import type { Locale } from '#lib/money.ts';
import { chooseTheme, type Theme, themeChoice } from '#lib/preferences.ts';
import * as messages from '#messages/account.ts';
import * as common from '#messages/common.ts';
import { Card } from '#ui/card.tsx';
import { useLocale, useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';

/** Language and theme: kept in this browser. */
export function AppearanceCard() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const { locale, setLocale } = useLocale();
  const [theme, setTheme] = useState(themeChoice);
  return (
    <Card title={t.appearance}>
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label={shared.language}
          value={locale}
          onChange={({ target }) => setLocale(target.value as Locale)}
          options={[
            { value: 'en', label: 'English' },
            { value: 'de', label: 'Deutsch' },
          ]}
        />
        <Select
          label={shared.theme}
          value={theme}
          onChange={({ target }) => {
            chooseTheme(target.value as Theme);
            setTheme(target.value as Theme);
          }}
          options={[
            { value: 'system', label: shared.themeSystem },
            { value: 'light', label: shared.themeLight },
            { value: 'dark', label: shared.themeDark },
          ]}
        />
      </div>
    </Card>
  );
}
