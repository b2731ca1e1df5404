import { useQuery } from '@tanstack/react-query';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/overview.ts';
import { Amount } from '#ui/amount.tsx';
import { ChartFrame } from '#ui/chart-frame.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Table } from '#ui/table.tsx';
import { heightOf } from '../chart-data.ts';
import { type OverviewFilters, pendingAgeQuery } from '../queries.ts';
import { BarPlot } from './bar-plot.tsx';
import { TipLines } from './tip-lines.tsx';

export type PendingAgeChartProps = { readonly filters: OverviewFilters; readonly currency: string };

/** Pending cashback by the age of its purchase. What is overdue stands hatched before its bar. */
export function PendingAgeChart({ filters, currency }: PendingAgeChartProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const query = useQuery(pendingAgeQuery(filters.currency));
  return (
    <Loaded query={query}>
      {({ data }) => (
        <ChartFrame
          title={t.pendingAge}
          series={[
            { name: t.amount, pattern: 'solid' },
            { name: t.overdue, pattern: 'hatched' },
          ]}
          chart={
            <BarPlot
              label={t.pendingAge}
              rows={data}
              arrangement="over"
              category={({ from_days, to_days }) => t.ages(from_days, to_days)}
              series={[
                { name: t.amount, pattern: 'solid', height: ({ amount }) => heightOf(amount) },
                {
                  name: t.overdue,
                  pattern: 'hatched',
                  height: ({ overdue_amount }) => heightOf(overdue_amount),
                },
              ]}
              axis={(value) => format.count(value)}
              tip={({ from_days, to_days, amount, overdue_amount, count }) => (
                <TipLines
                  title={t.ageOf(from_days, to_days)}
                  lines={[
                    { label: t.amount, value: format.money(amount, currency) },
                    { label: t.overdue, value: format.money(overdue_amount, currency) },
                    { label: t.count, value: format.count(count) },
                  ]}
                />
              )}
            />
          }
          table={
            <Table
              label={t.pendingAge}
              rows={data}
              rowId={({ from_days }) => String(from_days)}
              columns={[
                { id: 'age', header: t.age, cell: ({ from_days, to_days }) => t.ageOf(from_days, to_days) },
                { id: 'count', header: t.count, align: 'right', cell: ({ count }) => format.count(count) },
                {
                  id: 'amount',
                  header: t.amount,
                  align: 'right',
                  cell: ({ amount }) => <Amount value={amount} currency={currency} />,
                },
                {
                  id: 'overdue',
                  header: t.overdue,
                  align: 'right',
                  cell: ({ overdue_amount }) => <Amount value={overdue_amount} currency={currency} />,
                },
              ]}
            />
          }
        />
      )}
    </Loaded>
  );
}
