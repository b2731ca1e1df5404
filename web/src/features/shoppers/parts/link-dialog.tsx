import { useState } from 'react';
import { MoneyDialog } from '#app/money-dialog.tsx';
import * as messages from '#messages/shoppers.ts';
import { Button } from '#ui/button.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { Shopper } from '../model.ts';
import { createPasswordLink } from '../mutations.ts';

export type LinkDialogProps = { readonly shopper: Shopper; readonly onClose: () => void };

/** Creates a link with which the shopper sets a password. The link is shown once and kept nowhere. */
export function LinkDialog({ shopper: { id, email }, onClose }: LinkDialogProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const [link, setLink] = useState<{ readonly url: string; readonly until: string }>();
  if (link !== undefined)
    return (
      <Dialog
        open
        title={t.linkIs}
        onClose={onClose}
        actions={
          <Button kind="primary" onClick={onClose}>
            {t.done}
          </Button>
        }
      >
        <div className="rounded-control bg-sunken px-3 py-2">
          <CopyText value={link.url} />
        </div>
        <p className="text-muted">{t.linkUntil(format.dateTime(link.until))}</p>
      </Dialog>
    );
  return (
    <MoneyDialog
      title={t.linkTitle(email)}
      confirmLabel={t.linkButton}
      run={() => createPasswordLink(id)}
      onDone={({ token, expires_at }) =>
        setLink({ url: `${location.origin}/reset-password#token=${token}`, until: expires_at })
      }
      onClose={onClose}
      staysOpen
    >
      <p>{t.linkEffect}</p>
    </MoneyDialog>
  );
}
