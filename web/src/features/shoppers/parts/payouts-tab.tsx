import { useQuery } from '@tanstack/react-query';
import * as common from '#messages/common.ts';
import * as messages from '#messages/shoppers.ts';
import { Amount } from '#ui/amount.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import { payoutsOfQuery } from '../queries.ts';
import { TabTable } from './tab-table.tsx';

export function PayoutsTab({ userId }: { readonly userId: string }) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  return (
    <TabTable
      query={useQuery(payoutsOfQuery(userId, undefined))}
      label={t.tabs.payouts}
      empty={t.noPayouts}
      rowId={({ id }) => id}
      rowLink={({ id }) => ({ to: '/payouts/$id', params: { id } })}
      columns={[
        { id: 'asked', header: t.payouts.asked, cell: ({ requested_at }) => <Time at={requested_at} /> },
        {
          id: 'reference',
          header: t.payouts.reference,
          lesser: true,
          cell: ({ external_reference }) => external_reference ?? shared.notEntered,
        },
        {
          id: 'amount',
          header: t.payouts.amount,
          align: 'right',
          cell: ({ amount, currency }) => <Amount value={amount} currency={currency} />,
        },
        {
          id: 'state',
          header: t.payouts.state,
          cell: ({ status }) => t.payoutStates[status] ?? status,
        },
      ]}
      foot={
        <Link to="/payouts" search={{ user_id: userId, status: 'all' }}>
          {t.seeAll}
        </Link>
      }
    />
  );
}
