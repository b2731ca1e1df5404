import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/shoppers.ts';
import { useMessages } from '#ui/locale.tsx';
import type { Shopper } from '../model.ts';
import { setStatus, useRefreshShoppers } from '../mutations.ts';

export type StatusDialogProps = { readonly shopper: Shopper; readonly onClose: () => void };

/** Deactivates an account, or activates it again. A repeat changes nothing. */
export function StatusDialog({ shopper: { id, email, active }, onClose }: StatusDialogProps) {
  const t = useMessages(messages);
  const refresh = useRefreshShoppers();
  return (
    <MoneyDialog
      title={active ? t.deactivateTitle(email) : t.activateTitle(email)}
      confirmLabel={active ? t.deactivateButton : t.activateButton}
      danger={active}
      run={() => setStatus(id, active ? 'inactive' : 'active')}
      onDone={() => {
        refresh();
        void toast(active ? t.deactivated(email) : t.activated(email));
      }}
      onClose={onClose}
    >
      <p>{active ? t.deactivateEffect : t.activateEffect}</p>
    </MoneyDialog>
  );
}
