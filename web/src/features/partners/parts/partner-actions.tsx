import { useState } from 'react';
import type { Partner } from '#app/client.ts';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { useCan } from '#app/me.ts';
import * as messages from '#messages/partners.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { IssueKeyButton } from './issue-key-button.tsx';

const PartnerStatusDialog = lazyDialog(
  async () => (await import('./partner-status-dialog.tsx')).PartnerStatusDialog,
);
const RotateSecretDialog = lazyDialog(
  async () => (await import('./rotate-secret-dialog.tsx')).RotateSecretDialog,
);

export function PartnerActions({ partner }: { readonly partner: Partner }) {
  const t = useMessages(messages);
  const mayWrite = useCan('partners:write');
  const [open, setOpen] = useState<'secret' | 'status'>();
  const close = () => setOpen(undefined);
  if (!mayWrite) return null;
  return (
    <>
      {partner.active && <IssueKeyButton partner={partner} />}
      <Button onClick={() => setOpen('secret')}>{t.rotate}</Button>
      <Button kind={partner.active ? 'danger' : 'secondary'} onClick={() => setOpen('status')}>
        {partner.active ? t.deactivate : t.activate}
      </Button>
      {open === 'secret' && <RotateSecretDialog partner={partner} onClose={close} />}
      {open === 'status' && <PartnerStatusDialog partner={partner} onClose={close} />}
    </>
  );
}
