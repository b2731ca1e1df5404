import type { Offer } from '#app/client.ts';
import { Form } from '#app/form.tsx';
import { toast } from '#app/toasts.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/offers.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { changeEnd, useRefreshOffers } from '../mutations.ts';

export type ChangeEndDialogProps = { readonly offer: Offer; readonly onClose: () => void };

export function ChangeEndDialog({ offer, onClose }: ChangeEndDialogProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const format = useFormat();
  const refresh = useRefreshOffers();
  const form = useApiForm({
    defaultValues: { end_date: offer.end_date },
    submit: async ({ end_date }) => {
      await changeEnd(offer.id, end_date);
      await refresh();
      onClose();
      void toast(t.changed(format.date(end_date)));
    },
  });
  return (
    <Dialog
      open
      title={t.changeEndTitle(offer.merchant_name)}
      busy={form.isSubmitting}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="primary" type="submit" form="change-end" busy={form.isSubmitting}>
            {t.changeEndConfirm}
          </Button>
        </>
      }
    >
      <Form form={form} id="change-end">
        <TextField
          label={t.lastDay}
          hint={t.changeEndHint(format.date(offer.end_date))}
          type="date"
          min={offer.start_date}
          {...form.field('end_date', { required: true })}
        />
      </Form>
    </Dialog>
  );
}
