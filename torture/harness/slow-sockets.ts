import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A connection of a slow client. */
export type SlowSocket = {
  readonly socket: Socket;
  readonly openedAt: number;
  readonly ownPort: number;
  readonly platformPort: number;
};

const DRIP_MS = 1_000;
const LOOKS_EVERY_MS = 200;
/** The kernel's number for an established connection. */
const ESTABLISHED = '01';

/** Sends the start of a request, and then one byte per second. Reads the response. */
export async function sendSlowly(url: string, start: string, byte: string): Promise<SlowSocket> {
  const slow = await open(url);
  const { socket } = slow;
  socket.resume();
  socket.write(start);
  const dripping = setInterval(() => socket.write(byte), DRIP_MS);
  socket.once('close', () => clearInterval(dripping));
  return slow;
}

/** Requests more than fits into the buffers of a connection, and reads nothing. */
export async function readNothing(url: string, requests: string): Promise<SlowSocket> {
  const slow = await open(url);
  slow.socket.pause();
  slow.socket.write(requests);
  return slow;
}

/**
 * Returns the milliseconds until the platform closed each connection, at most `patience_ms`. Reads the table of the kernel,
 * because a socket that does not read does not notice its end.
 */
export async function untilClosed(slow: readonly SlowSocket[], patience_ms: number): Promise<number[]> {
  const kept = new Map<SlowSocket, number>();
  while (kept.size < slow.length) {
    const now = performance.now();
    const ports = establishedPorts(slow[0]?.platformPort ?? 0);
    for (const one of slow) {
      if (kept.has(one)) continue;
      const { socket, openedAt, ownPort } = one;
      const isOpen = !socket.destroyed && ports.has(ownPort);
      if (!isOpen || now - openedAt >= patience_ms) kept.set(one, now - openedAt);
    }
    await sleep(LOOKS_EVERY_MS);
  }
  for (const { socket } of slow) socket.destroy();
  return [...kept.values()];
}

async function open(url: string): Promise<SlowSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return {
    socket,
    openedAt: performance.now(),
    ownPort: socket.localPort ?? 0,
    platformPort: Number(port),
  };
}

/**
 * Returns the ports of the clients whose connection is still established on the side of the platform, from /proc/net/tcp:
 * `sl local_address rem_address st …`. The client may not have noticed yet that the platform has closed a connection.
 */
function establishedPorts(platformPort: number): Set<number> {
  const [, ...lines] = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n');
  const ports = lines.flatMap((line) => {
    const [, local = '', remote = '', state] = line.trim().split(/\s+/);
    return state === ESTABLISHED && portOf(local) === platformPort ? [portOf(remote)] : [];
  });
  return new Set(ports);
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16);
}
