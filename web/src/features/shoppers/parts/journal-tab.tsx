import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import * as purchases from '#messages/purchases.ts';
import * as messages from '#messages/shoppers.ts';
import { Amount } from '#ui/amount.tsx';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Pager } from '#ui/pager.tsx';
import { Table } from '#ui/table.tsx';
import { Time } from '#ui/time.tsx';
import type { Shopper } from '../model.ts';
import { journalQuery, shopperSearch } from '../queries.ts';
import { JournalSubject } from './journal-subject.tsx';

/** The entries of the shopper's wallet, newest first. */
export function JournalTab({ shopper }: { readonly shopper: Shopper }) {
  const t = useMessages(messages);
  const { buckets } = useMessages(purchases);
  const search = shopperSearch(useSearch({ strict: false }));
  const currency = search.currency ?? shopper.wallets[0]?.currency;
  const query = useQuery({
    ...journalQuery(shopper.id, currency ?? '', search.cursor),
    enabled: currency !== undefined,
  });
  if (currency === undefined)
    return (
      <Card flush>
        <Empty>{t.noJournal}</Empty>
      </Card>
    );
  return (
    <Loaded query={query}>
      {({ data, pagination }) => (
        <Card flush>
          {data.length === 0 ? (
            <Empty>{t.noJournal}</Empty>
          ) : (
            <Table
              label={t.tabs.journal}
              rows={data}
              rowId={({ id }) => id}
              columns={[
                { id: 'when', header: t.journal.when, cell: ({ created_at }) => <Time at={created_at} /> },
                { id: 'what', header: t.journal.what, cell: (entry) => <JournalSubject entry={entry} /> },
                {
                  id: 'move',
                  header: t.journal.move,
                  lesser: true,
                  cell: ({ from, to }) => `${buckets[from]} → ${buckets[to]}`,
                },
                {
                  id: 'amount',
                  header: t.journal.amount,
                  align: 'right',
                  cell: ({ amount }) => <Amount value={amount} currency={currency} />,
                },
                {
                  id: 'after',
                  header: t.journal.availableAfter,
                  align: 'right',
                  cell: ({ available_after }) => <Amount value={available_after} currency={currency} />,
                },
              ]}
            />
          )}
          <Pager
            total={pagination.total}
            totalIsEstimate={pagination.total_is_estimate ?? false}
            isFirst={search.cursor === undefined}
            next={pagination.next_cursor ? { cursor: pagination.next_cursor } : undefined}
          />
        </Card>
      )}
    </Loaded>
  );
}
