import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosedLoop, LoadResult, OpenLoop } from './plan.ts';
import { type Answer, tally } from './tally.ts';

/** A caller that sends one request at a time. */
export type Caller<Request> = {
  /** Undefined when the connection ended without an answer. */
  readonly send: (request: Request) => Promise<Answer | undefined>;
  /** Opens the connection before anything is measured. */
  readonly connect: () => Promise<void>;
  /** Disconnects if there is no response yet. */
  readonly close: () => Promise<void>;
};

/** The caller of this number, from 0. */
export type OpenCaller<Request> = (number: number) => Caller<Request>;

/** Connections opened at a time. More would overflow the server's accept queue. */
const CONNECTS_AT_ONCE = 128;

/** After the end, a caller whose response is delayed for longer disconnects. */
const PATIENCE_MS = 1_500;

/** Callers of an open loop: connected at the start, and at most. */
const CALLERS = { first: 64, most: 1_024 };

/** Sends the requests of `next` at this pace. */
export function runLoop<Request>(
  openCaller: OpenCaller<Request>,
  pace: ClosedLoop | OpenLoop,
  next: () => Request,
): Promise<LoadResult> {
  return 'connections' in pace ? runClosedLoop(openCaller, pace, next) : runOpenLoop(openCaller, pace, next);
}

/**
 * Each caller sends its next request when the previous one is answered. At the end the loop waits a while for open
 * requests, so that everything the platform did is counted.
 */
async function runClosedLoop<Request>(
  openCaller: OpenCaller<Request>,
  { connections, seconds, honoursRetryAfter = false }: ClosedLoop,
  next: () => Request,
): Promise<LoadResult> {
  const callers = await connectCallers(openCaller, connections);
  const counted = tally();
  const end = performance.now() + seconds * 1000;
  let waiting = callers.length;

  async function keepSending(caller: Caller<Request>): Promise<void> {
    for (let since = performance.now(); since < end; since = performance.now()) {
      const answer = await caller.send(next());
      counted.count(answer, since);
      // A caller without a connection cannot send.
      if (answer === undefined) break;
      if (honoursRetryAfter && answer.retryAfter_seconds !== undefined)
        await sleep(answer.retryAfter_seconds * 1000);
    }
    waiting -= 1;
  }

  const impatience = sleep(seconds * 1000 + PATIENCE_MS, undefined, { ref: false });
  await Promise.race([Promise.all(callers.map(keepSending)), impatience]);
  const result = counted.result(waiting);
  await closeAll(callers);
  return result;
}

/** Sends requests evenly, whether earlier ones are answered or not. Latency counts from the planned time of each. */
async function runOpenLoop<Request>(
  openCaller: OpenCaller<Request>,
  { perSecond, seconds, mostCallers = CALLERS.most }: OpenLoop,
  next: () => Request,
): Promise<LoadResult> {
  const callers = await connectCallers(openCaller, Math.min(CALLERS.first, mostCallers));
  const idle = [...callers];
  /** The planned times of requests that wait for a caller. */
  const waiting: number[] = [];
  const total = Math.round(perSecond * seconds);
  const sending: Promise<void>[] = [];
  const counted = tally();
  const started = performance.now();

  async function sendBy(caller: Caller<Request>, due: number): Promise<void> {
    for (let next_ms: number | undefined = due; next_ms !== undefined; next_ms = waiting.shift())
      counted.count(await caller.send(next()), next_ms);
    idle.push(caller);
  }

  function findCaller(): Caller<Request> | undefined {
    const free = idle.pop();
    if (free !== undefined || callers.length === mostCallers) return free;
    const opened = openCaller(callers.length);
    callers.push(opened);
    return opened;
  }

  for (let sent = 0; sent < total; await sleep(1)) {
    const now = performance.now();
    for (; sent < total; sent += 1) {
      const due = started + (sent / perSecond) * 1000;
      if (due > now) break;
      const caller = findCaller();
      if (caller === undefined) waiting.push(due);
      else sending.push(sendBy(caller, due));
    }
  }
  await Promise.all(sending);
  const result = counted.result();
  await closeAll(callers);
  return result;
}

async function connectCallers<Request>(
  openCaller: OpenCaller<Request>,
  count: number,
): Promise<Caller<Request>[]> {
  const callers = Array.from({ length: count }, (_, number) => openCaller(number));
  for (let first = 0; first < count; first += CONNECTS_AT_ONCE) {
    await Promise.all(callers.slice(first, first + CONNECTS_AT_ONCE).map((caller) => caller.connect()));
  }
  return callers;
}

async function closeAll(callers: readonly Pick<Caller<never>, 'close'>[]): Promise<void> {
  await Promise.all(callers.map((caller) => caller.close()));
}
