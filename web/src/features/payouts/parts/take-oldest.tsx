import { useState } from 'react';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import * as messages from '#messages/payouts.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import type { Taken } from '../taken.ts';

const TakeOldestDialog = lazyDialog(async () => (await import('./take-oldest-dialog.tsx')).TakeOldestDialog);

export function TakeOldest({ onTaken }: { readonly onTaken: (taken: Taken) => void }) {
  const t = useMessages(messages);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        {t.takeOldest}
      </Button>
      {isOpen && <TakeOldestDialog onTaken={onTaken} onClose={() => setOpen(false)} />}
    </>
  );
}
