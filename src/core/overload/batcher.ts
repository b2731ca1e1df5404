import { overloaded } from '../errors.ts';
import { failure, type Outcome } from '../outcome.ts';

export type BatcherOptions<Item, Result> = {
  /** Does the work for a list of items and answers for each, in order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>;
  /** True when a failed run may be tried again item by item; false when the fault is not in the items. */
  readonly isolates: (error: unknown) => boolean;
  /**
   * What an item would have to wait for: items that share a key are never in two runs at once, and keep their order.
   * With keys the items of one call may be in several runs; without, they stay in one.
   */
  readonly keysOf?: (item: Item) => readonly string[];
  /** Reports what was done, for logs and metrics. No response waits for it. */
  readonly report?: (items: readonly Item[], outcomes: readonly Outcome<Result>[]) => void;
  readonly maxItems: number;
  readonly maxInFlight: number;
  /** The least items for a run beside another one; fewer wait until that one is done. Defaults to 1. */
  readonly minItemsBeside?: number;
  /** Items waiting beyond this many are refused with OVERLOADED. */
  readonly maxQueued: number;
};

export type Batcher<Item, Result> = {
  /**
   * Runs the items together with others that wait, and returns the outcome of each, in order.
   * @throws OVERLOADED when the queue is full; nothing was started then.
   */
  readonly submit: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>;
  readonly queued: () => number;
  /** True when `submit` would refuse whatever comes. */
  readonly isFull: () => boolean;
  readonly inFlight: () => number;
};

/** Items that stay together. */
type Job<Item, Result> = {
  readonly items: readonly Item[];
  readonly keys: readonly string[];
  readonly resolve: (outcomes: readonly Outcome<Result>[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Group commit without a timer: a job starts immediately if nothing runs. Otherwise jobs wait and start together. So a
 * lone request has no delay, and load forms batches automatically.
 */
export function batcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { run, isolates, keysOf, report, maxItems, maxInFlight, maxQueued } = options;
  const minItemsBeside = Math.min(options.minItemsBeside ?? 1, maxItems);

  let waiting: Job<Item, Result>[] = [];
  let queued = 0;
  /** The keys of each run. */
  let running: readonly ReadonlySet<string>[] = [];
  /** The keys of the jobs that wait for a key. */
  let held = new Set<string>();
  /** Items that wait for nothing but a slot. */
  let free = 0;

  function submit(items: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    if (items.length === 0) return Promise.resolve([]);
    // A list larger than the queue is still served if nothing waits; otherwise it could never be.
    if (queued > 0 && queued + items.length > maxQueued) {
      return Promise.reject(overloaded({ retry_after_seconds: 1 }));
    }
    const answers =
      keysOf === undefined ? [enqueue(items, [])] : items.map((item) => enqueue([item], keysOf(item)));
    dispatch();
    const [first] = answers;
    if (first !== undefined && answers.length === 1) return first;
    return Promise.all(answers).then(
      (outcomes) => outcomes.flat(),
      () => settleEach(answers),
    );
  }

  /**
   * A run failed for a fault that is not in its items. Others may have been done, or have an unknown outcome: unless one
   * fault is that of all items, each has its own result.
   */
  async function settleEach(
    answers: readonly Promise<readonly Outcome<Result>[]>[],
  ): Promise<readonly Outcome<Result>[]> {
    const settled = await Promise.allSettled(answers);
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

  /** True when something left. */
  function dispatch(): boolean {
    const before = running.length;
    while (running.length < maxInFlight && free >= (running.length === 0 ? 1 : minItemsBeside)) {
      const jobs = takeJobs();
      const keys = new Set(jobs.flatMap((job) => job.keys));
      running = [...running, keys];
      sortWaiting();
      void execute(jobs, keys);
    }
    return running.length > before;
  }

  /** In their order, and none before one that it shares a key with. */
  function takeJobs(): Job<Item, Result>[] {
    const taken: Job<Item, Result>[] = [];
    const left: Job<Item, Result>[] = [];
    let size = 0;
    held = new Set();
    for (const [position, job] of waiting.entries()) {
      if (isHeld(job)) {
        hold(job);
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
    held = new Set();
    free = 0;
    for (const job of waiting) sortIn(job);
  }

  function sortIn(job: Job<Item, Result>): void {
    if (isHeld(job)) hold(job);
    else free += job.items.length;
  }

  function isHeld({ keys }: Job<Item, Result>): boolean {
    return keys.some((key) => held.has(key) || isRunning(key));
  }

  function isRunning(key: string): boolean {
    for (const keys of running) if (keys.has(key)) return true;
    return false;
  }

  function hold({ keys }: Job<Item, Result>): void {
    for (const key of keys) held.add(key);
  }

  /** What waits leaves before these are answered, so that the database is at work while the answers are written. */
  async function execute(jobs: readonly Job<Item, Result>[], keys: ReadonlySet<string>): Promise<void> {
    const items = jobs.flatMap((job) => job.items);
    const tell = await runIsolated(items).then(
      (outcomes) => () => answer(jobs, items, outcomes),
      (error: unknown) => () => {
        for (const job of jobs) job.reject(error);
      },
    );
    running = running.filter((others) => others !== keys);
    sortWaiting();
    if (dispatch()) setImmediate(tell);
    else tell();
  }

  async function runIsolated(items: readonly Item[]): Promise<readonly Outcome<Result>[]> {
    try {
      return await run(items);
    } catch (error) {
      if (!isolates(error)) throw error;
      return runApart(items, error);
    }
  }

  /** A poisonous item made the whole run fail: runs each item alone, in order, so that only this item fails. */
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

  function answer(
    jobs: readonly Job<Item, Result>[],
    items: readonly Item[],
    outcomes: readonly Outcome<Result>[],
  ): void {
    let position = 0;
    for (const job of jobs) {
      job.resolve(outcomes.slice(position, position + job.items.length));
      position += job.items.length;
    }
    // Last, so that every job has its result if it throws.
    report?.(items, outcomes);
  }

  return {
    submit,
    queued: () => queued,
    isFull: () => queued >= maxQueued,
    inFlight: () => running.length,
  };
}
