import { Socket } from 'node:net';

/**
 * A socket that sends what is written in one turn at once. Statements that do not wait for each other are written one
 * by one; each write wakes the server, which on one machine takes the processor from us in the middle of the list.
 */
export function gatheringSocket(): Socket {
  const socket = new Socket();
  // `connect` sets a socket's `write` back to what it is by birth.
  return socket.once('connect', () => gatherWrites(socket));
}

function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isGathering = false;

  socket.write = (...args: unknown[]) => {
    if (!isGathering) {
      isGathering = true;
      socket.cork();
      process.nextTick(() => {
        isGathering = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
}
