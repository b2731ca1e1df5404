import type { ReactNode } from 'react';
import * as common from '#messages/common.ts';
import { Icon } from './icon.tsx';
import { useMessages } from './locale.tsx';

/** Something the person must know before going on. It takes no focus, and screen readers say it at once. */
export function Notice({
  children,
  onClose,
}: {
  readonly children: ReactNode;
  readonly onClose?: () => void;
}) {
  const t = useMessages(common);
  return (
    <div
      role="alert"
      className="flex items-start justify-between gap-3 rounded-card bg-amber-fill px-4 py-3 text-amber"
    >
      <span className="flex gap-2">
        <span className="mt-0.5">
          <Icon name="mark" />
        </span>
        {children}
      </span>
      {onClose && (
        <button
          type="button"
          aria-label={t.close}
          onClick={onClose}
          className="grid size-6 place-items-center"
        >
          <Icon name="cross" />
        </button>
      )}
    </div>
  );
}
