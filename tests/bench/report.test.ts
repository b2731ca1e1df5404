import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Measurement } from '../../bench/measurement.ts';
import { throughputChart } from '../../bench/report/chart.ts';
import { type Goal, goalsOf, growthGoalsOf } from '../../bench/report/goals.ts';
import { announcement, table } from '../../bench/report/table.ts';

const MIB = 1024 * 1024;
const LATENCY = { p50: 1, p95: 2, p99: 3, max: 4 };

function measured(name: string, perSecond: number, fields: Partial<Measurement> = {}): Measurement {
  const cost = { perUnit_us: 100, cores: 0.5 };
  return {
    name,
    load: '64 connections',
    unit: 'purchases',
    perSecond,
    seconds: 8,
    latency: LATENCY,
    answers: { 201: 100 },
    withoutRetryAfter: 0,
    cost: { api: cost, database: cost, load: cost },
    memory_bytes: 200 * MIB,
    deadlocks: 0,
    ...fields,
  };
}

const CEILINGS = [
  measured('ceiling', 900, { load: 'pgbench, 8 clients, before' }),
  measured('ceiling', 1_000, { load: 'Node, 16 clients, after' }),
];
const PEAK = measured('single', 1_700);

function goalsFor(...measurements: Measurement[]): Pick<Goal, 'what' | 'value' | 'met'>[] {
  const all = [...CEILINGS, PEAK, ...measurements];
  return goalsOf(all)
    .filter(({ of }) => of !== PEAK)
    .map(({ what, value, met }) => ({ what, value, met }));
}

describe('goals', () => {
  test('hold the best of single purchases against the best of all ceilings', () => {
    const goals = goalsOf([...CEILINGS, measured('single', 50, { load: '1 connection' }), PEAK]);
    assert.deepEqual(
      goals.map(({ of, value, limit, met }) => ({ of, value, limit, met })),
      [
        { of: PEAK, value: 1.7, limit: 1.6, met: true },
        { of: PEAK, value: 1.7, limit: 2, met: false },
      ],
    );
  });

  test('are left out where nothing was measured that they compare', () => {
    assert.deepEqual(goalsOf([]), []);
    assert.deepEqual(goalsOf([PEAK]), []);
    assert.deepEqual(goalsOf([measured('wallet', 5)]), []);
  });

  test('allow a lone purchase three tenths more than one without batching', () => {
    const alone = (p50: number) => measured('lone', 10, { latency: { ...LATENCY, p50 } });
    assert.equal(goalsFor(alone(1.3), alone(1))[0]?.met, true);
    assert.equal(goalsFor(alone(1.4), alone(1))[0]?.met, false);
  });

  test('bound the slowest hundredth at half of the peak', () => {
    const half = (p99: number) => measured('half', 850, { latency: { ...LATENCY, p99 } });
    assert.equal(goalsFor(half(15))[0]?.met, true);
    assert.equal(goalsFor(half(15.1))[0]?.met, false);
    assert.equal(goalsFor(half(40), half(15))[0]?.met, true, 'right after a checkpoint is another matter');
  });

  test('compare batches and the mix with the ceiling, and one shopper with many', () => {
    const [batch] = goalsFor(measured('batch', 1_000), measured('batch', 2_600));
    assert.deepEqual(batch, { what: 'rate ÷ ceiling', value: 2.6, met: true });
    const [hot] = goalsFor(measured('hot', 850));
    assert.deepEqual(hot, { what: 'rate ÷ spread', value: 0.5, met: true });
    const [ordered] = goalsFor(measured('ordered', 1_591));
    assert.deepEqual(ordered, { what: 'rate ÷ unnamed', value: 1_591 / 1_700, met: false });
    const [mix] = goalsFor(measured('mix', 799));
    assert.deepEqual(mix, { what: 'rate ÷ ceiling', value: 0.799, met: false });
  });

  test('forgive the mix no other answer and no deadlock', () => {
    const mix = measured('mix', 900, { answers: { 200: 5, 201: 5, 409: 1, 503: 1 }, deadlocks: 1 });
    const [, answers, deadlocks] = goalsFor(mix);
    assert.deepEqual(answers, { what: 'answers other than 2xx', value: 2, met: false });
    assert.deepEqual(deadlocks, { what: 'deadlocks', value: 1, met: false });
  });

  test('let an overloaded platform refuse, if it says when to come back, and let it do no less', () => {
    const full = measured('full', 1_700);
    const calm = measured('overload', 1_600, { answers: { 201: 5, 503: 5, 429: 5, 'hung up': 5 } });
    assert.deepEqual(
      goalsFor(full, calm).map(({ met }) => met),
      [true, true, true, true],
    );
    const wild = measured('overload', 1_000, { answers: { 201: 5, 500: 1 }, withoutRetryAfter: 1 });
    assert.deepEqual(
      goalsFor(full, wild).map(({ met }) => met),
      [false, false, false, false],
    );
  });

  test('count the seconds from the end of the overload until all requests of one are answered soon', () => {
    const second = (p99: number, failed = 0, done = 10) => ({ done, failed, p99 });
    const overload = measured('overload', 1_700, { startedAt_ms: 50_000, seconds: 10 });
    const recovery = (...timeline: NonNullable<Measurement['timeline']>) =>
      goalsFor(overload, measured('recovery', 400, { startedAt_ms: 61_500, timeline })).at(-1);
    assert.equal(recovery(second(10))?.value, 1.5);
    assert.equal(recovery(second(90), second(5, 1), second(0, 0, 0), second(15))?.value, 4.5);
    const never = recovery(second(90), second(16));
    assert.deepEqual([never?.value, never?.met], [Number.POSITIVE_INFINITY, false]);
  });

  test('bound the memory at its highest, and want it flat after the first fifth', () => {
    const memory = (...mebibytes: number[]) =>
      goalsFor(measured('memory', 1_700, { memorySamples_bytes: mebibytes.map((size) => size * MIB) }));
    assert.ok(memory(90, 200, 200, 250, 220).every(({ met }) => met));
    assert.ok(memory(90, 200, 251, 200, 221).every(({ met }) => !met));
  });
});

describe('growth', () => {
  const costing = (name: string, ...costs: number[]) =>
    costs.map((perUnit_us) => {
      const cost = { perUnit_us, cores: 1 };
      return measured(name, 100, { cost: { api: cost, database: cost, load: { perUnit_us: 1, cores: 1 } } });
    });

  test('is what a purchase costs where there are many, over what it costs where there are few, round by round', () => {
    const small = costing('batch small', 100, 900, 90);
    const large = costing('batch large', 130, 5, 140);
    assert.deepEqual(growthGoalsOf([...small, ...large], 'batch'), [
      { of: large[2], what: 'cost ÷ small', value: 1.3, bound: 'at most', limit: 1.3, met: true },
    ]);
    assert.equal(growthGoalsOf([...small, ...costing('batch large', 131)], 'batch')[0]?.met, false);
  });

  test('omits what was not measured', () => {
    assert.deepEqual(growthGoalsOf(costing('batch small', 1), 'batch'), []);
    assert.deepEqual(growthGoalsOf(costing('batch large', 1), 'batch'), []);
  });
});

describe('the table', () => {
  const all = [...CEILINGS, PEAK, measured('wallet', 4_000, { unit: 'requests', load: '/users/me/wallet' })];
  const lines = table(all, goalsOf(all)).split('\n');

  test('has a line for each measurement, with its goals', () => {
    assert.equal(lines.length, 6);
    assert.match(
      lines[3] ?? '',
      /^single +64 connections +1,700 +1\.00 +2\.00 +3\.00 +100 +100 +0\.50 +0\.50 +200 +1\.70 +met: rate ÷ ceiling 1\.7, at least 1\.6$/,
    );
    assert.match(lines[4] ?? '', /^ +missed: rate ÷ ceiling 1\.7, at least 2$/);
  });

  test('keeps its columns under each other', () => {
    const ends = lines.slice(0, 4).map((line) => /(per s|900|1,000|1,700) /.exec(line)?.[0]);
    assert.equal(ends.filter(Boolean).length, 4);
    const columns = lines
      .slice(0, 4)
      .map((line, index) => line.indexOf(ends[index] ?? '') + (ends[index] ?? '').length);
    assert.equal(new Set(columns).size, 1);
  });

  test('compares with the ceiling only what are purchases', () => {
    assert.match(lines[5] ?? '', /–$/);
  });

  test('says so where nothing recovered', () => {
    const recovery = [measured('overload', 4), measured('recovery', 4, { timeline: [] })];
    assert.match(table(recovery, goalsOf(recovery)), /missed: seconds until p99 ≤ 15 ms never, at most 5/);
  });

  test('is printed line by line too', () => {
    assert.match(
      announcement(PEAK),
      /^single +64 connections +1,700 purchases\/s +p50 1\.00 {2}p95 2\.00 {2}p99 3\.00 ms$/,
    );
    const { latency: _, ...unknown } = PEAK;
    assert.doesNotMatch(announcement(unknown), /p50/);
  });
});

test('the chart shows the curve, the ceiling and where it was measured', () => {
  const machine = {
    cpus: 2,
    model: 'Made-up CPU',
    memory_gib: 4,
    platform: 'linux x64',
    node: 'v26',
    commit: 'abc',
    date: '2026-03-14T09:26:53Z',
    postgres: { server_version: '18.4', fsync: 'on' },
  };
  const svg = throughputChart([...CEILINGS, measured('single', 50, { load: '1 connection' }), PEAK], machine);
  assert.match(svg, /^<svg .*<\/svg>$/s);
  for (const text of ['2 × Made-up CPU', '1,000 with one', 'purchases a second', 'p99'])
    assert.ok(svg.includes(text), text);
  assert.match(svg, /^<svg [^>]*>\n<title>Throughput and latency .+<\/title>/);
  assert.doesNotMatch(svg, /<style|class=/);
});
