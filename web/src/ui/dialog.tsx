import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import * as common from '#messages/common.ts';
import { Icon } from './icon.tsx';
import { useMessages } from './locale.tsx';

export type DialogProps = {
  readonly title: string;
  readonly description?: ReactNode;
  readonly open: boolean;
  /** The person wants to leave: Esc, the cross, a click beside it. */
  readonly onClose: () => void;
  /** Neither Esc nor a click beside it closes it: an answer is under way. */
  readonly busy?: boolean;
  readonly children: ReactNode;
  readonly actions: ReactNode;
};

/** A question that comes before anything else. On phones it rises from below. */
export function Dialog({ title, description, open, onClose, busy = false, children, actions }: DialogProps) {
  const t = useMessages(common);
  const keep = (event: Event) => busy && event.preventDefault();
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && !busy && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(description === undefined && { 'aria-describedby': undefined })}
          onEscapeKeyDown={keep}
          onInteractOutside={keep}
          className="rise fixed inset-x-0 bottom-0 z-50 grid max-h-[92dvh] gap-4 overflow-auto rounded-t-card border border-line bg-surface p-5 text-ink sm:inset-auto sm:top-1/2 sm:left-1/2 sm:w-[min(32rem,92vw)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-card"
        >
          <div className="flex items-start justify-between gap-4">
            <Radix.Title className="text-lead font-strong">{title}</Radix.Title>
            <Radix.Close
              disabled={busy}
              aria-label={t.close}
              className="grid size-8 shrink-0 place-items-center rounded-control hover:bg-sunken"
            >
              <Icon name="cross" />
            </Radix.Close>
          </div>
          {description !== undefined && (
            <Radix.Description asChild>
              <div className="text-muted">{description}</div>
            </Radix.Description>
          )}
          {children}
          <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">{actions}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
