import * as messages from '#messages/purchases.ts';
import { Amount } from '#ui/amount.tsx';
import { useLocale, useMessages } from '#ui/locale.tsx';
import { Sentence } from '#ui/sentence.tsx';
import { Time } from '#ui/time.tsx';
import type { TimelineEvent } from '../model.ts';
import { eventSentence } from '../words.ts';
import { HistoryMark } from './history-mark.tsx';
import { HISTORY_CELL, HISTORY_FIGURE, HISTORY_ROW } from './history-parts.ts';

export type HistoryEventProps = {
  readonly event: TimelineEvent;
  readonly currency: string;
  readonly isLast: boolean;
};

/** One event, and below its sentence the entry of the journal. */
export function HistoryEvent({ event, currency, isLast }: HistoryEventProps) {
  const t = useMessages(messages);
  const { locale } = useLocale();
  const { at, kind, entry, request_id: requestId } = event;
  return (
    <tr className={HISTORY_ROW}>
      <td className={`${HISTORY_CELL} pl-7 text-muted max-sm:col-start-2 max-sm:p-0`}>
        <HistoryMark kind={kind} isLast={isLast} />
        <Time at={at} />
      </td>
      <td
        className={`${HISTORY_CELL} w-full max-sm:col-start-2 max-sm:p-0`}
        title={requestId === null ? undefined : t.requestOf(requestId)}
      >
        <Sentence>{eventSentence(event, currency, locale)}</Sentence>
        {entry && (
          <span className="block text-small text-muted" data-entry={entry.sequence}>
            {t.entry(`${entry.sequence}`, t.buckets[entry.from], t.buckets[entry.to])}
          </span>
        )}
      </td>
      {entry ? (
        <>
          <td className={HISTORY_FIGURE}>
            <FigureName>{t.amount}</FigureName>
            <Amount value={entry.amount} currency={currency} />
          </td>
          <td className={HISTORY_FIGURE}>
            <FigureName>{t.pendingAfter}</FigureName>
            <Amount value={entry.pending_after} currency={currency} />
          </td>
          <td className={`${HISTORY_FIGURE} pr-0`}>
            <FigureName>{t.availableAfter}</FigureName>
            <Amount value={entry.available_after} currency={currency} />
          </td>
        </>
      ) : (
        <td colSpan={3} className="max-sm:hidden" />
      )}
    </tr>
  );
}

/** On phones the heads of the columns are away. */
function FigureName({ children }: { readonly children: string }) {
  return (
    <span aria-hidden="true" className="text-small text-muted sm:hidden">
      {children}
    </span>
  );
}
