import * as common from '#messages/common.ts';
import * as messages from '#messages/purchases.ts';
import { Amount } from '#ui/amount.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Short } from '#ui/short.tsx';
import type { Column } from '#ui/table-parts.ts';
import { Time } from '#ui/time.tsx';
import type { PurchaseRow } from '../model.ts';
import { PurchaseBadge } from './purchase-badge.tsx';

/** The columns of lists of purchases. */
export function usePurchaseColumns(): readonly Column<PurchaseRow>[] {
  const t = useMessages(messages);
  const { notEntered } = useMessages(common);
  return [
    {
      id: 'reported',
      header: t.columns.reported,
      cell: ({ created_at }) => <Time at={created_at} as="date" />,
    },
    { id: 'order', header: t.columns.order, cell: ({ external_id }) => <Short>{external_id}</Short> },
    { id: 'shopper', header: t.columns.shopper, cell: ({ user_email }) => user_email ?? notEntered },
    {
      id: 'merchant',
      header: t.columns.merchant,
      cell: ({ merchant_name }) => <Short>{merchant_name ?? notEntered}</Short>,
    },
    {
      id: 'partner',
      header: t.columns.partner,
      lesser: true,
      cell: ({ partner_name }) => <Short>{partner_name ?? notEntered}</Short>,
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
  ];
}
