import { useState } from 'react';
import type { ListOf } from './list-query.ts';

/**
 * The rows of a queue that is read again and again: they stay where they are until the person asks for the new ones.
 * @param name of the list and its filters. Another name shows its rows at once.
 */
export function useSteadyRows<Row>(
  name: string,
  list: ListOf<Row> | undefined,
  idOf: (row: Row) => string,
): { readonly rows: ListOf<Row> | undefined; readonly fresh: number; readonly show: () => void } {
  const [kept, setKept] = useState({ name, list });
  const isOther = kept.name !== name || kept.list === undefined;
  if (isOther && list !== undefined && kept.list !== list) setKept({ name, list });
  const shown = isOther ? list : kept.list;
  const known = new Set(shown?.data.map(idOf));
  const present = new Map(list?.data.map((row) => [idOf(row), row]));
  return {
    // What became of a shown row is shown in its place. A row that left the list is gone.
    rows: shown && { ...shown, data: shown.data.flatMap((row) => present.get(idOf(row)) ?? []) },
    fresh: [...present.keys()].filter((id) => !known.has(id)).length,
    show: () => setKept({ name, list }),
  };
}
