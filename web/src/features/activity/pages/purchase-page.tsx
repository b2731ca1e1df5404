import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/activity.ts';
import { Button } from '#ui/button.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { HistoryCard } from '../parts/history-card.tsx';
import { RewardCard } from '../parts/reward-card.tsx';
import { WhyCard } from '../parts/why-card.tsx';
import { purchaseQuery } from '../queries.ts';

/** One purchase: its cashback, how it was computed, what happened and what comes next. */
export function PurchasePage() {
  const t = useMessages(messages);
  const format = useFormat();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery(purchaseQuery(id));
  return (
    <div className="grid gap-4">
      {query.data === undefined && (
        <PageTitle title={t.purchase} path={[{ label: t.title, to: '/activity' }]} />
      )}
      <Loaded query={query}>
        {(detail) => (
          <>
            <PageTitle
              title={detail.purchase.merchant_name}
              path={[{ label: t.title, to: '/activity' }]}
              actions={
                <span className="max-sm:hidden">
                  <Button icon="print" onClick={() => window.print()}>
                    {t.print}
                  </Button>
                </span>
              }
            >
              {t.bought(
                format.money(detail.purchase.amount, detail.purchase.currency),
                format.date(detail.purchase.purchased_at),
              )}
            </PageTitle>
            <RewardCard detail={detail} />
            <WhyCard detail={detail} />
            <HistoryCard detail={detail} />
          </>
        )}
      </Loaded>
    </div>
  );
}
