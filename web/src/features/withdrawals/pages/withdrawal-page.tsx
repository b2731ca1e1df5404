import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import { maskIban } from '#lib/iban.ts';
import * as activity from '#messages/activity.ts';
import * as messages from '#messages/withdrawals.ts';
import { Badge } from '#ui/badge.tsx';
import { Card } from '#ui/card.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { StatusCard } from '../parts/status-card.tsx';
import { withdrawalQuery } from '../queries.ts';
import { isOut, withdrawalBadge } from '../words.ts';

/** Where one withdrawal is. */
export function WithdrawalPage() {
  const t = useMessages(messages);
  const { title: activityTitle } = useMessages(activity);
  const format = useFormat();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  return (
    <div className="grid gap-4">
      <PageTitle
        title={t.withdrawal}
        path={[{ label: activityTitle, to: '/activity', search: { kind: 'withdrawals' } }]}
      />
      <Loaded query={useQuery(withdrawalQuery(id))}>
        {(withdrawal) => {
          const { status, amount, currency, details } = withdrawal;
          const badge = withdrawalBadge(status, t);
          const text = format.money(amount, currency);
          return (
            <>
              <Card>
                <p className="amount text-hero font-strong tracking-tight">
                  {isOut(withdrawal) ? text : <s className="text-muted">{text}</s>}
                </p>
                <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1" role="status">
                  <Badge tone={badge.tone} icon={badge.icon}>
                    {badge.text}
                  </Badge>
                  <span className="text-muted">
                    {t.toAccount(maskIban(details.iban))}, {details.account_holder}
                  </span>
                </p>
              </Card>
              <StatusCard withdrawal={withdrawal} />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
