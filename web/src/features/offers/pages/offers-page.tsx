import { useState } from 'react';
import type { Offer } from '#app/client.ts';
import { ListPage } from '#app/list-page.tsx';
import { useCan } from '#app/me.ts';
import * as messages from '#messages/offers.ts';
import { Button } from '#ui/button.tsx';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { NewOffer } from '../parts/new-offer.tsx';
import { OfferActions } from '../parts/offer-actions.tsx';
import { OfferBadge } from '../parts/offer-badge.tsx';
import { OfferFilterBar } from '../parts/offer-filter-bar.tsx';
import { offerFilters, offersQuery } from '../queries.ts';
import { rateText } from '../words.ts';

export function OffersPage() {
  const t = useMessages(messages);
  const format = useFormat();
  const mayWrite = useCan('offers:write');
  const [isNew, setNew] = useState(false);
  const create = mayWrite && (
    <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <ListPage<Offer, ReturnType<typeof offerFilters>>
        title={t.title}
        actions={create}
        filters={offerFilters}
        query={offersQuery}
        filterBar={(filters, set) => <OfferFilterBar filters={filters} onChange={set} />}
        empty={t.empty}
        emptyAction={create}
        rowId={({ id }) => id}
        columns={[
          {
            id: 'merchant',
            header: t.merchant,
            cell: ({ merchant_id, merchant_name }) => (
              <Link plain to="/merchants/$id" params={{ id: merchant_id }}>
                {merchant_name}
              </Link>
            ),
          },
          { id: 'rate', header: t.rate, align: 'right', cell: (offer) => rateText(offer, t, format) },
          {
            id: 'limit',
            header: t.limit,
            align: 'right',
            lesser: true,
            cell: ({ monthly_cap_per_user: cap, currency }) =>
              cap === null ? (
                <span className="text-muted">{t.noLimit}</span>
              ) : (
                <span className="amount">{format.money(String(cap), currency)}</span>
              ),
          },
          {
            id: 'days',
            header: t.days,
            cell: ({ start_date, end_date }) => (
              <span className="whitespace-nowrap">
                {t.daysOf(format.date(start_date), format.date(end_date))}
              </span>
            ),
          },
          { id: 'state', header: t.state, cell: (offer) => <OfferBadge offer={offer} /> },
          { id: 'actions', header: t.actions, cell: (offer) => <OfferActions offer={offer} /> },
        ]}
      />
      {isNew && <NewOffer onClose={() => setNew(false)} />}
    </>
  );
}
