import { useSearch } from '@tanstack/react-router';
import * as messages from '#messages/activity.ts';
import { LinkTabs } from '#ui/link-tabs.tsx';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { MovementList } from '../parts/movement-list.tsx';
import { PurchaseList } from '../parts/purchase-list.tsx';
import { WithdrawalList } from '../parts/withdrawal-list.tsx';
import { activityFilters } from '../queries.ts';

/** Purchases, withdrawals, or every movement of money. */
export function ActivityPage() {
  const t = useMessages(messages);
  const { kind } = activityFilters(useSearch({ strict: false }));
  return (
    <div className="grid gap-4">
      <PageTitle title={t.title} />
      <LinkTabs
        label={t.kinds}
        tabs={[
          { label: t.purchases, isCurrent: kind === undefined, place: { to: '/activity' } },
          {
            label: t.withdrawals,
            isCurrent: kind === 'withdrawals',
            place: { to: '/activity', search: { kind: 'withdrawals' } },
          },
          {
            label: t.movements,
            isCurrent: kind === 'movements',
            place: { to: '/activity', search: { kind: 'movements' } },
          },
        ]}
      />
      {kind === undefined && <PurchaseList />}
      {kind === 'withdrawals' && <WithdrawalList />}
      {kind === 'movements' && <MovementList />}
    </div>
  );
}
