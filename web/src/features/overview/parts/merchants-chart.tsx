import { useQuery } from '@tanstack/react-query';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/overview.ts';
import { Amount } from '#ui/amount.tsx';
import { ChartFrame } from '#ui/chart-frame.tsx';
import { Empty } from '#ui/empty.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Table } from '#ui/table.tsx';
import { type OverviewFilters, topMerchantsQuery } from '../queries.ts';
import { shareText } from '../words.ts';
import { MerchantBars } from './merchant-bars.tsx';

export type MerchantsChartProps = { readonly filters: OverviewFilters; readonly currency: string };

/** The ten merchants with the most cashback, and how much of it was confirmed. */
export function MerchantsChart({ filters, currency }: MerchantsChartProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const query = useQuery(topMerchantsQuery(filters));
  return (
    <Loaded query={query}>
      {({ data }) => (
        <ChartFrame
          title={t.topMerchants}
          chart={
            data.length === 0 ? (
              <Empty>{t.noMerchants}</Empty>
            ) : (
              <MerchantBars rows={data} currency={currency} />
            )
          }
          table={
            <Table
              label={t.topMerchants}
              rows={data}
              rowId={({ merchant_id }) => merchant_id}
              rowLink={({ merchant_id }) => ({ to: '/merchants/$id', params: { id: merchant_id } })}
              columns={[
                { id: 'name', header: t.merchant, cell: ({ name }) => name },
                {
                  id: 'purchases',
                  header: t.count,
                  align: 'right',
                  cell: ({ purchases }) => format.count(purchases),
                },
                {
                  id: 'cashback',
                  header: t.amount,
                  align: 'right',
                  cell: ({ cashback }) => <Amount value={cashback} currency={currency} />,
                },
                {
                  id: 'share',
                  header: t.convertedShare,
                  align: 'right',
                  cell: ({ confirmed_share }) => shareText(confirmed_share, t, format),
                },
              ]}
            />
          }
        />
      )}
    </Loaded>
  );
}
