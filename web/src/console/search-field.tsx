import * as messages from '#messages/shell.ts';
import { CONTROL } from '#ui/field.tsx';
import { Icon } from '#ui/icon.tsx';
import { useMessages } from '#ui/locale.tsx';

/** Opens the search over everything. */
export function SearchField() {
  const t = useMessages(messages);
  return (
    <div className="relative min-w-0 flex-1">
      <span className="pointer-events-none absolute inset-y-0 left-3 grid place-items-center text-muted">
        <Icon name="search" />
      </span>
      <input
        type="search"
        aria-label={t.searchPlaceholder}
        placeholder={t.searchPlaceholder}
        className={`${CONTROL} max-w-xl pl-9`}
      />
    </div>
  );
}
