import { useQuery } from '@tanstack/react-query';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/offers.ts';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { useMessages } from '#ui/locale.tsx';
import { offersOfMerchantQuery } from '../queries.ts';
import { spanOf, utcToday } from '../words.ts';
import { OfferBar } from './offer-bar.tsx';

/** The offers of a merchant as bars over one line of days, newest first, with today marked. */
export function OfferTimeLine({ merchantId }: { readonly merchantId: string }) {
  const t = useMessages(messages);
  const query = useQuery(offersOfMerchantQuery(merchantId));
  const today = utcToday();
  return (
    <Card title={t.timeLine}>
      <Loaded query={query}>
        {({ data: offers }) =>
          offers.length === 0 ? (
            <Empty>{t.noOffers}</Empty>
          ) : (
            <ul className="grid gap-4">
              {offers.map((offer) => (
                <OfferBar key={offer.id} offer={offer} today={today} span={spanOf(offers, today)} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}
