import { useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useRef, useState } from 'react';
import { GlobalSearch } from '#features/search/index.ts';
import * as messages from '#messages/shell.ts';
import { useMessages } from '#ui/locale.tsx';
import { NAVIGATION } from './navigation.ts';
import { useConsoleKeys } from './use-console-keys.ts';

const KeysDialog = lazy(async () => ({ default: (await import('./keys-dialog.tsx')).KeysDialog }));

const KEYS = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';

/** The search over everything, and the keys of the console. On the overview it has the focus. */
export function SearchField() {
  const t = useMessages(messages);
  const input = useRef<HTMLInputElement>(null);
  const [showsKeys, setShowsKeys] = useState(false);
  useConsoleKeys(
    input,
    useCallback(() => setShowsKeys(true), []),
  );
  const isOverview = useLocation({ select: ({ pathname }) => pathname === '/' });
  return (
    <>
      <GlobalSearch
        inputRef={input}
        keys={KEYS}
        autoFocus={isOverview && window.matchMedia('(pointer: fine)').matches}
        commands={NAVIGATION.flat().map(({ to, label }) => ({ to, label: t[label] }))}
      />
      {showsKeys && (
        <Suspense fallback={null}>
          <KeysDialog searchKeys={KEYS} onClose={() => setShowsKeys(false)} />
        </Suspense>
      )}
    </>
  );
}
