import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import { Form } from '#app/form.tsx';
import { toast } from '#app/toasts.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import { addDays } from '#lib/dates.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/offers.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { createOffer, useRefreshOffers } from '../mutations.ts';
import { type OfferDraft, offerOf } from '../offer-draft.ts';
import { utcToday } from '../words.ts';
import { OfferFields } from './offer-fields.tsx';

const USUAL_DAYS = 90;

export type NewOfferDialogProps = {
  /** The merchant, where the person came from its page. */
  readonly merchantId?: string;
  readonly onClose: () => void;
};

export function NewOfferDialog({ merchantId, onClose }: NewOfferDialogProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const refresh = useRefreshOffers();
  const { data: info } = useQuery(appInfoQuery);
  const form = useApiForm<OfferDraft>({
    defaultValues: {
      merchant_id: merchantId ?? '',
      cashback_type: 'percent',
      cashback_value: '',
      currency: info?.currencies[0]?.code ?? 'EUR',
      monthly_cap: '',
      start_date: utcToday(),
      end_date: addDays(utcToday(), USUAL_DAYS),
    },
    submit: async (draft) => {
      await createOffer(offerOf(draft));
      await refresh();
      onClose();
      void toast(t.created);
    },
  });
  return (
    <Dialog
      open
      title={t.createTitle}
      busy={form.isSubmitting}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="primary" type="submit" form="new-offer" busy={form.isSubmitting}>
            {t.createConfirm}
          </Button>
        </>
      }
    >
      <Form form={form} id="new-offer">
        <OfferFields form={form} currencies={info?.currencies.map(({ code }) => code) ?? ['EUR']} />
      </Form>
    </Dialog>
  );
}
