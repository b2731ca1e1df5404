import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { meQuery } from '#app/me.ts';
import { useSession } from '#app/session-context.tsx';
import type { Locale } from '#lib/money.ts';
import {
  chooseDensity,
  chooseTheme,
  type Density,
  densityChoice,
  type Theme,
  themeChoice,
} from '#lib/preferences.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/shell.ts';
import { useLocale, useMessages } from '#ui/locale.tsx';
import { Menu } from '#ui/menu.tsx';

/** Theme, density, language, and the way out. */
export function AccountMenu() {
  const t = useMessages(common);
  const shell = useMessages(messages);
  const { locale, setLocale } = useLocale();
  const session = useSession();
  const { data: me } = useQuery(meQuery);
  const [theme, setTheme] = useState(themeChoice);
  const [density, setDensity] = useState(densityChoice);
  return (
    <Menu
      icon="user"
      label={<span className="max-w-40 truncate max-sm:sr-only">{me?.email ?? shell.account}</span>}
      groups={[
        {
          label: t.theme,
          value: theme,
          onChoose: (value) => {
            chooseTheme(value as Theme);
            setTheme(value as Theme);
          },
          options: [
            { value: 'system', label: t.themeSystem },
            { value: 'light', label: t.themeLight },
            { value: 'dark', label: t.themeDark },
          ],
        },
        {
          label: t.density,
          value: density,
          onChoose: (value) => {
            chooseDensity(value as Density);
            setDensity(value as Density);
          },
          options: [
            { value: 'normal', label: t.densityNormal },
            { value: 'compact', label: t.densityCompact },
          ],
        },
        {
          label: t.language,
          value: locale,
          onChoose: (value) => setLocale(value as Locale),
          options: [
            { value: 'en', label: 'English' },
            { value: 'de', label: 'Deutsch' },
          ],
        },
        [{ label: t.logOut, onSelect: () => void session.logOut() }],
      ]}
    />
  );
}
