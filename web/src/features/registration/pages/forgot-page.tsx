import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#app/api.ts';
import { appInfoQuery } from '#app/app-info.ts';
import { Form } from '#app/form.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as messages from '#messages/registration.ts';
import { Button } from '#ui/button.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { TextField } from '#ui/text-field.tsx';

/** Asks for the mail with the link. Where no mail is sent, it names who helps. */
export function ForgotPage() {
  const t = useMessages(messages);
  const { data: info } = useQuery(appInfoQuery);
  const [sentTo, setSentTo] = useState<string>();
  const form = useApiForm({
    defaultValues: { email: '' },
    submit: async ({ email }) => {
      await api.post('/auth/password-reset-requests', { body: { email } });
      setSentTo(email);
    },
  });
  return (
    <div className="grid gap-6">
      <PageTitle title={t.forgotTitle} />
      {info?.sends_mail === false ? (
        <p>
          {t.noMail} {info.support_email ? t.writeTo(info.support_email) : t.askOperator}
        </p>
      ) : sentTo !== undefined ? (
        <p role="status">{t.forgotSent(sentTo)}</p>
      ) : (
        <Form form={form}>
          <TextField
            label={t.email}
            hint={t.forgotHint}
            type="email"
            autoComplete="username"
            autoCapitalize="none"
            {...form.field('email', { required: true })}
          />
          <Button kind="primary" type="submit" wide busy={form.isSubmitting}>
            {t.forgotSubmit}
          </Button>
        </Form>
      )}
      <p>
        <Link to="/login">{t.backToLogin}</Link>
      </p>
    </div>
  );
}
