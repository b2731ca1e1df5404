import * as messages from '#messages/active-offers.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { ActiveOffer } from '../queries.ts';
import { rateText } from '../words.ts';

/** A shop with its rate, and the terms below. */
export function OfferEntry({ offer }: { readonly offer: ActiveOffer }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { merchant_name: name, currency, monthly_cap: cap, cap_left: left, end_date: end } = offer;
  const limitText = (limit: number, rest: number | null) => {
    const of = format.money(String(limit), currency);
    if (rest === null) return t.limit(of);
    return rest > 0 ? t.left(format.money(String(rest), currency), of) : t.usedUp(of);
  };
  const terms = [
    ...(offer.cashback_type === 'fixed' ? [t.perPurchase] : []),
    t.yoursAfter(offer.confirmation_days),
    ...(cap === null ? [] : [limitText(cap, left)]),
    t.until(format.date(end)),
  ];
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-0.5 border-b border-line px-5 py-3 last:border-b-0">
      <span className="font-medium">{name}</span>
      <span className="amount justify-self-end text-lead font-strong text-brand">
        {rateText(offer, format)}
      </span>
      <span className="col-span-2 text-small text-muted">{terms.join(' · ')}</span>
    </li>
  );
}
