import { useState } from 'react';
import type { Partner } from '#app/client.ts';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import * as messages from '#messages/partners.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';

const IssueKeyDialog = lazyDialog(async () => (await import('./issue-key-dialog.tsx')).IssueKeyDialog);

export type IssueKeyButtonProps = {
  readonly partner: Pick<Partner, 'id' | 'name'>;
  /** In a row of a table. */
  readonly quiet?: boolean;
};

export function IssueKeyButton({ partner, quiet = false }: IssueKeyButtonProps) {
  const t = useMessages(messages);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        kind={quiet ? 'quiet' : 'primary'}
        icon="key"
        aria-label={quiet ? t.issueFor(partner.name) : undefined}
        onClick={() => setOpen(true)}
      >
        {t.issue}
      </Button>
      {isOpen && <IssueKeyDialog partner={partner} onClose={() => setOpen(false)} />}
    </>
  );
}
