import * as messages from '#messages/purchases.ts';
import { Card } from '#ui/card.tsx';
import { useLocale, useMessages } from '#ui/locale.tsx';
import type { Timeline } from '../model.ts';
import { nextSentences } from '../words.ts';
import { HistoryEvent } from './history-event.tsx';
import { HistoryNext } from './history-next.tsx';
import { HISTORY_HEAD } from './history-parts.ts';
import { HistoryPayout } from './history-payout.tsx';

/** All that happened to a purchase, oldest first, each with the journal entry that it made. */
export function HistoryCard({ timeline }: { readonly timeline: Timeline }) {
  const t = useMessages(messages);
  const { locale } = useLocale();
  const { purchase, events, payouts } = timeline;
  const { currency } = purchase;
  const hasNext = payouts.length > 0 || nextSentences(timeline, locale).length > 0;
  return (
    <Card title={t.happened}>
      <table className="w-full border-collapse max-sm:block">
        <thead className="max-sm:sr-only">
          <tr>
            <th scope="col" className={`${HISTORY_HEAD} pl-7 text-left`}>
              {t.when}
            </th>
            <th scope="col" className={`${HISTORY_HEAD} text-left`}>
              {t.what}
            </th>
            <th scope="col" className={`${HISTORY_HEAD} text-right`}>
              {t.amount}
            </th>
            <th scope="col" className={`${HISTORY_HEAD} text-right`}>
              {t.pendingAfter}
            </th>
            <th scope="col" className={`${HISTORY_HEAD} pr-0 text-right`}>
              {t.availableAfter}
            </th>
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {events.map((event, index) => (
            <HistoryEvent
              // biome-ignore lint/suspicious/noArrayIndexKey: events are only ever appended.
              key={index}
              event={event}
              currency={currency}
              isLast={!hasNext && index === events.length - 1}
            />
          ))}
          {payouts.map((payout, index) => (
            <HistoryPayout
              key={payout.id}
              payout={payout}
              currency={currency}
              isLast={index === payouts.length - 1}
            />
          ))}
          <HistoryNext timeline={timeline} />
        </tbody>
      </table>
      {payouts.length > 0 && <p className="mt-3 text-small text-muted">{t.convention}</p>}
    </Card>
  );
}
