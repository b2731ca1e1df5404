import { useNavigate } from '@tanstack/react-router';
import { type RefObject, useEffect } from 'react';
import { hasShortcuts } from '#lib/preferences.ts';
import { actionOf, type KeyAction } from '#lib/shortcuts.ts';

const SEQUENCE_MS = 1_000;

/** Lets keys search, filter, walk through rows and open pages. `onHelp` shows which. */
export function useConsoleKeys(search: RefObject<HTMLInputElement | null>, onHelp: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let previous: { readonly key: string; readonly at: number } | undefined;

    function act(action: KeyAction): void {
      if (action.kind === 'search') search.current?.focus();
      if (action.kind === 'filter') document.querySelector<HTMLElement>('search :is(input, select)')?.focus();
      if (action.kind === 'next') rowAt(1)?.focus();
      if (action.kind === 'previous') rowAt(-1)?.focus();
      if (action.kind === 'select')
        currentRow()?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
      if (action.kind === 'help') onHelp();
      if (action.kind === 'go') void navigate({ to: action.to });
    }

    function onKeyDown(event: KeyboardEvent): void {
      if (document.querySelector('[role=dialog], [role=menu]') !== null) return;
      const recent = previous && event.timeStamp - previous.at < SEQUENCE_MS ? previous.key : undefined;
      const key = {
        key: event.key,
        hasModifier: event.metaKey || event.ctrlKey,
        isTyping: isTyping(event.target),
      };
      previous = { key: event.key, at: event.timeStamp };
      const action = event.altKey ? undefined : actionOf(key, recent, hasShortcuts());
      if (action === undefined) return;
      event.preventDefault();
      act(action);
    }

    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [navigate, search, onHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea');
}

function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;
}

/** The link of the next or previous row of the page; of the first one from elsewhere. */
function rowAt(step: 1 | -1): HTMLElement | null | undefined {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const current = currentRow();
  const index = current === null ? 0 : rows.indexOf(current) + step;
  return rows[Math.max(0, Math.min(index, rows.length - 1))]?.querySelector<HTMLElement>('a');
}
