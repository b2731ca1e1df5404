import { useEffect, useState } from 'react';
import { TextField } from './text-field.tsx';

const PAUSE_MS = 300;

export type SearchBoxProps = {
  readonly label: string;
  /** The text of the filter in the URL. */
  readonly value: string | undefined;
  /** Called when the person stops typing. Undefined means no filter. */
  readonly onSearch: (text: string | undefined) => void;
};

/** A filter by text. It acts when the person pauses or leaves it. */
export function SearchBox({ label, value, onSearch }: SearchBoxProps) {
  const [typed, setTyped] = useState(value ?? '');
  const [known, setKnown] = useState(value);
  if (known !== value) {
    // The URL changed otherwise: by "Clear filters" or the browser's back.
    setKnown(value);
    setTyped(value ?? '');
  }
  const isChanged = typed.trim() !== (value ?? '');
  const search = () => isChanged && onSearch(typed.trim() || undefined);
  useEffect(() => {
    if (!isChanged) return undefined;
    const timer = setTimeout(() => onSearch(typed.trim() || undefined), PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextField
      label={label}
      type="search"
      autoComplete="off"
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      onBlur={search}
      onKeyDown={({ key }) => key === 'Enter' && search()}
    />
  );
}
