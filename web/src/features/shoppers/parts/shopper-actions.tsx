import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { meQuery, useCan } from '#app/me.ts';
import * as messages from '#messages/shoppers.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import type { Shopper } from '../model.ts';
import { LinkDialog } from './link-dialog.tsx';
import { StatusDialog } from './status-dialog.tsx';

// With its form, it is a quarter of the page.
const AdjustDialog = lazy(async () => ({ default: (await import('./adjust-dialog.tsx')).AdjustDialog }));

export type ShopperActionsProps = { readonly shopper: Shopper; readonly onAwaitingApproval: () => void };

/** What can be done with an account. What the role lacks is absent. */
export function ShopperActions({ shopper, onAwaitingApproval }: ShopperActionsProps) {
  const t = useMessages(messages);
  const { data: me } = useQuery(meQuery);
  const canLink = useCan('users:send-password-link');
  const canCredit = useCan('wallets:credit');
  const canSetStatus = useCan('users:set-status');
  const [open, setOpen] = useState<'adjust' | 'link' | 'status'>();
  const close = () => setOpen(undefined);
  const isOwn = me?.id === shopper.id;
  return (
    <>
      {canLink && shopper.role === 'user' && (
        <Button icon="key" onClick={() => setOpen('link')}>
          {t.passwordLink}
        </Button>
      )}
      {canCredit && (
        <Button
          icon="wallet"
          aria-disabled={isOwn}
          title={isOwn ? t.ownWallet : undefined}
          onClick={() => setOpen('adjust')}
        >
          {t.adjust}
        </Button>
      )}
      {canSetStatus && (
        <Button kind={shopper.active ? 'danger' : 'secondary'} onClick={() => setOpen('status')}>
          {shopper.active ? t.deactivate : t.activate}
        </Button>
      )}
      {open === 'adjust' && (
        <Suspense fallback={null}>
          <AdjustDialog shopper={shopper} onAwaitingApproval={onAwaitingApproval} onClose={close} />
        </Suspense>
      )}
      {open === 'link' && <LinkDialog shopper={shopper} onClose={close} />}
      {open === 'status' && <StatusDialog shopper={shopper} onClose={close} />}
    </>
  );
}
