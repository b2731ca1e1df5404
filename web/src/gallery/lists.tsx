import { useState } from 'react';
import { Amount } from '#ui/amount.tsx';
import { Badge } from '#ui/badge.tsx';
import { Card } from '#ui/card.tsx';
import { Entry } from '#ui/entry.tsx';
import { Pager } from '#ui/pager.tsx';
import { Table } from '#ui/table.tsx';

type Row = {
  readonly id: string;
  readonly shopper: string;
  readonly amount: string;
  readonly isOpen: boolean;
};

const ROWS: readonly Row[] = [
  { id: 'order-1', shopper: 'alice@clicknback.com', amount: '47.35', isOpen: true },
  {
    id: 'order-2',
    shopper: 'a-very-long-name-that-does-not-end@subdomain.clicknback.com',
    amount: '1200.00',
    isOpen: true,
  },
  { id: 'order-3', shopper: 'carol@clicknback.com', amount: '-3.00', isOpen: false },
];

export function Lists() {
  const [ids, setIds] = useState<readonly string[]>(['order-2']);
  return (
    <>
      <Card title="A table" flush>
        <Table
          label="Purchases"
          rows={ROWS}
          rowId={({ id }) => id}
          rowLink={({ id }) => ({ to: `/purchases/${id}` })}
          selection={{ ids, onChange: setIds, isSelectable: (id) => id !== 'order-3' }}
          columns={[
            { id: 'order', header: 'Order', cell: ({ id }) => id },
            {
              id: 'shopper',
              header: 'Shopper',
              cell: ({ shopper }) => <span className="break-all">{shopper}</span>,
            },
            {
              id: 'state',
              header: 'State',
              lesser: true,
              cell: ({ isOpen }) =>
                isOpen ? (
                  <Badge tone="amber" icon="clock">
                    Pending
                  </Badge>
                ) : (
                  <Badge tone="green" icon="check">
                    Confirmed
                  </Badge>
                ),
            },
            {
              id: 'amount',
              header: 'Amount',
              align: 'right',
              cell: ({ amount }) => <Amount value={amount} currency="EUR" />,
            },
          ]}
        />
        <Pager total={12_345} totalIsEstimate isFirst={false} next={{ cursor: 'x' }} />
      </Card>
      <Card title="Entries" flush>
        <ul>
          {ROWS.map(({ id, shopper, amount }) => (
            <Entry
              key={id}
              title={shopper}
              subtitle="Yours by 27 Dec"
              value={<Amount value={amount} currency="EUR" />}
              badge={
                <Badge tone="amber" icon="clock">
                  Waiting
                </Badge>
              }
              place={{ to: `/activity/${id}` }}
            />
          ))}
        </ul>
      </Card>
    </>
  );
}
