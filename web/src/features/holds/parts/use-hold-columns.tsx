import type { Answer } from '#app/client.ts';
import type { Action } from '#features/purchases/index.ts';
import * as messages from '#messages/holds.ts';
import { Amount } from '#ui/amount.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Short } from '#ui/short.tsx';
import type { Column } from '#ui/table-parts.ts';
import { Time } from '#ui/time.tsx';
import { HoldActions } from './hold-actions.tsx';
import { HoldBadge } from './hold-badge.tsx';
import { HoldReasons } from './hold-reasons.tsx';

export type Hold = Answer<'/purchase-holds', 'get'>['data'][number];

/** @param decide opens the review of a decision. Undefined: the role may not decide. */
export function useHoldColumns(
  decide: ((purchaseId: string, action: Action) => void) | undefined,
): readonly Column<Hold>[] {
  const t = useMessages(messages);
  return [
    { id: 'age', header: t.columns.age, cell: ({ held_at }) => <Time at={held_at} as="age" /> },
    {
      id: 'order',
      header: t.columns.order,
      cell: ({ external_id, user_id, user_email }) => (
        <span className="grid">
          <Short>{external_id}</Short>
          <span className="relative z-1 text-small">
            <Link to="/shoppers/$id" params={{ id: user_id }}>
              {user_email}
            </Link>
          </span>
        </span>
      ),
    },
    {
      id: 'merchant',
      header: t.columns.merchant,
      lesser: true,
      cell: ({ merchant_name }) => <Short>{merchant_name}</Short>,
    },
    {
      id: 'amount',
      header: t.columns.amount,
      align: 'right',
      cell: ({ amount, cashback_amount, currency }) => (
        <span className="grid">
          <Amount value={amount} currency={currency} />
          <span className="text-small text-muted">
            <Amount value={cashback_amount} currency={currency} signed />
          </span>
        </span>
      ),
    },
    { id: 'reasons', header: t.columns.reasons, cell: ({ reasons }) => <HoldReasons reasons={reasons} /> },
    {
      id: 'decide',
      header: decide === undefined ? t.columns.state : t.columns.decide,
      cell: ({ purchase_id, status }) =>
        decide !== undefined && status === 'open' ? (
          <HoldActions decide={(action) => decide(purchase_id, action)} />
        ) : (
          <HoldBadge status={status} />
        ),
    },
  ];
}
