import type { FeatureFlag } from '#app/client.ts';
import { Form } from '#app/form.tsx';
import { toast } from '#app/toasts.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/flags.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { TextField } from '#ui/text-field.tsx';
import { setFlag, useRefreshFlags } from '../mutations.ts';

export function SetFlagDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const refresh = useRefreshFlags();
  const form = useApiForm({
    defaultValues: { key: '', state: 'off', scope_type: 'global', scope_id: '', description: '' },
    submit: async ({ key, state, scope_type, scope_id, description }) => {
      await setFlag(key.trim(), {
        enabled: state === 'on',
        scope_type: scope_type as FeatureFlag['scope_type'],
        ...(scope_type !== 'global' && scope_id !== '' && { scope_id: scope_id.trim() }),
        ...(description.trim() !== '' && { description: description.trim() }),
      });
      await refresh();
      onClose();
      void toast(t.saved(key));
    },
  });
  const isScoped = form.values.watch('scope_type') !== 'global';
  return (
    <Dialog
      open
      title={t.setTitle}
      busy={form.isSubmitting}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="primary" type="submit" form="set-flag" busy={form.isSubmitting}>
            {t.save}
          </Button>
        </>
      }
    >
      <Form form={form} id="set-flag">
        <TextField
          label={t.key}
          hint={t.keyHint}
          autoComplete="off"
          autoCapitalize="none"
          {...form.field('key', { required: true })}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <Select
            label={t.state}
            options={[
              { value: 'off', label: t.off },
              { value: 'on', label: t.on },
            ]}
            {...form.field('state')}
          />
          <Select
            label={t.scope}
            options={Object.entries(t.scopes).map(([value, label]) => ({ value, label }))}
            {...form.field('scope_type')}
          />
        </div>
        {isScoped && (
          <TextField label={t.scopeId} autoComplete="off" {...form.field('scope_id', { required: true })} />
        )}
        <TextField
          label={t.why}
          hint={t.whyHint}
          optional
          autoComplete="off"
          {...form.field('description')}
        />
      </Form>
    </Dialog>
  );
}
