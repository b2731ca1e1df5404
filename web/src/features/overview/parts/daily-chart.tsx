import { useQuery } from '@tanstack/react-query';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/overview.ts';
import { Amount } from '#ui/amount.tsx';
import { ChartFrame } from '#ui/chart-frame.tsx';
import { Empty } from '#ui/empty.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Table } from '#ui/table.tsx';
import { type DailyBar, dailyBars } from '../chart-data.ts';
import { dailyQuery, type OverviewFilters } from '../queries.ts';
import { BarPlot, type PlotSeries } from './bar-plot.tsx';
import { TipLines } from './tip-lines.tsx';

export type DailyChartProps = { readonly filters: OverviewFilters; readonly currency: string };

/** Cashback per day: recorded, confirmed, reversed. */
export function DailyChart({ filters, currency }: DailyChartProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const query = useQuery(dailyQuery(filters));
  const series: PlotSeries<DailyBar>[] = [
    { name: t.recorded, pattern: 'solid', height: ({ recorded }) => recorded },
    { name: t.confirmed, pattern: 'dots', height: ({ confirmed }) => confirmed },
    { name: t.reversed, pattern: 'hatched', height: ({ reversed }) => reversed },
  ];
  const columns = (['recorded', 'confirmed', 'reversed'] as const).map((id) => ({
    id,
    header: t[id],
    align: 'right' as const,
    cell: (row: Readonly<Record<typeof id, string>>) => <Amount value={row[id]} currency={currency} />,
  }));
  return (
    <Loaded query={query}>
      {({ data }) => (
        <ChartFrame
          title={t.daily}
          series={series}
          chart={
            data.length === 0 ? (
              <Empty>{t.noDays}</Empty>
            ) : (
              <BarPlot
                label={t.daily}
                rows={dailyBars(data)}
                category={({ day }) => format.day(day)}
                series={series}
                axis={(value) => format.count(value)}
                tip={({ day, row }) => (
                  <TipLines
                    title={format.date(day)}
                    lines={(['recorded', 'confirmed', 'reversed'] as const).map((id) => ({
                      label: t[id],
                      value: row === undefined ? '–' : format.money(row[id], currency),
                    }))}
                  />
                )}
              />
            )
          }
          table={
            <Table
              label={t.daily}
              rows={data}
              rowId={({ day }) => day}
              columns={[{ id: 'day', header: t.day, cell: ({ day }) => format.date(day) }, ...columns]}
            />
          }
        />
      )}
    </Loaded>
  );
}
