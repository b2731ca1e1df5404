import { styleText } from 'node:util';
import type { Measurement } from '../measurement.ts';
import { ceilingOf, type Goal } from './goals.ts';

const MIB = 1024 * 1024;

const HEADER = [
  'section',
  'load',
  'per s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'API µs',
  'DB µs',
  'API cores',
  'DB cores',
  'MiB',
  '× ceiling',
  'goal',
];
/** Aligns text left and numbers right. */
const TEXT_COLUMNS = ['section', 'load', 'goal'];

/** A line for each measurement, and one more for each further goal that it has. */
export function table(measurements: readonly Measurement[], goals: readonly Goal[]): string {
  const ceiling = ceilingOf(measurements);
  const rows = measurements.flatMap((measurement) => {
    const [first, ...others] = goals.filter(({ of }) => of === measurement);
    return [
      [...figures(measurement, ceiling), first === undefined ? '' : inWords(first)],
      ...others.map((goal) => [...HEADER.slice(1).map(() => ''), inWords(goal)]),
    ];
  });
  const widths = HEADER.map((_, column) =>
    Math.max(...[HEADER, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const lines = [HEADER, ...rows].map((row) =>
    row
      .map((cell, column) => align(cell, column, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.map(coloured).join('\n');
}

/** The same figures, as soon as they exist. */
export function announcement({ name, load, unit, perSecond, latency }: Measurement): string {
  const times = latency && `p50 ${ms(latency.p50)}  p95 ${ms(latency.p95)}  p99 ${ms(latency.p99)} ms`;
  return [
    name.padEnd(9),
    load.padEnd(32),
    whole(perSecond).padStart(7),
    `${unit}/s`.padEnd(12),
    times ?? '',
  ].join(' ');
}

function figures(measurement: Measurement, ceiling: number | undefined): string[] {
  const { name, load, unit, perSecond, latency, cost, memory_bytes } = measurement;
  const isComparable = unit === 'purchases' || name === 'mix';
  return [
    name,
    load,
    whole(perSecond),
    ...[latency?.p50, latency?.p95, latency?.p99].map((time) => (time === undefined ? '–' : ms(time))),
    ...[cost.api, cost.database].map(({ perUnit_us }) => whole(perUnit_us)),
    ...[cost.api, cost.database].map(({ cores }) => cores.toFixed(2)),
    memory_bytes === 0 ? '–' : whole(memory_bytes / MIB),
    isComparable && ceiling !== undefined ? (perSecond / ceiling).toFixed(2) : '–',
  ];
}

function inWords({ what, value, bound, limit, met }: Goal): string {
  const shown = Number.isFinite(value) ? Number(value.toFixed(2)) : 'never';
  return `${met ? 'met' : 'missed'}: ${what} ${shown}, ${bound} ${limit}`;
}

function align(cell: string, column: number, width: number): string {
  return TEXT_COLUMNS.includes(HEADER[column] ?? '') ? cell.padEnd(width) : cell.padStart(width);
}

function coloured(line: string, index: number): string {
  if (index === 0) return styleText('bold', line);
  return line
    .replace(/ met: .*/, (goal) => styleText('green', goal))
    .replace(/ missed: .*/, (goal) => styleText('red', goal));
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}

function ms(time: number): string {
  return time.toFixed(time < 10 ? 2 : 1);
}
