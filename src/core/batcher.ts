import { overloaded } from './errors.ts';
import { failure, type Outcome } from './outcome.ts';

export type BatcherOptions<Item, Result> = {
  /** Does the work for a list of items and answers for each, in order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>;
  /** True when a failed run may be tried again item by item; false when the fault is not in the items. */
  readonly isolates: (error: unknown) => boolean;
  readonly maxItems: number;
  readonly maxInFlight: number;
  /** Items waiting beyond this many are refused with OVERLOADED. */
  readonly maxQueued: number;
};

export type Batcher<Item, Result> = {
  /**
   * Runs the items, together with whatever else is waiting, and answers for each, in order.
   * The items of one call stay in one run and in their order.
   * @throws OVERLOADED when the queue is full; nothing was started then.
   */
  readonly submit: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>;
  readonly queued: () => number;
  /** True when `submit` would refuse whatever comes. */
  readonly isFull: () => boolean;
  readonly inFlight: () => number;
};

type Job<Item, Result> = {
  readonly items: readonly Item[];
  readonly resolve: (outcomes: readonly Outcome<Result>[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Group commit without a timer: while a slot is free a job leaves at once, alone; while all slots are busy jobs
 * gather and leave together. So a lone request pays nothing, and load forms batches by itself.
 */
export function batcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const waiting: Job<Item, Result>[] = [];
  let queued = 0;
  let inFlight = 0;

  function submit(items: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    if (items.length === 0) return Promise.resolve([]);
    // One job larger than the queue is still served when nothing waits; else it could never be.
    if (queued > 0 && queued + items.length > options.maxQueued) {
      return Promise.reject(overloaded({ retry_after_seconds: 1 }));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      queued += items.length;
      dispatch();
    });
  }

  function dispatch(): void {
    while (inFlight < options.maxInFlight && waiting.length > 0) {
      inFlight += 1;
      void execute(takeJobs()).finally(() => {
        inFlight -= 1;
        dispatch();
      });
    }
  }

  function takeJobs(): Job<Item, Result>[] {
    let count = 0;
    let size = 0;
    for (const job of waiting) {
      if (count > 0 && size + job.items.length > options.maxItems) break;
      count += 1;
      size += job.items.length;
    }
    queued -= size;
    return waiting.splice(0, count);
  }

  async function execute(jobs: readonly Job<Item, Result>[]): Promise<void> {
    const items = jobs.flatMap((job) => job.items);
    try {
      answer(jobs, await options.run(items));
    } catch (error) {
      if (!options.isolates(error)) for (const job of jobs) job.reject(error);
      else answer(jobs, await runApart(items, error));
    }
  }

  /** A poisonous item made the whole run fail: each item by itself, in order, so that only the poisonous one does. */
  async function runApart(items: readonly Item[], cause: unknown): Promise<Outcome<Result>[]> {
    if (items.length === 1) return [failure(cause)];
    const outcomes: Outcome<Result>[] = [];
    for (const item of items) {
      try {
        outcomes.push(...(await options.run([item])));
      } catch (error) {
        outcomes.push(failure(error));
      }
    }
    return outcomes;
  }

  function answer(jobs: readonly Job<Item, Result>[], outcomes: readonly Outcome<Result>[]): void {
    let position = 0;
    for (const job of jobs) {
      job.resolve(outcomes.slice(position, position + job.items.length));
      position += job.items.length;
    }
  }

  return {
    submit,
    queued: () => queued,
    isFull: () => queued >= options.maxQueued,
    inFlight: () => inFlight,
  };
}
