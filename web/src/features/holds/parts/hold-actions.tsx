import type { Action } from '#features/purchases/index.ts';
import * as messages from '#messages/holds.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';

/** The three decisions, each with its key. */
export function HoldActions({ decide }: { readonly decide: (action: Action) => void }) {
  const t = useMessages(messages);
  return (
    <div className="relative z-1 flex gap-1.5 max-lg:flex-wrap max-sm:justify-end">
      <Button aria-keyshortcuts="c" onClick={() => decide('confirm')}>
        {t.confirm}
      </Button>
      <Button aria-keyshortcuts="r" kind="danger" onClick={() => decide('reverse')}>
        {t.reverse}
      </Button>
      <Button aria-keyshortcuts="l" kind="quiet" onClick={() => decide('release')}>
        {t.release}
      </Button>
    </div>
  );
}
