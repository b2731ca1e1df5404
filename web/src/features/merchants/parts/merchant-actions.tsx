import { useState } from 'react';
import type { Merchant } from '#app/client.ts';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { useCan } from '#app/me.ts';
import { NewOffer } from '#features/offers/index.ts';
import * as messages from '#messages/merchants.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';

const MerchantDialog = lazyDialog(async () => (await import('./merchant-dialog.tsx')).MerchantDialog);
const MerchantStatusDialog = lazyDialog(
  async () => (await import('./merchant-status-dialog.tsx')).MerchantStatusDialog,
);

export function MerchantActions({ merchant }: { readonly merchant: Merchant }) {
  const t = useMessages(messages);
  const mayWrite = useCan('merchants:write');
  const mayOffer = useCan('offers:write');
  const [open, setOpen] = useState<'edit' | 'status' | 'offer'>();
  const close = () => setOpen(undefined);
  return (
    <>
      {mayOffer && merchant.active && (
        <Button kind="primary" icon="plus" onClick={() => setOpen('offer')}>
          {t.newOffer}
        </Button>
      )}
      {mayWrite && (
        <>
          <Button onClick={() => setOpen('edit')}>{t.edit}</Button>
          <Button kind={merchant.active ? 'danger' : 'secondary'} onClick={() => setOpen('status')}>
            {merchant.active ? t.deactivate : t.activate}
          </Button>
        </>
      )}
      {open === 'offer' && <NewOffer merchantId={merchant.id} onClose={close} />}
      {open === 'edit' && <MerchantDialog merchant={merchant} onClose={close} />}
      {open === 'status' && <MerchantStatusDialog merchant={merchant} onClose={close} />}
    </>
  );
}
