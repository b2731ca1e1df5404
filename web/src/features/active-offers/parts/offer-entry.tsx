import * as messages from '#messages/active-offers.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { ActiveOffer } from '../queries.ts';
import { rateText } from '../words.ts';

/** A shop with its rate, and the terms below. */
export function OfferEntry({ offer }: { readonly offer: ActiveOffer }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { merchant_name: name, currency, monthly_cap: cap, end_date: end } = offer;
  const terms = [
    cap === null ? t.noLimit : t.limit(format.money(String(cap), currency)),
    t.until(format.date(end)),
  ];
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-0.5 border-b border-line px-5 py-3 last:border-b-0">
      <span className="font-medium">{name}</span>
      <span className="amount justify-self-end text-lead font-strong text-brand">
        {rateText(offer, format)}
      </span>
      <span className="text-small text-muted">{terms.join(' · ')}</span>
      <span className="justify-self-end text-right text-small text-muted">
        {offer.cashback_type === 'percent' ? t.ofAmount : t.perPurchase}
      </span>
    </li>
  );
}
