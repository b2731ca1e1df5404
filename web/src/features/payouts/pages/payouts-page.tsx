import { useState } from 'react';
import { ListPage } from '#app/list-page.tsx';
import { useCan } from '#app/me.ts';
import { maskIban } from '#lib/iban.ts';
import * as messages from '#messages/payouts.ts';
import { Amount } from '#ui/amount.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import { PayoutBadge } from '../parts/payout-badge.tsx';
import { PayoutFilterBar } from '../parts/payout-filter-bar.tsx';
import { PayoutWarnings } from '../parts/payout-warnings.tsx';
import { SelectedPayouts } from '../parts/selected-payouts.tsx';
import { TakeOldest } from '../parts/take-oldest.tsx';
import { TakenPayouts } from '../parts/taken-payouts.tsx';
import { payoutFilters, payoutsQuery } from '../queries.ts';
import type { Taken } from '../taken.ts';

/** The queue of finance: what waits, oldest first. */
export function PayoutsPage() {
  const t = useMessages(messages);
  const mayPay = useCan('payouts:process');
  const [selected, select] = useState<readonly string[]>([]);
  const [taken, setTaken] = useState<Taken>();
  const onTaken = (result: Taken) => {
    setTaken(result);
    select([]);
  };
  return (
    <ListPage
      title={t.title}
      actions={mayPay && <TakeOldest onTaken={onTaken} />}
      filters={payoutFilters}
      query={payoutsQuery}
      filterBar={(filters, set) => <PayoutFilterBar filters={filters} onChange={set} />}
      empty={t.empty}
      rowId={({ id }) => id}
      rowLink={({ id }) => ({ to: '/payouts/$id', params: { id } })}
      selection={mayPay ? { ids: selected, onChange: select } : undefined}
      columns={[
        { id: 'age', header: t.waitsFor, cell: ({ requested_at }) => <Time at={requested_at} as="age" /> },
        { id: 'shopper', header: t.shopper, cell: ({ user_email }) => user_email },
        {
          id: 'amount',
          header: t.amount,
          align: 'right',
          cell: ({ amount, currency }) => <Amount value={amount} currency={currency} />,
        },
        {
          id: 'account',
          header: t.account,
          lesser: true,
          cell: ({ details }) => <span className="whitespace-nowrap">{maskIban(details.iban)}</span>,
        },
        { id: 'state', header: t.state, cell: ({ status }) => <PayoutBadge status={status} /> },
        { id: 'warnings', header: t.warnings, cell: (payout) => <PayoutWarnings payout={payout} /> },
      ]}
    >
      {taken && <TakenPayouts taken={taken} />}
      {selected.length > 0 && <SelectedPayouts ids={selected} onTaken={onTaken} />}
    </ListPage>
  );
}
