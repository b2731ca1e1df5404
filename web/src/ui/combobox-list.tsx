import { type ReactNode, useEffect, useRef } from 'react';
import { classes } from './classes.ts';

export type ComboboxOption = { readonly id: string; readonly content: ReactNode };
export type ComboboxGroup = { readonly label: string; readonly options: readonly ComboboxOption[] };

export type ComboboxListProps = {
  readonly id: string;
  readonly label: string;
  readonly groups: readonly ComboboxGroup[];
  /** The id of the option that Enter opens. */
  readonly active: string | undefined;
  readonly onChoose: (id: string) => void;
  readonly note?: string;
  readonly footer?: ReactNode;
};

/** What a combobox found, below its field. The focus stays in the field. */
export function ComboboxList({ id, label, groups, active, onChoose, note, footer }: ComboboxListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active !== undefined)
      list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div className="rise absolute inset-x-0 top-full z-30 mt-1 overflow-hidden rounded-card border border-control bg-surface">
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        className="max-h-[60vh] overflow-y-auto p-1"
      >
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in a listbox.
          <div key={group.label} role="group" aria-label={group.label}>
            <div aria-hidden="true" className="px-3 pt-2 pb-1 text-small text-muted">
              {group.label}
            </div>
            {group.options.map((option) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and takes the keys.
              <div
                key={option.id}
                id={`${id}-${option.id}`}
                role="option"
                tabIndex={-1}
                aria-selected={option.id === active}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => onChoose(option.id)}
                className={classes(
                  'cursor-pointer rounded-control px-3 py-2 hover:bg-sunken',
                  option.id === active && 'bg-sunken',
                )}
              >
                {option.content}
              </div>
            ))}
          </div>
        ))}
      </div>
      {(note || footer) && (
        <div className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2 text-small text-muted">
          <span>{note}</span>
          {footer}
        </div>
      )}
    </div>
  );
}
