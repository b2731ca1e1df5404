import { type ReactNode, useId } from 'react';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { ChartPatterns, colorOf, fillOf, type Pattern } from '#ui/chart-patterns.tsx';

export type PlotSeries<Row> = {
  readonly name: string;
  readonly pattern: Pattern;
  readonly height: (row: Row) => number | undefined;
};

export type BarPlotProps<Row> = {
  /** What it shows, for screen readers. */
  readonly label: string;
  readonly rows: readonly Row[];
  /** The text below each group of bars. */
  readonly category: (row: Row) => string;
  readonly series: readonly PlotSeries<Row>[];
  readonly axis: (value: number) => string;
  /** What a group of bars says: shown on hover, and with the arrow keys. */
  readonly tip: (row: Row) => ReactNode;
  /** `stacked`: a part of a sum each. `over`: each a part of the one before. Defaults to bars side by side. */
  readonly arrangement?: 'stacked' | 'over';
};

/** Bars of one width that stand exactly over each other. A gap in percent is one of the whole group. */
const OVER = { barSize: 32, barGap: -32 };

const TICK = { fill: 'var(--color-muted)', fontSize: 12 };

/** Bars from zero. The arrow keys walk over them. */
export function BarPlot<Row>({ label, rows, category, series, axis, tip, arrangement }: BarPlotProps<Row>) {
  const id = `plot${useId().replace(/\W/g, '')}`;
  return (
    <ResponsiveContainer width="100%" height={240}>
      <BarChart
        data={rows as Row[]}
        title={label}
        margin={{ top: 8, right: 0, bottom: 0, left: 0 }}
        barCategoryGap="20%"
        {...(arrangement === 'over' ? OVER : { barGap: 1 })}
      >
        <ChartPatterns id={id} />
        <CartesianGrid vertical={false} stroke="var(--color-line)" />
        <XAxis
          dataKey={category as (row: unknown) => string}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: 'var(--color-control)' }}
          minTickGap={24}
        />
        <YAxis
          tick={TICK}
          tickLine={false}
          axisLine={false}
          width={52}
          tickFormatter={axis}
          allowDecimals={false}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--color-sunken)' }}
          content={({ active, payload }) =>
            active && payload?.[0] ? (
              <div className="rounded-control border border-line bg-surface px-3 py-2 text-small">
                {tip(payload[0].payload as Row)}
              </div>
            ) : null
          }
        />
        {series.map(({ name, pattern, height }) => (
          <Bar
            key={name}
            name={name}
            dataKey={height as (row: unknown) => number}
            stackId={arrangement === 'stacked' ? 'all' : undefined}
            fill={fillOf(id, pattern)}
            stroke={colorOf(pattern)}
            maxBarSize={48}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
