import { EntryList } from '#app/entry-list.tsx';
import { useFilters } from '#app/list-page.tsx';
import { WithdrawalEntry, withdrawalsQuery } from '#features/withdrawals/index.ts';
import * as messages from '#messages/activity.ts';
import { ButtonLink } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { activityFilters } from '../queries.ts';

export function WithdrawalList() {
  const t = useMessages(messages);
  const [filters] = useFilters(activityFilters);
  return (
    <EntryList
      query={withdrawalsQuery(filters)}
      place={filters}
      empty={t.noWithdrawals}
      emptyAction={<ButtonLink to="/withdraw">{t.toWithdraw}</ButtonLink>}
      onClear={undefined}
    >
      {(withdrawal) => <WithdrawalEntry key={withdrawal.id} withdrawal={withdrawal} />}
    </EntryList>
  );
}
