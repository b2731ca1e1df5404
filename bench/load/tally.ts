import { build } from 'hdr-histogram-js';
import type { Latency, LoadResult, Second } from './plan.ts';

/** Resolution: a hundredth of a millisecond, up to a minute. */
const PER_MS = 100;
const HIGHEST = 60_000 * PER_MS;

export type Answer = {
  readonly status: number;
  /** The purchases that it acknowledges. */
  readonly purchases: number;
  /** Successes: 1, or the items of a batch. */
  readonly done: number;
  readonly hasRetryAfter: boolean;
  /** The delay in `Retry-After`, if present. */
  readonly retryAfter_seconds?: number;
};

type OpenSecond = { done: number; failed: number; readonly latencies: Latencies };

/** Counts responses and their latency. */
export function tally() {
  const started = performance.now();
  const startedAt_ms = Date.now();
  const cpu = process.cpuUsage();
  const all = latencies();
  const answers: Record<string, number> = {};
  const timeline: OpenSecond[] = [];
  let purchases = 0;
  let done = 0;
  let withoutRetryAfter = 0;
  /** The time of the last success. Refusals may come later, because they are delayed. */
  let lastDone: number | undefined;

  /** `due`: the planned time of the request, by performance.now(). */
  function count(answer: Answer | undefined, due: number): void {
    const now = performance.now();
    const second = secondAt(due);
    const status = answer?.status ?? 'lost';
    answers[status] = (answers[status] ?? 0) + 1;
    if (answer === undefined || answer.status >= 300) {
      second.failed += 1;
      if (answer !== undefined && isRefusedForNow(answer) && !answer.hasRetryAfter) withoutRetryAfter += 1;
      return;
    }
    lastDone = now;
    purchases += answer.purchases;
    done += answer.done;
    second.done += answer.done;
    const units = Math.min(HIGHEST, Math.max(1, Math.round((now - due) * PER_MS)));
    all.recordValue(units);
    second.latencies.recordValue(units);
  }

  function secondAt(time: number): OpenSecond {
    const number = Math.max(0, Math.floor((time - started) / 1000));
    while (timeline.length <= number) timeline.push({ done: 0, failed: 0, latencies: latencies() });
    return timeline[number] as OpenSecond;
  }

  /** `hungUp`: the number of callers that did not wait any longer. */
  function result(hungUp = 0): LoadResult {
    const { user, system } = process.cpuUsage(cpu);
    return {
      startedAt_ms,
      seconds: ((lastDone ?? performance.now()) - started) / 1000,
      answers: { ...answers, ...(hungUp > 0 && { 'hung up': hungUp }) },
      purchases,
      done,
      latency: percentiles(all),
      withoutRetryAfter,
      timeline: timeline.map(closed),
      cpu_ms: (user + system) / 1000,
    };
  }

  return { count, result };
}

function isRefusedForNow({ status }: Answer): boolean {
  return status === 503 || status === 429;
}

function closed({ done, failed, latencies }: OpenSecond): Second {
  return { done, failed, p99: percentiles(latencies).p99 };
}

type Latencies = ReturnType<typeof latencies>;

function latencies() {
  return build({ highestTrackableValue: HIGHEST, numberOfSignificantValueDigits: 3, bitBucketSize: 32 });
}

function percentiles(recorded: Latencies): Latency {
  const at = (percent: number) => recorded.getValueAtPercentile(percent) / PER_MS;
  return { p50: at(50), p95: at(95), p99: at(99), max: recorded.maxValue / PER_MS };
}
