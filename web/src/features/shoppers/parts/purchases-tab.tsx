import { useQuery } from '@tanstack/react-query';
import { purchasesQuery, usePurchaseColumns } from '#features/purchases/index.ts';
import * as messages from '#messages/shoppers.ts';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { TabTable } from './tab-table.tsx';

export function PurchasesTab({ userId }: { readonly userId: string }) {
  const t = useMessages(messages);
  const columns = usePurchaseColumns();
  return (
    <TabTable
      query={useQuery(purchasesQuery({ user_id: userId }))}
      label={t.tabs.purchases}
      empty={t.noPurchases}
      rowId={({ id }) => id}
      rowLink={({ id }) => ({ to: '/purchases/$id', params: { id } })}
      columns={columns.filter(({ id }) => !['shopper', 'partner'].includes(id))}
      foot={
        <Link to="/purchases" search={{ user_id: userId }}>
          {t.seeAll}
        </Link>
      }
    />
  );
}
