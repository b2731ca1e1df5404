import * as messages from '#messages/purchases.ts';
import { useLocale, useMessages } from '#ui/locale.tsx';
import { Sentence } from '#ui/sentence.tsx';
import type { Timeline } from '../model.ts';
import { nextSentences } from '../words.ts';
import { HISTORY_CELL, HISTORY_ROW } from './history-parts.ts';

/** The dashed end of the line: what comes next, or what blocks it. */
export function HistoryNext({ timeline }: { readonly timeline: Timeline }) {
  const t = useMessages(messages);
  const { locale } = useLocale();
  const [first, ...blockers] = nextSentences(timeline, locale);
  if (first === undefined) return null;
  return (
    <tr className={HISTORY_ROW}>
      <td className={`${HISTORY_CELL} pl-7 text-muted max-sm:col-start-2 max-sm:p-0`}>
        <span aria-hidden="true" className="absolute inset-y-0 left-0 w-5">
          <span className="absolute top-2.5 left-0 size-5 rounded-full border border-dashed border-control" />
        </span>
        {t.next.title}
      </td>
      <td colSpan={4} className={`${HISTORY_CELL} text-muted max-sm:col-start-2 max-sm:p-0`}>
        <Sentence>{first}</Sentence>
        {blockers.length > 0 && (
          <ul className="mt-1 list-disc pl-4 text-ink">
            {blockers.map((blocker) => (
              <li key={blocker}>{blocker}</li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}
