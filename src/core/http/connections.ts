import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../observability/logging.ts';

const LIMITS = {
  /** A client that leaves bytes unread for this long is disconnected. */
  unread_ms: 10_000,
  /** A client that does not close the connection within this time after its last response is disconnected. */
  ended_ms: 1_000,
  checkEvery_ms: 1_000,
};
/** The limit of pipelined requests. No known client sends more of them. */
const MAX_REQUESTS_AHEAD = 100;
const DROPS_LOGGED_EVERY_MS = 60_000;

/**
 * Limits the number of open connections, and the time in which a client must read its response. Node limits only the time
 * in which a request arrives.
 */
export function boundConnections(
  server: Server,
  options: { readonly maxConnections: number; readonly logger: Logger; readonly limits?: typeof LIMITS },
): void {
  const { maxConnections, logger, limits = LIMITS } = options;
  server.maxConnections = maxConnections;
  logDrops(server, logger);

  /** Each open connection, with the time since which it has unsent bytes or is finished. Undefined if neither. */
  const connections = new Map<Socket, number | undefined>();
  server.on('connection', (socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  const timer = setInterval(() => closeUnread(connections, limits), limits.checkEvery_ms);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

function closeUnread(connections: Map<Socket, number | undefined>, limits: typeof LIMITS): void {
  const now_ms = performance.now();
  for (const [socket, since_ms] of connections) {
    const hasEnded = socket.writableFinished;
    if (!hasEnded && socket.writableLength === 0) {
      if (since_ms !== undefined) connections.set(socket, undefined);
    } else if (since_ms === undefined) connections.set(socket, now_ms);
    else if (now_ms - since_ms >= (hasEnded ? limits.ended_ms : limits.unread_ms)) socket.destroy();
  }
}

function logDrops(server: Server, logger: Logger): void {
  let dropped = 0;
  let logged_ms = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    dropped += 1;
    if (performance.now() - logged_ms < DROPS_LOGGED_EVERY_MS) return;
    logger.warn({ dropped }, 'too many connections: new ones are closed');
    logged_ms = performance.now();
    dropped = 0;
  });
}

/**
 * Processes the requests of a connection one after the other. Node would start all pipelined requests concurrently, and
 * only keeps their responses in order.
 */
export function oneAtATime(handle: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    // Node assigns the socket to a response when it is the next one to be sent.
    if (response.socket !== null) return handle(request, response);
    const { socket } = request;
    const ahead = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, ahead);
    if (ahead > MAX_REQUESTS_AHEAD) return socket.destroy();
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      process.nextTick(handle, request, response);
    });
  };
}
