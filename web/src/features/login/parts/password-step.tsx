import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import { Form } from '#app/form.tsx';
import { useSession } from '#app/session-context.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as messages from '#messages/login.ts';
import { Button } from '#ui/button.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { DemoAccounts } from './demo-accounts.tsx';

export type PasswordStepProps = {
  readonly onSecondFactor: (mfaToken: string) => void;
};

export function PasswordStep({ onSecondFactor }: PasswordStepProps) {
  const t = useMessages(messages);
  const session = useSession();
  const { data: info } = useQuery(appInfoQuery);
  const demoLogins = info?.demo_logins.filter(({ client }) => client === session.app) ?? [];
  const form = useApiForm({
    defaultValues: { email: '', password: '' },
    submit: async ({ email, password }) => {
      const result = await session.logIn(email, password);
      if (result !== 'in') onSecondFactor(result.mfaToken);
    },
  });
  return (
    <>
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
          type="password"
          autoComplete="current-password"
          {...form.field('password', { required: true })}
        />
        <Button kind="primary" type="submit" wide busy={form.isSubmitting}>
          {t.submit}
        </Button>
      </Form>
      {session.app === 'wallet' && (
        <p className="flex flex-wrap justify-between gap-x-6 gap-y-2">
          <Link to="/forgot-password">{t.forgotten}</Link>
          {info?.registration !== false && <Link to="/register">{t.register}</Link>}
        </p>
      )}
      {session.app === 'console' && info?.support_email && (
        <p className="text-small text-muted">{t.forgottenSupport(info.support_email)}</p>
      )}
      {demoLogins.length > 0 && (
        <DemoAccounts
          accounts={demoLogins}
          onChoose={({ email, password }) => {
            form.values.setValue('email', email);
            form.values.setValue('password', password);
          }}
        />
      )}
    </>
  );
}
