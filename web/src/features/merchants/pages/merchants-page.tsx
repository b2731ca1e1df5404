import { ListPage } from '#app/list-page.tsx';
import * as common from '#messages/common.ts';
import * as messages from '#messages/merchants.ts';
import { Badge } from '#ui/badge.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { merchantFilters, merchantsQuery } from '../queries.ts';

export function MerchantsPage() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const format = useFormat();
  return (
    <ListPage
      title={t.title}
      filters={merchantFilters}
      query={merchantsQuery}
      filterBar={({ name, active }, set) => (
        <>
          <SearchBox label={t.name} value={name} onSearch={(text) => set({ name: text })} />
          <Select
            label={t.state}
            value={active === undefined ? '' : String(active)}
            onChange={({ target: { value } }) => set({ active: value === '' ? undefined : value === 'true' })}
            options={[
              { value: '', label: shared.all },
              { value: 'true', label: t.active },
              { value: 'false', label: t.inactive },
            ]}
          />
        </>
      )}
      empty={t.empty}
      rowId={({ id }) => id}
      rowLink={({ id }) => ({ to: '/merchants/$id', params: { id } })}
      columns={[
        { id: 'name', header: t.name, cell: ({ name }) => name },
        {
          id: 'active',
          header: t.state,
          cell: ({ active }) => (
            <Badge tone={active ? 'green' : 'grey'} icon={active ? 'check' : 'cross'}>
              {active ? t.active : t.inactive}
            </Badge>
          ),
        },
        {
          id: 'rate',
          header: t.rate,
          align: 'right',
          cell: ({ default_cashback_percentage: rate }) => format.percent(rate),
        },
        {
          id: 'days',
          header: t.days,
          align: 'right',
          lesser: true,
          cell: ({ confirmation_days: days }) => (days === null ? shared.notEntered : format.count(days)),
        },
      ]}
    />
  );
}
