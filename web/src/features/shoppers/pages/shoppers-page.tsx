import { ListPage } from '#app/list-page.tsx';
import * as common from '#messages/common.ts';
import * as messages from '#messages/shoppers.ts';
import { useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { Time } from '#ui/time.tsx';
import { ShopperBadge } from '../parts/shopper-badge.tsx';
import { shopperFilters, shoppersQuery } from '../queries.ts';

const STATES = ['active', 'inactive'] as const;

export function ShoppersPage() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  return (
    <ListPage
      title={t.title}
      filters={shopperFilters}
      query={shoppersQuery}
      filterBar={({ email, status }, set) => (
        <>
          <SearchBox label={t.email} value={email} onSearch={(text) => set({ email: text })} />
          <Select
            label={t.columns.state}
            value={status ?? ''}
            onChange={({ target }) => set({ status: STATES.find((one) => one === target.value) })}
            options={[
              { value: '', label: shared.all },
              ...STATES.map((one) => ({ value: one, label: t.states[one] })),
            ]}
          />
        </>
      )}
      empty={t.empty}
      rowId={({ id }) => id}
      rowLink={({ id }) => ({ to: '/shoppers/$id', params: { id } })}
      columns={[
        { id: 'email', header: t.columns.email, cell: ({ email }) => email },
        { id: 'state', header: t.columns.state, cell: ({ active }) => <ShopperBadge active={active} /> },
        {
          id: 'name',
          header: t.columns.name,
          lesser: true,
          cell: ({ display_name }) => display_name ?? shared.notEntered,
        },
        {
          id: 'reference',
          header: t.columns.reference,
          lesser: true,
          cell: ({ external_reference }) => external_reference ?? shared.notEntered,
        },
        {
          id: 'since',
          header: t.columns.since,
          cell: ({ created_at }) => <Time at={created_at} as="date" />,
        },
      ]}
    />
  );
}
