import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { endWithRawResponse } from './raw-responses.ts';
import type { HttpServer } from './route.ts';

/** A request that is still arriving at this time after the server began to close is refused. Nothing of it was done. */
const SENDERS_CUT_AFTER_MS = 2_000;
/** A client that has not read its response at this time is disconnected. The work is done and the process must exit. */
const READERS_CUT_AFTER_MS = 4_000;
const CHECK_EVERY_MS = 100;

/**
 * Ends connections while the server closes, so that neither a slow client nor an idle connection delays the exit.
 * A request that has arrived completely keeps its connection until its response is sent.
 */
export function drainConnections(server: HttpServer): void {
  const connections = followConnections(server.server);
  let isClosing = false;

  server.addHook('preClose', async () => {
    isClosing = true;
    const began_ms = performance.now();
    const timer = setInterval(
      () => cutSlowClients(connections, performance.now() - began_ms),
      CHECK_EVERY_MS,
    );
    server.server.once('close', () => clearInterval(timer));
    timer.unref();
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
}

/** Each open connection with its unfinished responses. A client that pipelines requests has several. */
type Connections = Map<Socket, Set<ServerResponse>>;

function followConnections(server: Server): Connections {
  const connections: Connections = new Map();
  function forget(this: ServerResponse): void {
    connections.get(this.req.socket)?.delete(this);
  }
  server.on('connection', (socket) => {
    connections.set(socket, new Set());
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (request, response) => {
    connections.get(request.socket)?.add(response);
    response.on('close', forget);
  });
  return connections;
}

function cutSlowClients(connections: Connections, closingFor_ms: number): void {
  if (closingFor_ms < SENDERS_CUT_AFTER_MS) return;
  for (const [socket, responses] of connections) {
    const arrived = [...responses].filter(({ req }) => req.complete);
    const isWorkedOn = arrived.some(({ writableEnded }) => !writableEnded);
    if (isWorkedOn || (arrived.length > 0 && closingFor_ms < READERS_CUT_AFTER_MS)) continue;
    if (responses.size > 0 && arrived.length === 0) refuse(socket);
    socket.destroySoon();
    connections.delete(socket);
  }
}

/** Bypasses Fastify, which would wait for the rest of the body. */
function refuse(socket: Socket): void {
  endWithRawResponse(socket, {
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The server is shutting down. Nothing was done: send the request again.',
    details: { retry_after_seconds: 1 },
    headers: { 'retry-after': '1' },
  });
}
