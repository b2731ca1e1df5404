import { useState } from 'react';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { ListPage } from '#app/list-page.tsx';
import { useCan } from '#app/me.ts';
import { rateText } from '#features/offers/index.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/merchants.ts';
import * as offers from '#messages/offers.ts';
import { Button } from '#ui/button.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { MerchantBadge } from '../parts/merchant-badge.tsx';
import { merchantFilters, merchantsQuery } from '../queries.ts';

const MerchantDialog = lazyDialog(async () => (await import('../parts/merchant-dialog.tsx')).MerchantDialog);

export function MerchantsPage() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const offerTexts = useMessages(offers);
  const format = useFormat();
  const mayWrite = useCan('merchants:write');
  const [isNew, setNew] = useState(false);
  const create = mayWrite && (
    <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <ListPage
        title={t.title}
        actions={create}
        filters={merchantFilters}
        query={merchantsQuery}
        filterBar={({ name, active }, set) => (
          <>
            <SearchBox label={t.name} value={name} onSearch={(text) => set({ name: text })} />
            <Select
              label={t.state}
              value={active === undefined ? '' : String(active)}
              onChange={({ target: { value } }) =>
                set({ active: value === '' ? undefined : value === 'true' })
              }
              options={[
                { value: '', label: shared.all },
                { value: 'true', label: t.active },
                { value: 'false', label: t.inactive },
              ]}
            />
          </>
        )}
        empty={t.empty}
        emptyAction={create}
        rowId={({ id }) => id}
        rowLink={({ id }) => ({ to: '/merchants/$id', params: { id } })}
        columns={[
          { id: 'name', header: t.name, cell: ({ name }) => name },
          { id: 'active', header: t.state, cell: ({ active }) => <MerchantBadge active={active} /> },
          {
            id: 'offer',
            header: t.offer,
            align: 'right',
            cell: ({ active_offer: offer }) =>
              offer === null ? (
                <span className="text-muted">{t.noOffer}</span>
              ) : (
                rateText(offer, offerTexts, format)
              ),
          },
          {
            id: 'rate',
            header: t.rate,
            align: 'right',
            lesser: true,
            cell: ({ default_cashback_percentage: rate }) => format.percent(rate),
          },
          {
            id: 'days',
            header: t.days,
            align: 'right',
            lesser: true,
            cell: ({ confirmation_days: days }) =>
              days === null ? <span className="text-muted">{t.daysUsual}</span> : format.count(days),
          },
        ]}
      />
      {isNew && <MerchantDialog onClose={() => setNew(false)} />}
    </>
  );
}
