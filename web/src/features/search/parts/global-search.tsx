import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type Ref, useDeferredValue, useState } from 'react';
import type { SearchResult } from '#app/client.ts';
import { useErrorText } from '#app/failure.tsx';
import { usePaused } from '#app/use-paused.ts';
import * as messages from '#messages/search.ts';
import { Combobox } from '#ui/combobox.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { searchQuery } from '../queries.ts';
import { placeOf } from '../words.ts';
import { ResultLine } from './result-line.tsx';

const PAUSE_MS = 150;

export type Command = { readonly to: string; readonly label: string };

export type GlobalSearchProps = {
  /** The pages that the person may open, found by their names. */
  readonly commands: readonly Command[];
  readonly keys: string;
  readonly autoFocus: boolean;
  readonly inputRef: Ref<HTMLInputElement>;
};

/** Finds anything by number, email, reference or name, and opens pages by their names. */
export function GlobalSearch({ commands, ...field }: GlobalSearchProps) {
  const t = useMessages(messages);
  const errorText = useErrorText();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  // Kept in memory alone: searches name people.
  const [recent, setRecent] = useState<readonly SearchResult[]>([]);
  const asked = usePaused(useDeferredValue(text.trim()), PAUSE_MS);
  const search = useQuery(searchQuery(asked));
  const found = asked === '' ? [] : (search.data?.data ?? []);
  const shown = text.trim() === '' ? recent : found;
  const pages = text.trim() === '' ? [] : commands.filter(({ label }) => startsWord(label, text.trim()));
  const isWaiting = text.trim().length > 1 && (asked !== text.trim() || search.isFetching);

  function open(id: string): void {
    const result = shown.find((candidate) => candidate.id === id);
    if (result) setRecent([result, ...recent.filter((earlier) => earlier.id !== id)].slice(0, 5));
    setText('');
    const place = result ? placeOf(result) : { to: id };
    void navigate(place as object as { to: '.' });
  }

  function note(): string | undefined {
    if (search.isError) return errorText(search.error);
    if (text.trim().length < 2) return undefined;
    if (isWaiting) return t.searching;
    return found.length === 0 ? t.nothing : t.count(found.length);
  }

  return (
    <Combobox
      {...field}
      label={t.label}
      text={text}
      onType={setText}
      onChoose={open}
      note={note()}
      footer={
        asked !== '' && !isWaiting && found.length === 0 ? (
          <Link to="/refusals" search={{ external_id: asked }} onClick={() => setText('')}>
            {t.lookAmongRefusals}
          </Link>
        ) : undefined
      }
      groups={[
        {
          label: text.trim() === '' ? t.recent : t.results,
          options: shown.map((result) => ({ id: result.id, content: <ResultLine result={result} /> })),
        },
        { label: t.pages, options: pages.map(({ to, label }) => ({ id: to, content: label })) },
      ].filter(({ options }) => options.length > 0)}
    />
  );
}

function startsWord(label: string, text: string): boolean {
  return label
    .toLowerCase()
    .split(' ')
    .some((word) => word.startsWith(text.toLowerCase()));
}
