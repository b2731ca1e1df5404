import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosedLoop, LoadResult, OpenLoop } from './plan.ts';
import type { Request } from './scenarios.ts';
import { type Caller, openCaller } from './sending.ts';
import { tally } from './tally.ts';

/** So many connections are opened at a time: more would overrun the queue of those that the server has to accept. */
const CONNECTS_AT_ONCE = 128;

/** After the end: whose answer is held back for longer hangs up. */
const PATIENCE_MS = 1_500;

/** Callers of an open loop that have their connection from the start. */
const FIRST_CALLERS = 64;

/** All of them: requests beyond wait for one, and that wait is part of what they took. */
const MOST_CALLERS = 1_024;

/**
 * Each caller sends its next request when the last one is answered. What is under way at the end is waited for, for a
 * while, so that everything the platform did is counted.
 */
export async function runClosedLoop(
  urls: readonly string[],
  { connections, seconds }: ClosedLoop,
  next: () => Request,
): Promise<LoadResult> {
  const callers = await connectCallers(urls, connections);
  const counted = tally();
  const end = performance.now() + seconds * 1000;

  function keepSending(caller: Caller, ended: () => void): void {
    const since = performance.now();
    if (since >= end) {
      ended();
      return;
    }
    caller.send(next(), (answer) => {
      counted.count(answer, since);
      // Who lost the connection has nobody to send to.
      if (answer === undefined) ended();
      else keepSending(caller, ended);
    });
  }

  let waiting = callers.length;
  const allEnded = new Promise<void>((resolve) => {
    for (const caller of callers) {
      keepSending(caller, () => {
        waiting -= 1;
        if (waiting === 0) resolve();
      });
    }
  });
  await Promise.race([allEnded, sleep(seconds * 1000 + PATIENCE_MS, undefined, { ref: false })]);
  const result = counted.result(waiting);
  await closeAll(callers);
  return result;
}

/** Requests come evenly spread, whatever became of those before; times count from when each one was due. */
export async function runOpenLoop(
  urls: readonly string[],
  { perSecond, seconds }: OpenLoop,
  next: () => Request,
): Promise<LoadResult> {
  const callers = await connectCallers(urls, FIRST_CALLERS);
  const idle = [...callers];
  /** When those were due that wait for a caller. */
  const waiting: number[] = [];
  const total = Math.round(perSecond * seconds);
  const allAnswered = Promise.withResolvers<void>();
  const counted = tally();
  const started = performance.now();
  let answered = 0;

  function sendBy(caller: Caller, due: number): void {
    caller.send(next(), (answer) => {
      counted.count(answer, due);
      answered += 1;
      if (answered === total) allAnswered.resolve();
      const nextDue = waiting.shift();
      if (nextDue === undefined) idle.push(caller);
      else sendBy(caller, nextDue);
    });
  }

  function findCaller(): Caller | undefined {
    const free = idle.pop();
    if (free !== undefined || callers.length === MOST_CALLERS) return free;
    const opened = openCaller(addressOf(urls, callers.length));
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
      else sendBy(caller, due);
    }
  }
  await allAnswered.promise;
  const result = counted.result();
  await closeAll(callers);
  return result;
}

async function connectCallers(urls: readonly string[], count: number): Promise<Caller[]> {
  const callers = Array.from({ length: count }, (_, index) => openCaller(addressOf(urls, index)));
  for (let first = 0; first < count; first += CONNECTS_AT_ONCE) {
    await Promise.all(callers.slice(first, first + CONNECTS_AT_ONCE).map((caller) => caller.connect()));
  }
  return callers;
}

function addressOf(urls: readonly string[], index: number): string {
  const url = urls[index % urls.length];
  if (url === undefined) throw new RangeError('a load needs an address');
  return url;
}

async function closeAll(callers: readonly Caller[]): Promise<void> {
  await Promise.all(callers.map((caller) => caller.close()));
}
