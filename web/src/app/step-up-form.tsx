import * as common from '#messages/common.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { api } from './api.ts';
import { Form } from './form.tsx';
import type { AskedStepUp } from './step-up.ts';
import { useApiForm } from './use-api-form.ts';

/** Asks for the code or the password. `settle` hears whether the platform accepted it. */
export function StepUpForm({ proof, settle }: AskedStepUp) {
  const t = useMessages(common);
  const isCode = proof === 'second_factor';
  const form = useApiForm({
    defaultValues: { code: '', password: '' },
    submit: async ({ code, password }) => {
      if (isCode) await api.post('/auth/mfa/step-up', { body: { code } });
      else await api.post('/auth/step-up', { body: { password } });
      settle(true);
    },
  });
  return (
    <Dialog
      open
      title={t.stepUpTitle}
      description={isCode ? t.stepUpCode : t.stepUpPassword}
      busy={form.isSubmitting}
      onClose={() => settle(false)}
      actions={
        <>
          <Button onClick={() => settle(false)}>{t.cancel}</Button>
          <Button kind="primary" type="submit" form="step-up" busy={form.isSubmitting}>
            {t.confirm}
          </Button>
        </>
      }
    >
      <Form form={form} id="step-up">
        {isCode ? (
          <TextField
            label={t.code}
            inputMode="numeric"
            autoComplete="one-time-code"
            {...form.field('code', { required: true })}
          />
        ) : (
          <TextField
            label={t.password}
            type="password"
            autoComplete="current-password"
            {...form.field('password', { required: true })}
          />
        )}
      </Form>
    </Dialog>
  );
}
