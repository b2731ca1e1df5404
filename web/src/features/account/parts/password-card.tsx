import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#app/api.ts';
import { Form } from '#app/form.tsx';
import { toast } from '#app/toasts.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as messages from '#messages/account.ts';
import * as common from '#messages/common.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { sessionsQuery } from '../queries.ts';

/** Opens on request: most visits of the page are about something else. */
export function PasswordCard() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const form = useApiForm({
    defaultValues: { current_password: '', new_password: '' },
    submit: async (body) => {
      await api.patch('/users/me/password', { body });
      form.values.reset();
      setOpen(false);
      void client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      void toast(t.passwordChanged);
    },
  });
  return (
    <Card title={t.password}>
      {isOpen ? (
        <Form form={form}>
          <TextField
            label={t.currentPassword}
            type="password"
            autoComplete="current-password"
            {...form.field('current_password', { required: true })}
          />
          <TextField
            label={t.newPassword}
            hint={t.passwordHint}
            type="password"
            autoComplete="new-password"
            {...form.field('new_password', { required: true })}
          />
          <div className="flex flex-wrap gap-2">
            <Button kind="primary" type="submit" busy={form.isSubmitting}>
              {t.changePassword}
            </Button>
            <Button kind="quiet" onClick={() => setOpen(false)}>
              {shared.cancel}
            </Button>
          </div>
        </Form>
      ) : (
        <Button onClick={() => setOpen(true)}>{t.changePassword}</Button>
      )}
    </Card>
  );
}
