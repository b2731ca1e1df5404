import { type KeyboardEvent, type ReactNode, type Ref, useId, useState } from 'react';
import { type ComboboxGroup, ComboboxList } from './combobox-list.tsx';
import { CONTROL } from './field.tsx';
import { Icon } from './icon.tsx';

export type ComboboxProps = {
  /** The name for screen readers; shown as a placeholder. */
  readonly label: string;
  /** The typed text. */
  readonly text: string;
  readonly onType: (text: string) => void;
  readonly groups: readonly ComboboxGroup[];
  readonly onChoose: (id: string) => void;
  /** Below the options: that it searches, that it found nothing, where to look then. Also announced. */
  readonly note?: string;
  /** An action below the options. */
  readonly footer?: ReactNode;
  /** Keys that lead here, such as `⌘K`. */
  readonly keys?: string;
  readonly autoFocus?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
};

/** A field that finds things while one types: arrow keys choose, Enter opens, Esc closes. The first option is chosen already. */
export function Combobox({
  label,
  text,
  onType,
  groups,
  onChoose,
  note,
  footer,
  keys,
  autoFocus,
  inputRef,
}: ComboboxProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  const options = groups.flatMap((group) => group.options);
  const active = options[Math.min(chosen, options.length - 1)];
  const isShown = isOpen && (options.length > 0 || note !== undefined);

  function choose(option: string): void {
    setOpen(false);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    onChoose(option);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const last = options.length - 1;
    const at = Math.min(chosen, last);
    if (event.key === 'ArrowDown' && isShown) setChosen(at < last ? at + 1 : 0);
    else if (event.key === 'ArrowDown') setOpen(true);
    else if (event.key === 'ArrowUp') setChosen(at > 0 ? at - 1 : last);
    else if (event.key === 'Enter' && isShown && active) choose(active.id);
    else if (event.key === 'Escape' && isOpen) setOpen(false);
    else if (event.key === 'Escape') onType('');
    else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices that the focus leaves.
    <div
      className="relative min-w-0 flex-1"
      onBlur={({ currentTarget, relatedTarget }) => currentTarget.contains(relatedTarget) || setOpen(false)}
    >
      <span className="pointer-events-none absolute inset-y-0 left-3 grid place-items-center text-muted">
        <Icon name="search" />
      </span>
      <input
        ref={inputRef}
        role="combobox"
        aria-label={label}
        aria-expanded={isShown}
        aria-controls={isShown ? `${id}-list` : undefined}
        aria-activedescendant={isShown && active ? `${id}-${active.id}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the page's first task is to search.
        autoFocus={autoFocus}
        placeholder={label}
        value={text}
        onChange={({ target }) => {
          onType(target.value);
          setChosen(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={onKeyDown}
        className={`${CONTROL} pl-9 ${keys ? 'pr-14' : ''}`}
      />
      {keys && (
        <kbd className="pointer-events-none absolute inset-y-0 right-3 grid place-items-center font-sans text-small text-muted max-sm:hidden">
          {keys}
        </kbd>
      )}
      {isShown && (
        <ComboboxList
          id={id}
          label={label}
          groups={groups}
          active={active?.id}
          onChoose={choose}
          note={note}
          footer={footer}
        />
      )}
      <span role="status" className="sr-only">
        {isShown ? note : ''}
      </span>
    </div>
  );
}
