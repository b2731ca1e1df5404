import { fastest, type Measurement, ofName } from '../measurement.ts';
import { WITH_ENDPOINT, WITHOUT_SUBSCRIBER, WITHOUT_WORKER } from '../sections/webhooks.ts';

/** A bound on a ratio, or on a time, of one run on one machine. */
export type Goal = {
  readonly of: Measurement;
  /** `rate ÷ ceiling`. */
  readonly what: string;
  readonly value: number;
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
  readonly met: boolean;
};

const RECOVERED_P99_MS = 15;
const MIB = 1024 * 1024;

/** The best rate of one transaction per purchase, before or after all sections. */
export function ceilingOf(measurements: readonly Measurement[]): number | undefined {
  return fastest(ofName(measurements, 'ceiling'))?.perSecond;
}

/** The goals with measurements. */
export function goalsOf(measurements: readonly Measurement[]): Goal[] {
  const ceiling = ceilingOf(measurements);
  const peak = fastest(ofName(measurements, 'single'));
  const goals: Goal[] = [];

  function add(
    of: Measurement | undefined,
    what: string,
    value: number | undefined,
    bound: Goal['bound'],
    limit: number,
  ): void {
    if (of === undefined || value === undefined) return;
    goals.push({
      of,
      what,
      value,
      bound,
      limit,
      met: bound === 'at least' ? value >= limit : value <= limit,
    });
  }

  const [lone, oneByOne] = ofName(measurements, 'lone');
  add(lone, 'p50 ÷ one by one', ratio(lone?.latency?.p50, oneByOne?.latency?.p50), 'at most', 1.3);

  add(peak, 'rate ÷ ceiling', ratio(peak?.perSecond, ceiling), 'at least', 1.6);
  add(peak, 'rate ÷ ceiling', ratio(peak?.perSecond, ceiling), 'at least', 2);

  const half = ofName(measurements, 'half').at(-1);
  add(half, 'p99 in ms', half?.latency?.p99, 'at most', 15);

  const batch = fastest(ofName(measurements, 'batch'));
  add(batch, 'rate ÷ ceiling', ratio(batch?.perSecond, ceiling), 'at least', 2.5);

  const [ordered] = ofName(measurements, 'ordered');
  add(ordered, 'rate ÷ unnamed', ratio(ordered?.perSecond, peak?.perSecond), 'at least', 0.94);

  const [hot] = ofName(measurements, 'hot');
  add(hot, 'rate ÷ spread', ratio(hot?.perSecond, peak?.perSecond), 'at least', 0.5);

  const [mix] = ofName(measurements, 'mix');
  add(mix, 'rate ÷ ceiling', ratio(mix?.perSecond, ceiling), 'at least', 0.8);
  add(mix, 'answers other than 2xx', mix && failuresOf(mix), 'at most', 0);
  add(mix, 'deadlocks', mix?.deadlocks, 'at most', 0);

  const [overload] = ofName(measurements, 'overload');
  const [full] = ofName(measurements, 'full');
  add(overload, 'rate ÷ peak', ratio(overload?.perSecond, peak?.perSecond), 'at least', 0.9);
  add(overload, 'rate ÷ full', ratio(overload?.perSecond, full?.perSecond), 'at least', 0.9);
  add(
    overload,
    'refusals other than 503 and 429',
    overload && failuresOf(overload, ['503', '429', 'hung up']),
    'at most',
    0,
  );
  add(overload, 'refusals without Retry-After', overload?.withoutRetryAfter, 'at most', 0);
  const [recovery] = ofName(measurements, 'recovery');
  add(
    recovery,
    'seconds until p99 ≤ 15 ms',
    recovery && overload && secondsToRecover(overload, recovery),
    'at most',
    5,
  );

  const [memory] = ofName(measurements, 'memory');
  const samples = memory?.memorySamples_bytes ?? [];
  add(memory, 'highest MiB', Math.max(...samples) / MIB, 'at most', 250);
  add(memory, 'last fifth ÷ second fifth', growthOf(samples), 'at most', 1.1);

  const [reference, idle, subscribed] = [WITHOUT_WORKER, WITHOUT_SUBSCRIBER, WITH_ENDPOINT].map((load) =>
    ofName(measurements, 'webhooks').filter((measurement) => measurement.load.endsWith(load)),
  );
  const without = medianRate(reference);
  add(idle?.[0], 'rate ÷ no worker', ratio(medianRate(idle), without), 'at least', 0.99);
  add(subscribed?.[0], 'rate ÷ no worker', ratio(medianRate(subscribed), without), 'at least', 0.97);
  return goals;
}

/** The cost of a purchase in a large database ÷ in a small one, API and database together: the median of all rounds. */
export function growthGoalsOf(measurements: readonly Measurement[], name: string): Goal[] {
  const large = ofName(measurements, `${name} large`);
  const of = large.at(-1);
  const value = ratio(medianCost(large), medianCost(ofName(measurements, `${name} small`)));
  if (of === undefined || value === undefined) return [];
  return [{ of, what: 'cost ÷ small', value, bound: 'at most', limit: 1.3, met: value <= 1.3 }];
}

function medianCost(measurements: readonly Measurement[]): number | undefined {
  const costs = measurements
    .map(({ cost }) => cost.api.perUnit_us + cost.database.perUnit_us)
    .sort((one, other) => one - other);
  return costs[Math.floor(costs.length / 2)];
}

/** Of all rounds. */
function medianRate(measurements: readonly Measurement[] = []): number | undefined {
  const rates = measurements.map(({ perSecond }) => perSecond).sort((one, other) => one - other);
  return rates[Math.floor(rates.length / 2)];
}

function ratio(value: number | undefined, reference: number | undefined): number | undefined {
  return value === undefined || reference === undefined ? undefined : value / reference;
}

/** Responses that are neither successes nor expected. */
function failuresOf({ answers = {} }: Measurement, expected: readonly string[] = []): number {
  return Object.entries(answers)
    .filter(([status]) => !/^2\d\d$/.test(status) && !expected.includes(status))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** From the last purchase of the overload to the first whole second whose requests were all answered soon. */
function secondsToRecover(overload: Measurement, { startedAt_ms = 0, timeline = [] }: Measurement): number {
  const overloadEnded_ms = (overload.startedAt_ms ?? 0) + overload.seconds * 1000;
  const recovered = timeline.findIndex(
    ({ done, failed, p99 }) => done > 0 && failed === 0 && p99 <= RECOVERED_P99_MS,
  );
  return recovered === -1 ? Number.POSITIVE_INFINITY : recovered + (startedAt_ms - overloadEnded_ms) / 1000;
}

/** Without the first fifth: a process grows while it starts. */
function growthOf(samples: readonly number[]): number | undefined {
  const fifth = Math.floor(samples.length / 5);
  return ratio(mean(samples.slice(-fifth)), mean(samples.slice(fifth, 2 * fifth)));
}

function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}
