import { useState } from 'react';
import { Form } from '#app/form.tsx';
import { useSession } from '#app/session-context.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as messages from '#messages/login.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';

export function SecondFactorStep({ mfaToken }: { readonly mfaToken: string }) {
  const t = useMessages(messages);
  const session = useSession();
  const [isRecovery, setRecovery] = useState(false);
  const form = useApiForm({
    defaultValues: { code: '', recovery_code: '' },
    submit: async ({ code, recovery_code }) => {
      await session.verify(mfaToken, isRecovery ? { recovery_code } : { code });
    },
  });
  return (
    <Form form={form}>
      {isRecovery ? (
        <TextField
          key="recovery"
          label={t.recoveryCode}
          autoComplete="off"
          autoCapitalize="none"
          {...form.field('recovery_code', { required: true })}
        />
      ) : (
        <TextField
          key="code"
          label={t.code}
          hint={t.factorHint}
          inputMode="numeric"
          autoComplete="one-time-code"
          {...form.field('code', { required: true })}
        />
      )}
      <Button kind="primary" type="submit" wide busy={form.isSubmitting}>
        {t.submit}
      </Button>
      <Button kind="quiet" wide onClick={() => setRecovery(!isRecovery)}>
        {isRecovery ? t.useCode : t.useRecovery}
      </Button>
    </Form>
  );
}
