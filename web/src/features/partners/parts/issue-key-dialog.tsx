import { useState } from 'react';
import type { Partner, PartnerScope } from '#app/client.ts';
import { Form } from '#app/form.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/partners.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { issueKey, useRefreshPartners } from '../mutations.ts';
import { ScopeChoices } from './scope-choices.tsx';
import { SecretOnce } from './secret-once.tsx';

export type IssueKeyDialogProps = {
  readonly partner: Pick<Partner, 'id' | 'name'>;
  readonly onClose: () => void;
};

/** From the wish to the key. The key is part of this dialog, so nothing can get lost on the way. */
export function IssueKeyDialog({ partner, onClose }: IssueKeyDialogProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const refresh = useRefreshPartners();
  const [scopes, setScopes] = useState<readonly PartnerScope[]>(['purchases:write', 'purchases:settle']);
  const [key, setKey] = useState<string>();
  const form = useApiForm({
    defaultValues: { name: '', expires_at: '' },
    submit: async ({ name, expires_at }) => {
      const issued = await issueKey(partner.id, {
        scopes: [...scopes],
        ...(name.trim() !== '' && { name: name.trim() }),
        ...(expires_at !== '' && { expires_at: `${expires_at}T00:00:00Z` }),
      });
      setKey(issued.key);
      void refresh();
    },
  });
  if (key !== undefined) return <SecretOnce title={t.keyTitle} secret={key} onClose={onClose} />;
  return (
    <Dialog
      open
      title={t.issueTitle(partner.name)}
      busy={form.isSubmitting}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="primary" type="submit" form="issue-key" busy={form.isSubmitting}>
            {t.issueConfirm}
          </Button>
        </>
      }
    >
      <Form form={form} id="issue-key">
        <TextField
          label={t.keyName}
          hint={t.keyNameHint}
          optional
          autoComplete="off"
          {...form.field('name')}
        />
        <ScopeChoices scopes={scopes} onChange={setScopes} />
        <TextField
          label={t.expires}
          hint={t.expiresHint}
          optional
          type="date"
          {...form.field('expires_at')}
        />
      </Form>
    </Dialog>
  );
}
