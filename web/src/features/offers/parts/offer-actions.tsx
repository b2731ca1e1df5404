import { useState } from 'react';
import type { Offer } from '#app/client.ts';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { useCan } from '#app/me.ts';
import * as messages from '#messages/offers.ts';
import { Button } from '#ui/button.tsx';
import { ButtonLink } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { RowActions } from '#ui/row-actions.tsx';

const ChangeEndDialog = lazyDialog(async () => (await import('./change-end-dialog.tsx')).ChangeEndDialog);
const SwitchDialog = lazyDialog(async () => (await import('./switch-dialog.tsx')).SwitchDialog);

/** What a person may do with an offer. Its history is for all staff. */
export function OfferActions({ offer }: { readonly offer: Offer }) {
  const t = useMessages(messages);
  const mayWrite = useCan('offers:write');
  const [open, setOpen] = useState<'end' | 'switch'>();
  const name = offer.merchant_name;
  const isOn = offer.status === 'active';
  return (
    <RowActions>
      {mayWrite && (
        <>
          <Button kind="quiet" aria-label={t.changeEndOf(name)} onClick={() => setOpen('end')}>
            {t.changeEnd}
          </Button>
          <Button
            kind="quiet"
            aria-label={isOn ? t.switchOffOf(name) : t.switchOnOf(name)}
            onClick={() => setOpen('switch')}
          >
            {isOn ? t.switchOff : t.switchOn}
          </Button>
        </>
      )}
      <ButtonLink kind="quiet" to="/audit" search={{ resource_type: 'offer', resource_id: offer.id }}>
        {t.history}
      </ButtonLink>
      {open === 'end' && <ChangeEndDialog offer={offer} onClose={() => setOpen(undefined)} />}
      {open === 'switch' && (
        <SwitchDialog offer={offer} onChangeEnd={() => setOpen('end')} onClose={() => setOpen(undefined)} />
      )}
    </RowActions>
  );
}
