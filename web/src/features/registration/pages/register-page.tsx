import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { api } from '#app/api.ts';
import { appInfoQuery } from '#app/app-info.ts';
import { Form } from '#app/form.tsx';
import { useSession } from '#app/session-context.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as messages from '#messages/registration.ts';
import { Button } from '#ui/button.tsx';
import { Link } from '#ui/link.tsx';
import { useLocale, useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { TextField } from '#ui/text-field.tsx';

/** A new account, and its first login. */
export function RegisterPage() {
  const t = useMessages(messages);
  const { locale } = useLocale();
  const { data: info } = useQuery(appInfoQuery);
  const session = useSession();
  const router = useRouter();
  const form = useApiForm({
    defaultValues: { email: '', password: '' },
    submit: async ({ email, password }) => {
      await api.post('/users', { body: { email, password, locale } });
      await session.logIn(email, password);
      router.history.replace('/');
    },
  });
  return (
    <div className="grid gap-6">
      <PageTitle title={t.title} />
      {info?.registration === false ? (
        <p>{t.closed}</p>
      ) : (
        <Form form={form}>
          <TextField
            label={t.email}
            type="email"
            autoComplete="username"
            autoCapitalize="none"
            {...form.field('email', { required: true })}
          />
          <TextField
            label={t.password}
            hint={t.passwordHint}
            type="password"
            autoComplete="new-password"
            {...form.field('password', { required: true })}
          />
          <Button kind="primary" type="submit" wide busy={form.isSubmitting}>
            {t.submit}
          </Button>
        </Form>
      )}
      <p>
        <Link to="/login">{t.haveOne}</Link>
      </p>
    </div>
  );
}
