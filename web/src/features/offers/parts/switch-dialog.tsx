import type { Offer } from '#app/client.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/offers.ts';
import { Button } from '#ui/button.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { switchOffer, useRefreshOffers } from '../mutations.ts';
import { rateText } from '../words.ts';

export type SwitchDialogProps = {
  readonly offer: Offer;
  /** The gentler way: let it end on a day that shoppers can read. */
  readonly onChangeEnd: () => void;
  readonly onClose: () => void;
};

/** Switches an offer off, after a warning of what shoppers lose, or on again. */
export function SwitchDialog({ offer, onChangeEnd, onClose }: SwitchDialogProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const refresh = useRefreshOffers();
  const isOn = offer.status === 'active';
  const days = t.daysOf(format.date(offer.start_date), format.date(offer.end_date));
  return (
    <MoneyDialog
      title={isOn ? t.switchOffTitle(offer.merchant_name) : t.switchOnOf(offer.merchant_name)}
      confirmLabel={isOn ? t.switchOffConfirm : t.switchOn}
      danger={isOn}
      run={() => switchOffer(offer.id, isOn ? 'inactive' : 'active')}
      onDone={() => {
        void refresh();
        void toast(isOn ? t.switchedOff : t.switchedOn);
      }}
      onClose={onClose}
    >
      <p className="font-medium">
        {rateText(offer, t, format)}, {days}
      </p>
      {isOn && (
        <>
          <p className="rounded-control bg-amber-fill px-3 py-2 text-amber">{t.switchOffEffect}</p>
          <div className="flex flex-wrap items-center justify-between gap-2">
            <p className="max-w-72 text-muted">{t.switchOffInstead}</p>
            <Button onClick={onChangeEnd}>{t.changeEnd}</Button>
          </div>
        </>
      )}
    </MoneyDialog>
  );
}
