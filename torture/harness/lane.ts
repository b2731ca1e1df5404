import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What happens to a message. A cut closes both sides of the connection. `damage` flips a bit of the message's TLS record to
 * the client. `mute` swallows the message and everything after it in its direction, and keeps the connection open.
 */
export type Verdict = 'pass' | 'cut before' | 'cut after' | 'damage' | 'mute';

/** The state of the network for a lane. */
export type LaneWeather = {
  /** The delay of each message. */
  readonly latency_ms?: number;
  /** Bytes pass one at a time, with a pause after each. */
  readonly drip?: { readonly bytes: number; readonly pause_ms: number };
};

/** One direction of one connection. Messages are sent in order, according to the weather and their verdicts. */
export type Lane = {
  readonly enqueue: (bytes: Buffer, verdict: Verdict) => void;
  /** Loses all messages from now on. */
  readonly silence: () => void;
  /** Delays all messages while `isHeld` is true. */
  readonly hold: (isHeld: boolean) => void;
  readonly isSilent: () => boolean;
  /** Calls `done` after the last waiting message was sent. Never calls it if the lane is silent. */
  readonly end: (done: () => void) => void;
  readonly close: () => void;
};

type Waiting = { readonly bytes: Buffer; readonly verdict: Verdict; readonly due: number };

export function openLane(deps: {
  readonly weather: () => LaneWeather;
  readonly write: (bytes: Buffer) => void;
  /** Writes the bytes with an error that the other side can detect. */
  readonly damage?: (bytes: Buffer) => Promise<void>;
  readonly cut: () => void;
}): Lane {
  const { weather, write, damage, cut } = deps;
  let waiting: Waiting[] = [];
  let isPumping = false;
  let isSilent = false;
  let isHeld = false;
  let isClosed = false;
  let whenEmpty: (() => void) | undefined;

  function enqueue(bytes: Buffer, verdict: Verdict): void {
    if (isSilent || isClosed) return;
    waiting.push({ bytes, verdict, due: performance.now() + (weather().latency_ms ?? 0) });
    if (!isPumping && !isHeld) void pump();
  }

  async function pump(): Promise<void> {
    isPumping = true;
    // Bytes that arrive together are sent together.
    await Promise.resolve();
    while (waiting.length > 0 && !isSilent && !isHeld && !isClosed) {
      const wait_ms = (waiting[0]?.due ?? 0) - performance.now();
      if (wait_ms > 0) await sleep(wait_ms);
      else if (waiting[0]?.verdict !== 'pass') await carryOut(waiting.shift());
      else if (weather().drip !== undefined) await dripFirst();
      else sendDue();
    }
    isPumping = false;
    if (waiting.length === 0) whenEmpty?.();
  }

  /** All due messages, up to the first one with a fault. */
  function sendDue(): void {
    const now = performance.now();
    const end = waiting.findIndex(({ verdict, due }) => verdict !== 'pass' || due > now);
    const passing = waiting.slice(0, end === -1 ? waiting.length : end);
    waiting = waiting.slice(passing.length);
    write(Buffer.concat(passing.map(({ bytes }) => bytes)));
  }

  async function carryOut(message: Waiting | undefined): Promise<void> {
    if (message === undefined) return;
    const { bytes, verdict } = message;
    switch (verdict) {
      case 'pass':
        break;
      case 'cut before':
        cut();
        break;
      case 'cut after':
        write(bytes);
        // The bytes must be sent before the connection ends.
        setImmediate(cut);
        break;
      case 'damage':
        await damage?.(bytes);
        break;
      case 'mute':
        silence();
        break;
    }
  }

  async function dripFirst(): Promise<void> {
    const first = waiting.shift();
    if (first === undefined) return;
    for (let start = 0; start < first.bytes.length && !isSilent && !isClosed; ) {
      const { drip } = weather();
      const size = drip?.bytes ?? first.bytes.length;
      write(first.bytes.subarray(start, start + size));
      start += size;
      if (drip !== undefined) await sleep(drip.pause_ms);
    }
  }

  function silence(): void {
    isSilent = true;
    waiting = [];
  }

  return {
    enqueue,
    silence,
    hold: (held) => {
      isHeld = held;
      if (!isHeld && !isPumping) void pump();
    },
    isSilent: () => isSilent,
    end: (done) => {
      if (isSilent) return;
      if (waiting.length === 0 && !isPumping) done();
      else whenEmpty = done;
    },
    close: () => {
      isClosed = true;
      waiting = [];
    },
  };
}
