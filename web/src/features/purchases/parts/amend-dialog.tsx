import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { api } from '#app/page-kit.ts';
import { toast } from '#app/toasts.tsx';
import { parseAmount } from '#lib/money.ts';
import * as messages from '#messages/purchases.ts';
import { useMessages } from '#ui/locale.tsx';
import { MoneyField } from '#ui/money-field.tsx';
import { TextField } from '#ui/text-field.tsx';
import type { Timeline } from '../model.ts';
import { timelineQuery } from '../queries.ts';

export type AmendDialogProps = { readonly timeline: Timeline; readonly onClose: () => void };

/** Changes the amount of the purchase. The key of the dialog is the name of the amendment, so a repeat changes nothing. */
export function AmendDialog({ timeline: { purchase }, onClose }: AmendDialogProps) {
  const t = useMessages(messages);
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const amount = parseAmount(typed);
  const { id, currency } = purchase;
  return (
    <MoneyDialog
      title={t.dialogs.amendTitle}
      confirmLabel={t.dialogs.amendButton}
      isReady={() => {
        setChecked(true);
        return amount !== undefined && reason.trim() !== '';
      }}
      run={(version) =>
        api.post('/purchases/{id}/amendments', {
          params: { path: { id } },
          body: { amount: amount ?? '', reason: reason.trim(), version },
        })
      }
      reread={() => queryClient.fetchQuery({ ...timelineQuery(id), staleTime: 0 })}
      onDone={() => {
        void queryClient.invalidateQueries();
        void toast(t.done.amend);
      }}
      onClose={onClose}
    >
      <p>{t.dialogs.amendEffect}</p>
      <MoneyField
        label={t.dialogs.newAmount}
        currency={currency}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        error={isChecked && amount === undefined ? t.dialogs.amountMissing : undefined}
      />
      <TextField
        label={t.dialogs.why}
        hint={t.dialogs.whyHint}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
        error={isChecked && reason.trim() === '' ? t.dialogs.whyMissing : undefined}
      />
    </MoneyDialog>
  );
}
