import { useState } from 'react';
import type { User } from '#app/client.ts';
import { Form } from '#app/form.tsx';
import { toast } from '#app/toasts.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/staff.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { findAccount, setRoles, useRefreshStaff } from '../mutations.ts';
import { RoleChoices } from './role-choices.tsx';

export type RolesDialogProps = {
  /** The colleague. Without one, the dialog asks for the address. */
  readonly user?: User;
  readonly onClose: () => void;
};

export function RolesDialog({ user, onClose }: RolesDialogProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const refresh = useRefreshStaff();
  const [roles, setChosen] = useState(user?.staff_roles ?? []);
  const form = useApiForm({
    defaultValues: { email: user?.email ?? '' },
    submit: async ({ email }) => {
      const account = user ?? (await findAccount(email));
      if (account === undefined) {
        form.values.setError('email', { message: t.notFound }, { shouldFocus: true });
        return;
      }
      await setRoles(account.id, roles);
      await refresh();
      onClose();
      void toast(t.saved(account.email));
    },
  });
  return (
    <Dialog
      open
      title={user === undefined ? t.addTitle : t.changeTitle(user.email)}
      busy={form.isSubmitting}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="primary" type="submit" form="roles" busy={form.isSubmitting}>
            {user === undefined ? t.addConfirm : t.save}
          </Button>
        </>
      }
    >
      <Form form={form} id="roles">
        {user === undefined && (
          <TextField
            label={t.email}
            hint={t.emailHint}
            type="email"
            autoComplete="off"
            {...form.field('email', { required: true })}
          />
        )}
        <RoleChoices roles={roles} onChange={(chosen) => setChosen([...chosen])} />
        {user !== undefined && roles.length === 0 && (
          <p className="rounded-control bg-amber-fill px-3 py-2 text-amber">{t.noRoleWarning}</p>
        )}
      </Form>
    </Dialog>
  );
}
