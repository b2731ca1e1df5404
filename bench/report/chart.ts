import { LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Measurement, ofName } from '../measurement.ts';
import { ceilingOf } from './goals.ts';
import type { Machine } from './machine.ts';

use([LineChart, GridComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 880, height: 560 };
/** Colours that differ on white and on black, also for readers with colour blindness. */
const COLOURS = { text: '#7d8590', lines: '#7d859040', rate: '#2f81f7', p50: '#db8f1a', p99: '#d2553f' };

/** The rate and latency of single purchases over the number of callers, as SVG for light and dark themes. */
export function throughputChart(measurements: readonly Measurement[], machine: Machine): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption(optionsOf(measurements, machine));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return asPicture(svg, 'Throughput and latency of single purchases over the number of callers');
}

/** With a name for screen readers, and without styles for a pointer. */
function asPicture(svg: string, title: string): string {
  return svg
    .replace(/<style ><!\[CDATA\[.*?\]\]>\s*<\/style>\s*/s, '')
    .replaceAll(/ class="[^"]*"/g, '')
    .replace(/^<svg [^>]*>/, (opening) => `${opening}\n<title>${title}</title>`);
}

function optionsOf(measurements: readonly Measurement[], machine: Machine): EChartsCoreOption {
  const { cpus, model, postgres, date } = machine;
  const curve = ofName(measurements, 'single');
  const ceiling = ceilingOf(measurements);
  const axis = {
    nameTextStyle: { color: COLOURS.text },
    axisLabel: { color: COLOURS.text },
    axisLine: { lineStyle: { color: COLOURS.lines } },
    splitLine: { lineStyle: { color: COLOURS.lines } },
  };
  const callers = {
    ...axis,
    type: 'category',
    data: curve.map(({ load }) => String(Number.parseInt(load, 10))),
  };
  const line = (name: string, color: string, values: readonly (number | undefined)[]) => ({
    name,
    type: 'line',
    data: values,
    color,
    symbol: 'circle',
    symbolSize: 7,
    lineStyle: { width: 2.5 },
  });
  return {
    animation: false,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    title: {
      text: 'Durable purchases over HTTP, one a request',
      subtext: `${cpus} × ${model}, PostgreSQL ${postgres.server_version}, fsync ${postgres.fsync}, ${date.slice(0, 10)}`,
      textStyle: { color: COLOURS.text, fontSize: 17 },
      subtextStyle: { color: COLOURS.text },
      left: 'center',
    },
    grid: [
      { top: 100, height: 190, left: 70, right: 130 },
      { top: 350, height: 140, left: 70, right: 130 },
    ],
    xAxis: [
      { ...callers, gridIndex: 0 },
      { ...callers, gridIndex: 1, name: 'callers at once', nameLocation: 'middle', nameGap: 32 },
    ],
    yAxis: [
      { ...axis, gridIndex: 0, name: 'purchases a second', max: roundedAbove(ceiling ?? 0) },
      { ...axis, gridIndex: 1, name: 'milliseconds', type: 'log', logBase: 10 },
    ],
    series: [
      {
        ...line(
          'purchases a second',
          COLOURS.rate,
          curve.map(({ perSecond }) => Math.round(perSecond)),
        ),
        areaStyle: { opacity: 0.12 },
        ...(ceiling !== undefined && { markLine: ceilingLine(ceiling) }),
      },
      ...(['p50', 'p99'] as const).map((name) => ({
        ...line(
          name,
          COLOURS[name],
          curve.map(({ latency }) => latency?.[name]),
        ),
        xAxisIndex: 1,
        yAxisIndex: 1,
        endLabel: { show: true, formatter: name, color: COLOURS[name] },
      })),
    ],
  };
}

/** The axis reaches above the ceiling, also where no purchases do. */
function roundedAbove(ceiling: number) {
  return ({ max }: { max: number }) => Math.ceil((Math.max(max, ceiling) * 1.05) / 500) * 500;
}

function ceilingLine(ceiling: number) {
  return {
    symbol: 'none',
    silent: true,
    data: [{ yAxis: Math.round(ceiling) }],
    lineStyle: { color: COLOURS.text, type: 'dashed', width: 1.5 },
    label: {
      formatter: `${Math.round(ceiling).toLocaleString('en')} with one\ntransaction each`,
      color: COLOURS.text,
      position: 'end',
    },
  };
}
