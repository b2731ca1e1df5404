import type { Partner } from '#app/client.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/partners.ts';
import { useMessages } from '#ui/locale.tsx';
import { setPartnerStatus, useRefreshPartners } from '../mutations.ts';

export type PartnerStatusDialogProps = { readonly partner: Partner; readonly onClose: () => void };

export function PartnerStatusDialog({ partner, onClose }: PartnerStatusDialogProps) {
  const t = useMessages(messages);
  const refresh = useRefreshPartners();
  const { id, name, active } = partner;
  return (
    <MoneyDialog
      title={active ? t.deactivateTitle(name) : t.activateTitle(name)}
      confirmLabel={active ? t.deactivateConfirm : t.activateConfirm}
      danger={active}
      run={() => setPartnerStatus(id, active ? 'inactive' : 'active')}
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
