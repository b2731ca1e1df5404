import type { Merchant } from '#app/client.ts';
import { Form } from '#app/form.tsx';
import { toast } from '#app/toasts.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/merchants.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { draftOf, isDays, isRate, merchantOf } from '../merchant-draft.ts';
import { saveMerchant, useRefreshMerchants } from '../mutations.ts';

export type MerchantDialogProps = {
  /** The merchant to change. Without one, the dialog adds a merchant. */
  readonly merchant?: Merchant;
  readonly onClose: () => void;
};

export function MerchantDialog({ merchant, onClose }: MerchantDialogProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const refresh = useRefreshMerchants();
  const form = useApiForm({
    defaultValues: draftOf(merchant),
    submit: async (draft) => {
      await saveMerchant(merchant?.id, merchantOf(draft));
      await refresh();
      onClose();
      void toast(merchant === undefined ? t.created(draft.name) : t.saved);
    },
  });
  return (
    <Dialog
      open
      title={merchant === undefined ? t.createTitle : t.editTitle(merchant.name)}
      busy={form.isSubmitting}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="primary" type="submit" form="merchant" busy={form.isSubmitting}>
            {merchant === undefined ? t.createConfirm : t.save}
          </Button>
        </>
      }
    >
      <Form form={form} id="merchant">
        <TextField label={t.name} autoComplete="off" {...form.field('name', { required: true })} />
        <TextField
          label={t.rate}
          hint={t.rateHint}
          inputMode="decimal"
          autoComplete="off"
          {...form.field('default_cashback_percentage', {
            required: true,
            check: (typed) => (isRate(typed) ? undefined : t.rateWrong),
          })}
        />
        <TextField
          label={t.days}
          hint={t.daysHint}
          optional
          inputMode="numeric"
          autoComplete="off"
          {...form.field('confirmation_days', {
            check: (typed) => (isDays(typed) ? undefined : t.daysWrong),
          })}
        />
      </Form>
    </Dialog>
  );
}
