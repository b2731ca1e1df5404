import { useState } from 'react';
import { api } from '#app/api.ts';
import { Form } from '#app/form.tsx';
import { useSession } from '#app/session-context.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as messages from '#messages/account.ts';
import * as common from '#messages/common.ts';
import { Button } from '#ui/button.tsx';
import { Checkbox } from '#ui/checkbox.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';

/** Asks for the password, and for leave to give up what is left. */
export function EraseDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const session = useSession();
  const [forfeits, setForfeits] = useState(false);
  const form = useApiForm({
    defaultValues: { password: '' },
    submit: async ({ password }) => {
      await api.delete('/users/me', { body: { password, ...(forfeits && { forfeit: true }) } });
      await session.logOut();
    },
  });
  return (
    <Dialog
      open
      title={t.eraseTitle}
      description={t.eraseHint}
      busy={form.isSubmitting}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="danger" type="submit" form="erase" busy={form.isSubmitting}>
            {t.eraseConfirm}
          </Button>
        </>
      }
    >
      <Form form={form} id="erase">
        <TextField
          label={t.password}
          type="password"
          autoComplete="current-password"
          {...form.field('password', { required: true })}
        />
        <Checkbox
          label={t.forfeit}
          checked={forfeits}
          onChange={({ target }) => setForfeits(target.checked)}
        />
      </Form>
    </Dialog>
  );
}
