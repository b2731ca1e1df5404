import type { Offer } from '#app/client.ts';
import type { Days } from '#lib/dates.ts';
import * as messages from '#messages/offers.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { barOf, rateText, stateOf } from '../words.ts';
import { OfferActions } from './offer-actions.tsx';
import { OfferBadge } from './offer-badge.tsx';

const FILLS = {
  active: 'bg-brand',
  upcoming: 'border-2 border-brand bg-surface',
  ended: 'bg-control',
  off: 'border-2 border-dashed border-control bg-surface',
} as const;

export type OfferBarProps = {
  readonly offer: Offer;
  readonly today: string;
  /** The days that the line shows. */
  readonly span: Days;
};

/** One offer: its words, and its bar on the line of days. */
export function OfferBar({ offer, today, span }: OfferBarProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const bar = barOf(offer.start_date, offer.end_date, span.from, span.to);
  const now = barOf(today, today, span.from, span.to);
  return (
    <li className="grid gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-strong">{rateText(offer, t, format)}</span>
        <OfferBadge offer={offer} />
        <span className="text-muted">
          {t.daysOf(format.date(offer.start_date), format.date(offer.end_date))}
        </span>
        <span className="ml-auto">
          <OfferActions offer={offer} />
        </span>
      </div>
      <div aria-hidden="true" className="relative h-3 rounded-control bg-sunken">
        <span
          className={`absolute inset-y-0 min-w-1 rounded-control ${FILLS[stateOf(offer, today)]}`}
          style={bar}
        />
        <span className="absolute -inset-y-1 w-0.5 bg-ink" title={t.today} style={{ left: now.left }} />
      </div>
    </li>
  );
}
