import { useState } from 'react';
import { Form } from '#app/form.tsx';
import { toast } from '#app/toasts.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/partners.ts';
import { Button } from '#ui/button.tsx';
import { Checkbox } from '#ui/checkbox.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { createPartner, useRefreshPartners } from '../mutations.ts';
import { SecretOnce } from './secret-once.tsx';

export function NewPartnerDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const refresh = useRefreshPartners();
  const [secret, setSecret] = useState<string>();
  const form = useApiForm({
    defaultValues: { name: '', signature_required: false },
    submit: async ({ name, signature_required }) => {
      const partner = await createPartner({ name: name.trim(), signature_required });
      await refresh();
      void toast(t.created(partner.name));
      if (partner.signing_secret === null) onClose();
      else setSecret(partner.signing_secret);
    },
  });
  if (secret !== undefined) return <SecretOnce title={t.secretTitle} secret={secret} onClose={onClose} />;
  return (
    <Dialog
      open
      title={t.createTitle}
      busy={form.isSubmitting}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="primary" type="submit" form="new-partner" busy={form.isSubmitting}>
            {t.createConfirm}
          </Button>
        </>
      }
    >
      <Form form={form} id="new-partner">
        <TextField label={t.name} autoComplete="off" {...form.field('name', { required: true })} />
        <Checkbox label={t.mustSign} {...form.values.register('signature_required')} />
      </Form>
    </Dialog>
  );
}
