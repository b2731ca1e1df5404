import type { Latency, Second } from './load/plan.ts';

/** The result of a load, and its cost. */
export type Measurement = {
  /** One of a section; the same for those that are compared with each other. */
  readonly name: string;
  /** The pace of the load: `128 connections`. */
  readonly load: string;
  /** What is counted. */
  readonly unit: 'purchases' | 'requests';
  /** Unknown where pgbench measures. */
  readonly startedAt_ms?: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Unknown where pgbench measures. */
  readonly latency?: Latency;
  readonly answers?: Readonly<Record<string, number>>;
  readonly withoutRetryAfter?: number;
  readonly timeline?: readonly Second[];
  readonly cost: {
    readonly api: Cost;
    readonly database: Cost;
    /** The cost of the load generator on the same machine. */
    readonly load: Cost;
  };
  /** Of the API processes, at the end of the load. */
  readonly memory_bytes: number;
  /** The same for each second of the load, where it was recorded. */
  readonly memorySamples_bytes?: readonly number[];
  readonly deadlocks: number;
};

/** Processor time. */
export type Cost = { readonly perUnit_us: number; readonly cores: number };

export function ofName(measurements: readonly Measurement[], name: string): Measurement[] {
  return measurements.filter((measurement) => measurement.name === name);
}

/** The one with the highest rate. */
export function fastest(measurements: readonly Measurement[]): Measurement | undefined {
  return measurements.toSorted((one, other) => other.perSecond - one.perSecond)[0];
}
