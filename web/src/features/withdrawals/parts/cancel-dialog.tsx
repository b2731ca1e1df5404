import { useQueryClient } from '@tanstack/react-query';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/withdrawals.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { cancelWithdrawal, refreshMoney } from '../mutations.ts';
import type { Withdrawal } from '../queries.ts';

export type CancelDialogProps = { readonly withdrawal: Withdrawal; readonly onClose: () => void };

export function CancelDialog({ withdrawal: { id, amount, currency }, onClose }: CancelDialogProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const client = useQueryClient();
  return (
    <MoneyDialog
      title={t.cancelTitle}
      confirmLabel={t.cancel}
      danger
      run={() => cancelWithdrawal(id)}
      onDone={(cancelled) => {
        void refreshMoney(client, cancelled);
        void toast(t.cancelDone);
      }}
      onClose={onClose}
    >
      <p>{t.cancelEffect(format.money(amount, currency))}</p>
    </MoneyDialog>
  );
}
