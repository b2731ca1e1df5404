import * as messages from '#messages/purchases.ts';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Sentence } from '#ui/sentence.tsx';
import { Time } from '#ui/time.tsx';
import type { Timeline } from '../model.ts';
import { HistoryMark } from './history-mark.tsx';
import { HISTORY_CELL, HISTORY_ROW } from './history-parts.ts';

export type HistoryPayoutProps = {
  readonly payout: Timeline['payouts'][number];
  readonly currency: string;
  readonly isLast: boolean;
};

/** A payout that paid a part of the reward. */
export function HistoryPayout({ payout, currency, isLast }: HistoryPayoutProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const { id, covered_amount, status, settled_at: settledAt } = payout;
  const amount = format.money(covered_amount, currency);
  return (
    <tr className={HISTORY_ROW}>
      <td className={`${HISTORY_CELL} pl-7 text-muted max-sm:col-start-2 max-sm:p-0`}>
        <HistoryMark kind="payout" isLast={isLast} />
        {settledAt !== null && <Time at={settledAt} />}
      </td>
      <td colSpan={4} className={`${HISTORY_CELL} max-sm:col-start-2 max-sm:p-0`}>
        <Sentence>{status === 'completed' ? t.events.paid(amount) : t.events.onItsWay(amount)}</Sentence>
        <span className="block text-small">
          <Link to="/payouts/$id" params={{ id }}>
            {t.payout} {id}
          </Link>
        </span>
      </td>
    </tr>
  );
}
