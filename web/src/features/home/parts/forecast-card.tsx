import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/home.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { forecastQuery } from '../queries.ts';
import { ForecastRow } from './forecast-row.tsx';

/** Days that show before the person asks for all. */
const FIRST_DAYS = 5;

export type ForecastCardProps = { readonly currency: string; readonly isOneOfSeveral: boolean };

/** When pending cashback comes: the days that are sure, then what waits for the shops. */
export function ForecastCard({ currency, isOneOfSeveral }: ForecastCardProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const [showsAll, setShowsAll] = useState(false);
  return (
    <Loaded query={useQuery(forecastQuery(currency))}>
      {({ dated, by_shop: byShop, late, total }) => {
        const isEmpty = dated.length === 0 && byShop.purchases === 0 && late.purchases === 0;
        // Beside other currencies, an empty card says nothing.
        if (isEmpty && isOneOfSeveral) return null;
        const days = showsAll ? dated : dated.slice(0, FIRST_DAYS);
        return (
          <Card title={isOneOfSeveral ? `${t.whatComesNext} · ${currency}` : t.whatComesNext}>
            {isEmpty ? (
              <p className="text-muted">{t.nothingComes}</p>
            ) : (
              <table className="w-full">
                <thead className="sr-only">
                  <tr>
                    <th scope="col">{t.when}</th>
                    <th scope="col">{t.howMany}</th>
                    <th scope="col">{t.amount}</th>
                  </tr>
                </thead>
                <tbody>
                  {days.map(({ on, ...share }) => (
                    <ForecastRow key={on} label={format.day(on)} currency={currency} {...share} />
                  ))}
                  <ForecastRow label={t.whenShopConfirms} currency={currency} {...byShop} />
                  <ForecastRow label={t.takingLonger} currency={currency} {...late} />
                </tbody>
                <tfoot>
                  <tr>
                    <th scope="row" className="pt-3 text-left font-strong">
                      {t.together}
                    </th>
                    <td className="max-sm:hidden" />
                    <td className="amount pt-3 text-right font-strong">{format.money(total, currency)}</td>
                  </tr>
                </tfoot>
              </table>
            )}
            {days.length < dated.length && (
              <div className="mt-3">
                <Button wide onClick={() => setShowsAll(true)}>
                  {t.allDays(dated.length)}
                </Button>
              </div>
            )}
          </Card>
        );
      }}
    </Loaded>
  );
}
