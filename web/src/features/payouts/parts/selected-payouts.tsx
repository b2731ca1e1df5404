import { useState } from 'react';
import { MoneyDialog } from '#app/money-dialog.tsx';
import * as common from '#messages/common.ts';
import * as messages from '#messages/payouts.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { takePayouts, useRefreshPayouts } from '../mutations.ts';
import { type Taken, takenOf } from '../taken.ts';
import { BankFileButton } from './bank-file-button.tsx';

export type SelectedPayoutsProps = {
  readonly ids: readonly string[];
  readonly onTaken: (taken: Taken) => void;
};

/** What can be done with the selected rows. */
export function SelectedPayouts({ ids, onTaken }: SelectedPayoutsProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const refresh = useRefreshPayouts();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-card border border-line bg-blue-fill px-5 py-3 text-blue">
      <p role="status" className="font-medium">
        {shared.selected(ids.length)}
      </p>
      <Button kind="primary" onClick={() => setOpen(true)}>
        {t.takeSelected(ids.length)}
      </Button>
      <BankFileButton ids={ids} />
      {isOpen && (
        <MoneyDialog
          title={t.takeSelected(ids.length)}
          confirmLabel={t.takeSelected(ids.length)}
          run={() => takePayouts(ids)}
          onDone={(results) => {
            refresh();
            onTaken(takenOf(results));
          }}
          onClose={() => setOpen(false)}
        >
          <p>{t.takeEffect(ids.length)}</p>
        </MoneyDialog>
      )}
    </div>
  );
}
