import { useQuery } from '@tanstack/react-query';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/overview.ts';
import { ChartFrame } from '#ui/chart-frame.tsx';
import type { Pattern } from '#ui/chart-patterns.tsx';
import { Empty } from '#ui/empty.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Table } from '#ui/table.tsx';
import { type RefusalBars, refusalBars } from '../chart-data.ts';
import { type OverviewFilters, refusalsPerDayQuery } from '../queries.ts';
import { BarPlot, type PlotSeries } from './bar-plot.tsx';
import { TipLines } from './tip-lines.tsx';

const PATTERNS: readonly Pattern[] = ['solid', 'stripes', 'dots', 'grid'];

/** What was refused on each day, by its reason. */
export function RefusalsChart({ filters }: { readonly filters: OverviewFilters }) {
  const t = useMessages(messages);
  const format = useFormat();
  const query = useQuery(refusalsPerDayQuery(filters));
  const codeText = (code: string | null) => (code === null ? t.otherCodes : (t.codes[code] ?? code));
  const seriesOf = ({ codes }: RefusalBars): PlotSeries<RefusalBars['days'][number]>[] =>
    codes.map((code, index) => ({
      name: codeText(code),
      pattern: PATTERNS[index] ?? 'grid',
      height: ({ counts }) => counts[index],
    }));
  return (
    <Loaded query={query}>
      {({ data }) => {
        const bars = refusalBars(data);
        const series = seriesOf(bars);
        return (
          <ChartFrame
            title={t.refusals}
            series={series}
            chart={
              bars.days.length === 0 ? (
                <Empty>{t.noRefusals}</Empty>
              ) : (
                <BarPlot
                  label={t.refusals}
                  rows={bars.days}
                  arrangement="stacked"
                  category={({ day }) => format.day(day)}
                  series={series}
                  axis={(value) => format.count(value)}
                  tip={({ day, counts }) => (
                    <TipLines
                      title={format.date(day)}
                      lines={bars.codes.map((code, index) => ({
                        label: codeText(code),
                        value: format.count(counts[index] ?? 0),
                      }))}
                    />
                  )}
                />
              )
            }
            table={
              <Table
                label={t.refusals}
                rows={data}
                rowId={({ day, code }) => `${day} ${code}`}
                columns={[
                  { id: 'day', header: t.day, cell: ({ day }) => format.date(day) },
                  { id: 'code', header: t.code, cell: ({ code }) => codeText(code) },
                  {
                    id: 'count',
                    header: t.refusedReports,
                    align: 'right',
                    cell: ({ count }) => format.count(count),
                  },
                ]}
              />
            }
          />
        );
      }}
    </Loaded>
  );
}
