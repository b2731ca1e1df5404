import { useState } from 'react';
import type { PartnerKey } from '#app/client.ts';
import { useCan } from '#app/me.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/partners.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { RowActions } from '#ui/row-actions.tsx';
import { revokeKey, useRefreshPartners } from '../mutations.ts';
import { keyName } from '../words.ts';

export type RevokeKeyButtonProps = { readonly partnerId: string; readonly partnerKey: PartnerKey };

export function RevokeKeyButton({ partnerId, partnerKey }: RevokeKeyButtonProps) {
  const t = useMessages(messages);
  const mayWrite = useCan('partners:write');
  const refresh = useRefreshPartners();
  const [isOpen, setOpen] = useState(false);
  if (!mayWrite || partnerKey.revoked_at !== null) return null;
  const name = keyName(partnerKey);
  return (
    <RowActions>
      <Button kind="quiet" aria-label={t.revokeOf(name)} onClick={() => setOpen(true)}>
        {t.revoke}
      </Button>
      {isOpen && (
        <MoneyDialog
          danger
          title={t.revokeTitle(name)}
          confirmLabel={t.revokeConfirm}
          run={() => revokeKey(partnerId, partnerKey.id)}
          onDone={() => {
            void refresh();
            void toast(t.revokedToast);
          }}
          onClose={() => setOpen(false)}
        >
          <p>{t.revokeEffect}</p>
        </MoneyDialog>
      )}
    </RowActions>
  );
}
