import type { Merchant } from '#app/client.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/merchants.ts';
import { useMessages } from '#ui/locale.tsx';
import { setMerchantStatus, useRefreshMerchants } from '../mutations.ts';

export type MerchantStatusDialogProps = { readonly merchant: Merchant; readonly onClose: () => void };

export function MerchantStatusDialog({ merchant, onClose }: MerchantStatusDialogProps) {
  const t = useMessages(messages);
  const refresh = useRefreshMerchants();
  const { id, name, active } = merchant;
  return (
    <MoneyDialog
      title={active ? t.deactivateTitle(name) : t.activateTitle(name)}
      confirmLabel={active ? t.deactivateConfirm : t.activateConfirm}
      danger={active}
      run={() => setMerchantStatus(id, active ? 'inactive' : 'active')}
      onDone={() => {
        void refresh();
        void toast(active ? t.deactivated(name) : t.activated(name));
      }}
      onClose={onClose}
    >
      <p>{active ? t.deactivateEffect : t.activateEffect}</p>
    </MoneyDialog>
  );
}
