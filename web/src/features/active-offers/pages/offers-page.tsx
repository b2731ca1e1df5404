import { useQuery } from '@tanstack/react-query';
import { useFilters } from '#app/list-page.tsx';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/active-offers.ts';
import * as common from '#messages/common.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { OfferEntry } from '../parts/offer-entry.tsx';
import { activeOffersQuery, offerFilters } from '../queries.ts';
import { byName, byRate, matches } from '../words.ts';

/** What each shop gives. */
export function OffersPage() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const [{ q, order }, set] = useFilters(offerFilters);
  return (
    <div className="grid gap-4">
      <PageTitle title={t.title} />
      <search className="grid gap-3 sm:grid-cols-[1fr_auto]">
        <SearchBox label={t.search} value={q} onSearch={(text) => set({ q: text })} />
        <Select
          label={t.sort}
          value={order ?? ''}
          onChange={({ target: { value } }) => set({ order: value === 'name' ? value : undefined })}
          options={[
            { value: '', label: t.byRate },
            { value: 'name', label: t.byName },
          ]}
        />
      </search>
      <Loaded query={useQuery(activeOffersQuery)}>
        {({ data }) => {
          const found = data
            .filter((offer) => q === undefined || matches(offer, q))
            .sort(order === 'name' ? byName : byRate);
          return (
            <Card flush>
              {found.length > 0 ? (
                <ul>
                  {found.map((offer) => (
                    <OfferEntry key={offer.id} offer={offer} />
                  ))}
                </ul>
              ) : data.length > 0 ? (
                <Empty action={<Button onClick={() => set({ q: undefined })}>{shared.clearFilters}</Button>}>
                  {shared.noMatch}
                </Empty>
              ) : (
                <Empty>{t.empty}</Empty>
              )}
            </Card>
          );
        }}
      </Loaded>
    </div>
  );
}
