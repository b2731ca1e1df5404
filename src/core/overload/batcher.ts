import { overloaded } from '../errors.ts';
import { failure, type Outcome } from '../outcome.ts';

export type BatcherOptions<Item, Result> = {
  /** Processes a list of items and returns one outcome for each, in order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>;
  /** True if one of the items may have caused the failure of a run: the run is then repeated item by item. */
  readonly isolates: (error: unknown) => boolean;
  /**
   * The resources that an item needs. Items with a common key keep their order and are never in two concurrent runs.
   * With keys, the items of one call may be split into several runs. Without keys, they stay in one run.
   */
  readonly keysOf?: (item: Item) => readonly string[];
  /** Called after each run, for logs and metrics. No caller waits for it. */
  readonly report?: (items: readonly Item[], outcomes: readonly Outcome<Result>[]) => void;
  readonly maxItems: number;
  readonly maxInFlight: number;
  /** The minimum number of items for a run that is concurrent with another run. Fewer items wait. Defaults to 1. */
  readonly minItemsBeside?: number;
  /** The maximum number of waiting items. More items are refused with OVERLOADED. */
  readonly maxQueued: number;
};

export type Batcher<Item, Result> = {
  /**
   * Runs the items together with others that wait. Returns one outcome for each, in order.
   * @throws OVERLOADED if the queue is full; nothing is started then.
   */
  readonly submit: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>;
  readonly queued: () => number;
  /** True if `submit` would refuse any item. */
  readonly isFull: () => boolean;
  readonly inFlight: () => number;
};

/** Items that must be in the same run. */
type Job<Item, Result> = {
  readonly items: readonly Item[];
  readonly keys: readonly string[];
  readonly resolve: (outcomes: readonly Outcome<Result>[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Group commit without a timer. A job starts immediately if nothing runs. Otherwise jobs wait and start together. A single
 * request is therefore not delayed, and batches grow with the load.
 */
export function batcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { run, isolates, keysOf, report, maxItems, maxInFlight, maxQueued } = options;
  const minItemsBeside = Math.min(options.minItemsBeside ?? 1, maxItems);

  let waiting: Job<Item, Result>[] = [];
  let queued = 0;
  /** The keys of each current run. */
  let running: readonly ReadonlySet<string>[] = [];
  /** The keys of the blocked jobs. Later jobs with such a key must wait too, to keep the order. */
  let blockedKeys = new Set<string>();
  /** The number of waiting items that are not blocked. */
  let ready = 0;

  function submit(items: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    if (items.length === 0) return Promise.resolve([]);
    // A list that is larger than the queue is accepted if nothing waits. Otherwise it would always be refused.
    if (queued > 0 && queued + items.length > maxQueued) {
      return Promise.reject(overloaded({ retry_after_seconds: 1 }));
    }
    const results =
      keysOf === undefined ? [enqueue(items, [])] : items.map((item) => enqueue([item], keysOf(item)));
    dispatch();
    const [first] = results;
    if (first !== undefined && results.length === 1) return first;
    return Promise.all(results).then(
      (outcomes) => outcomes.flat(),
      () => settleEach(results),
    );
  }

  /**
   * Collects the results after at least one run of the call failed as a whole. If all items have the same error, throws it.
   * Otherwise each item gets its own outcome, because other runs may have succeeded.
   */
  async function settleEach(
    results: readonly Promise<readonly Outcome<Result>[]>[],
  ): Promise<readonly Outcome<Result>[]> {
    const settled = await Promise.allSettled(results);
    const faults = new Set(settled.map((job) => (job.status === 'rejected' ? job.reason : undefined)));
    if (faults.size === 1) throw [...faults][0];
    return settled.flatMap((job) => (job.status === 'fulfilled' ? job.value : [failure(job.reason)]));
  }

  function enqueue(items: readonly Item[], keys: readonly string[]): Promise<readonly Outcome<Result>[]> {
    return new Promise((resolve, reject) => {
      const job = { items, keys, resolve, reject };
      waiting.push(job);
      queued += items.length;
      sortIn(job);
    });
  }

  /** Starts as many runs as possible. Returns true if it started any. */
  function dispatch(): boolean {
    const before = running.length;
    while (running.length < maxInFlight && ready >= (running.length === 0 ? 1 : minItemsBeside)) {
      const jobs = takeJobs();
      const keys = new Set(jobs.flatMap((job) => job.keys));
      running = [...running, keys];
      sortWaiting();
      void execute(jobs, keys);
    }
    return running.length > before;
  }

  /** Takes the jobs of the next run from the queue, in order. No job overtakes another job with a common key. */
  function takeJobs(): Job<Item, Result>[] {
    const taken: Job<Item, Result>[] = [];
    const left: Job<Item, Result>[] = [];
    let size = 0;
    blockedKeys = new Set();
    for (const [position, job] of waiting.entries()) {
      if (isBlocked(job)) {
        block(job);
        left.push(job);
      } else if (taken.length > 0 && size + job.items.length > maxItems) {
        left.push(...waiting.slice(position));
        break;
      } else {
        taken.push(job);
        size += job.items.length;
      }
    }
    waiting = left;
    queued -= size;
    return taken;
  }

  function sortWaiting(): void {
    blockedKeys = new Set();
    ready = 0;
    for (const job of waiting) sortIn(job);
  }

  function sortIn(job: Job<Item, Result>): void {
    if (isBlocked(job)) block(job);
    else ready += job.items.length;
  }

  function isBlocked({ keys }: Job<Item, Result>): boolean {
    return keys.some((key) => blockedKeys.has(key) || isRunning(key));
  }

  function isRunning(key: string): boolean {
    for (const keys of running) if (keys.has(key)) return true;
    return false;
  }

  function block({ keys }: Job<Item, Result>): void {
    for (const key of keys) blockedKeys.add(key);
  }

  /** Starts the next run before it delivers the results, so that the database works while the responses are written. */
  async function execute(jobs: readonly Job<Item, Result>[], keys: ReadonlySet<string>): Promise<void> {
    const items = jobs.flatMap((job) => job.items);
    const deliver = await runIsolated(items).then(
      (outcomes) => () => resolveJobs(jobs, items, outcomes),
      (error: unknown) => () => {
        for (const job of jobs) job.reject(error);
      },
    );
    running = running.filter((others) => others !== keys);
    sortWaiting();
    if (dispatch()) setImmediate(deliver);
    else deliver();
  }

  async function runIsolated(items: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    try {
      return await run(items);
    } catch (error) {
      if (!isolates(error)) throw error;
      return runApart(items, error);
    }
  }

  /** Repeats a failed run with each item alone, in order, so that only the item that caused the failure fails. */
  async function runApart(items: readonly Item[], cause: unknown): Promise<Outcome<Result>[]> {
    if (items.length === 1) return [failure(cause)];
    const outcomes: Outcome<Result>[] = [];
    for (const item of items) {
      try {
        outcomes.push(...(await run([item])));
      } catch (error) {
        outcomes.push(failure(error));
      }
    }
    return outcomes;
  }

  function resolveJobs(
    jobs: readonly Job<Item, Result>[],
    items: readonly Item[],
    outcomes: readonly Outcome<Result>[],
  ): void {
    let position = 0;
    for (const job of jobs) {
      job.resolve(outcomes.slice(position, position + job.items.length));
      position += job.items.length;
    }
    // Called last: if it throws, every job has its result already.
    report?.(items, outcomes);
  }

  return {
    submit,
    queued: () => queued,
    isFull: () => queued >= maxQueued,
    inFlight: () => running.length,
  };
}
