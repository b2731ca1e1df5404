import { useState } from 'react';
import { ListPage } from '#app/list-page.tsx';
import { useCan } from '#app/me.ts';
import * as messages from '#messages/purchases.ts';
import { ButtonLink } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { BulkBar } from '../parts/bulk-bar.tsx';
import { PurchaseFilterBar } from '../parts/purchase-filter-bar.tsx';
import { usePurchaseColumns } from '../parts/use-purchase-columns.tsx';
import { purchaseFilters, purchasesQuery } from '../queries.ts';

export function PurchasesPage() {
  const t = useMessages(messages);
  const columns = usePurchaseColumns();
  const canSettle = useCan('purchases:settle');
  const [ids, setIds] = useState<readonly string[]>([]);
  return (
    <ListPage
      title={t.title}
      filters={purchaseFilters}
      query={purchasesQuery}
      filterBar={(filters, set) => <PurchaseFilterBar filters={filters} set={set} />}
      empty={t.empty}
      noMatchAction={({ external_id }) =>
        external_id !== undefined && (
          <ButtonLink to="/refusals" search={{ external_id }} kind="primary">
            {t.lookAmongRefusals}
          </ButtonLink>
        )
      }
      rowId={({ id }) => id}
      rowLink={({ id }) => ({ to: '/purchases/$id', params: { id } })}
      selection={canSettle ? { ids, onChange: setIds } : undefined}
      columns={columns}
    >
      {canSettle && <BulkBar ids={ids} onDone={() => setIds([])} />}
    </ListPage>
  );
}
