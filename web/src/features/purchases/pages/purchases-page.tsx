import { ListPage } from '#app/list-page.tsx';
import * as common from '#messages/common.ts';
import * as messages from '#messages/purchases.ts';
import { Amount } from '#ui/amount.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Short } from '#ui/short.tsx';
import { Time } from '#ui/time.tsx';
import { PurchaseBadge } from '../parts/purchase-badge.tsx';
import { PurchaseFilterBar } from '../parts/purchase-filter-bar.tsx';
import { purchaseFilters, purchasesQuery } from '../queries.ts';

export function PurchasesPage() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  return (
    <ListPage
      title={t.title}
      filters={purchaseFilters}
      query={purchasesQuery}
      filterBar={(filters, set) => <PurchaseFilterBar filters={filters} set={set} />}
      empty={t.empty}
      rowId={({ id }) => id}
      rowLink={({ id }) => ({ to: '/purchases/$id', params: { id } })}
      columns={[
        { id: 'reported', header: t.columns.reported, cell: ({ created_at }) => <Time at={created_at} /> },
        { id: 'order', header: t.columns.order, cell: ({ external_id }) => <Short>{external_id}</Short> },
        {
          id: 'shopper',
          header: t.columns.shopper,
          cell: ({ user_email }) => user_email ?? shared.notEntered,
        },
        {
          id: 'merchant',
          header: t.columns.merchant,
          cell: ({ merchant_name }) => merchant_name ?? shared.notEntered,
        },
        {
          id: 'partner',
          header: t.columns.partner,
          lesser: true,
          cell: ({ partner_name }) => partner_name ?? shared.notEntered,
        },
        {
          id: 'amount',
          header: t.columns.amount,
          align: 'right',
          cell: ({ amount, currency }) => <Amount value={amount} currency={currency} />,
        },
        {
          id: 'cashback',
          header: t.columns.cashback,
          align: 'right',
          cell: ({ cashback_amount: cashback, cashback_status, currency }) =>
            cashback === undefined ? null : (
              <Amount value={cashback} currency={currency} struck={cashback_status === 'reversed'} />
            ),
        },
        {
          id: 'state',
          header: t.columns.state,
          cell: ({ status, held }) => <PurchaseBadge status={status} held={held} />,
        },
      ]}
    />
  );
}
