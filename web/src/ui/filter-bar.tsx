import { type ReactNode, useId, useState } from 'react';
import * as common from '#messages/common.ts';
import { Button } from './button.tsx';
import { useMessages } from './locale.tsx';

export type FilterBarProps = {
  /** How many filters are set. */
  readonly active: number;
  readonly onClear: () => void;
  readonly children: ReactNode;
};

/** Filters in a row; below 1024 px behind a button. They act at once and live in the URL. */
export function FilterBar({ active, onClear, children }: FilterBarProps) {
  const t = useMessages(common);
  const id = useId();
  const [isOpen, setOpen] = useState(active > 0);
  return (
    <search className="no-print grid gap-3">
      <div className="flex gap-2 lg:hidden">
        <Button icon="filter" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          {active > 0 ? `${t.filters} (${active})` : t.filters}
        </Button>
      </div>
      <div
        id={id}
        className={`flex flex-wrap items-end gap-3 *:min-w-40 *:max-sm:w-full ${isOpen ? '' : 'max-lg:hidden'}`}
      >
        {children}
        {active > 0 && (
          <Button kind="quiet" icon="cross" onClick={onClear}>
            {t.clearFilters}
          </Button>
        )}
      </div>
    </search>
  );
}
