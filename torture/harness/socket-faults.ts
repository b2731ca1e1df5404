/*
 * Loaded into a platform before its program: destroys its sockets to PostgreSQL with the error that the parent names, once
 * the answer to a COMMIT is there, or at each attempt to connect.
 */
import { Socket } from 'node:net';
import { FAULTY_PORT_VARIABLE, type SocketFault } from './socket-fault.ts';
import { messageSplitter, transactionFollower } from './wire.ts';

const faultyPort = Number(process.env[FAULTY_PORT_VARIABLE]);
const open = new Set<Socket>();
let armed: SocketFault | undefined;

process.on('message', (fault: SocketFault) => {
  armed = fault.where === 'nowhere' ? undefined : fault;
  // Idle connections would be used instead of new ones.
  if (fault.where === 'connect') for (const socket of open) socket.destroy(errorOf(fault));
  process.send?.({ armed: fault.where });
});
process.channel?.unref();

const connect = Socket.prototype.connect;
Socket.prototype.connect = function connectFaulty(this: Socket, ...args: unknown[]): Socket {
  if (portOf(args) !== faultyPort) return Reflect.apply(connect, this, args);
  if (armed?.where === 'connect') {
    const error = errorOf(armed);
    setImmediate(() => this.destroy(error));
    return this;
  }
  watch(this);
  return Reflect.apply(connect, this, args);
} as typeof connect;

/** Of `connect(port, host)`, and of `connect({ port, host })` as net.connect passes it on. */
function portOf([first]: readonly unknown[]): number {
  const target = Array.isArray(first) ? first[0] : first;
  return Number(typeof target === 'object' ? target?.port : target);
}

function watch(socket: Socket): void {
  open.add(socket);
  socket.on('close', () => open.delete(socket));
  const follow = transactionFollower();
  const split = {
    toServer: messageSplitter({ startsUntyped: true }),
    toClient: messageSplitter({ startsUntyped: false }),
  };
  const write = socket.write;
  socket.write = function writeFollowed(this: Socket, ...args: unknown[]): boolean {
    for (const { type, bytes } of split.toServer(Buffer.from(args[0] as Buffer)))
      follow('toServer', type, bytes);
    return Reflect.apply(write, this, args);
  } as typeof write;
  const emit = socket.emit;
  socket.emit = function emitFaulty(this: Socket, event: string, ...args: unknown[]): boolean {
    if (event === 'data') {
      const messages = split
        .toClient(args[0] as Buffer)
        .map(({ type, bytes }) => follow('toClient', type, bytes));
      if (armed?.where === 'commit' && messages.some(({ isCommit }) => isCommit)) {
        this.destroy(errorOf(armed));
        armed = undefined;
        return true;
      }
    }
    return Reflect.apply(emit, this, [event, ...args]);
  } as typeof emit;
}

function errorOf({ code, errno }: SocketFault): Error {
  const error = new Error(`injected ${code}`);
  return Object.assign(error, { code, syscall: 'read', ...(errno !== undefined && { errno: -errno }) });
}
