import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import * as messages from '#messages/activity.ts';
import { Card } from '#ui/card.tsx';
import { History, type HistoryStep } from '#ui/history.tsx';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import type { OwnPurchaseDetail } from '../queries.ts';
import { eventText, nextText } from '../words.ts';

/** The steps of a purchase, the withdrawals that paid it, and what comes next. */
export function HistoryCard({ detail }: { readonly detail: OwnPurchaseDetail }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { data: info } = useQuery(appInfoQuery);
  const { purchase, events, payouts } = detail;
  const next = nextText(detail, t, format);
  const steps: HistoryStep[] = [
    { id: 'bought', text: t.events.bought, time: <Time at={purchase.purchased_at} /> },
    ...events.map(({ at, kind }) => ({
      id: `${at} ${kind}`,
      text: eventText(kind, t),
      time: <Time at={at} />,
    })),
    ...payouts.map(({ id, covered_amount: amount, status, settled_at: settledAt }) => ({
      id,
      text: (
        <Link to="/withdraw/$id" params={{ id }}>
          {(status === 'completed' ? t.paidWith : t.onItsWayWith)(format.money(amount, purchase.currency))}
        </Link>
      ),
      time: settledAt === null ? undefined : <Time at={settledAt} />,
    })),
    ...(next === undefined ? [] : [{ id: 'next', text: next, isNext: true }]),
  ];
  return (
    <Card title={t.whatHappened}>
      <History steps={steps} />
      {payouts.length > 0 && <p className="mt-4 text-small text-muted">{t.convention}</p>}
      {info?.support_email && (
        <p className="no-print mt-4 text-small text-muted">{t.support(info.support_email)}</p>
      )}
    </Card>
  );
}
