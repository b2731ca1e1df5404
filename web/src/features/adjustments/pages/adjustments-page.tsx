import { ListPage } from '#app/list-page.tsx';
import * as messages from '#messages/adjustments.ts';
import { Amount } from '#ui/amount.tsx';
import { Badge } from '#ui/badge.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { Time } from '#ui/time.tsx';
import { AdjustmentActions } from '../parts/adjustment-actions.tsx';
import { ADJUSTMENT_STATES, adjustmentFilters, adjustmentsQuery } from '../queries.ts';
import { ADJUSTMENT_LOOKS, signedAmount } from '../words.ts';

/** What support and finance asked for and a second person has to approve. */
export function AdjustmentsPage() {
  const t = useMessages(messages);
  return (
    <ListPage
      title={t.title}
      filters={adjustmentFilters}
      query={adjustmentsQuery}
      filterBar={({ status }, set) => (
        <Select
          label={t.state}
          value={status ?? ''}
          onChange={({ target: { value } }) => set({ status: (value || undefined) as typeof status })}
          options={[
            { value: '', label: t.waiting },
            ...ADJUSTMENT_STATES.slice(1).map((value) => ({ value, label: t.states[value] })),
            { value: 'all', label: t.everyState },
          ]}
        />
      )}
      empty={t.empty}
      rowId={({ id }) => id}
      columns={[
        {
          id: 'shopper',
          header: t.shopper,
          cell: ({ user_id }) => (
            <Link to="/shoppers/$id" params={{ id: user_id }}>
              {t.openShopper}
            </Link>
          ),
        },
        {
          id: 'amount',
          header: t.amount,
          align: 'right',
          cell: (adjustment) => (
            <Amount signed value={signedAmount(adjustment)} currency={adjustment.currency} />
          ),
        },
        {
          id: 'reason',
          header: t.reason,
          cell: ({ reason }) => <span className="break-words">{reason}</span>,
        },
        { id: 'asked', header: t.asked, lesser: true, cell: ({ created_at }) => <Time at={created_at} /> },
        {
          id: 'until',
          header: t.until,
          lesser: true,
          cell: ({ expires_at: at }) => (at === null ? '–' : <Time at={at} as="date" />),
        },
        {
          id: 'state',
          header: t.state,
          cell: ({ status }) => <Badge {...ADJUSTMENT_LOOKS[status]}>{t.states[status]}</Badge>,
        },
        {
          id: 'actions',
          header: t.actions,
          cell: (adjustment) => <AdjustmentActions adjustment={adjustment} />,
        },
      ]}
    />
  );
}
