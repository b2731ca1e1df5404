import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from '../../bench/certificate.ts';
import { type Lane, type LaneWeather, openLane, type Verdict } from './lane.ts';
import { type Direction, type Message, messageSplitter, transactionFollower } from './wire.ts';

/** The state of the network between the platform and PostgreSQL. */
export type Weather = LaneWeather & {
  /** The directions in which the bytes of open connections are lost. */
  readonly silent?: readonly Direction[];
  /** Defaults to `work`. Silent ones continue when the weather changes, because a SYN is repeated. */
  readonly newConnections?: 'work' | 'are silent' | 'are refused';
};

/** A proxy to PostgreSQL that injects faults. It sees each message of each connection. */
export type PostgresProxy = {
  readonly url: string;
  /** Sets the function that decides about each message. Without one, all messages pass. */
  readonly intercept: (judge: ((message: Message) => Verdict) | undefined) => void;
  /** Sets the weather for all connections. A silenced connection stays silent, even if the weather changes. */
  readonly setWeather: (weather: Weather) => void;
  /** Resets all open connections. */
  readonly reset: () => void;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
};

const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

export async function startProxy(
  databaseUrl: string,
  { certificate }: { readonly certificate?: Certificate | undefined } = {},
): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const open = new Set<Connection>();
  let judge: ((message: Message) => Verdict) | undefined;
  let weather: Weather = {};

  const server = createServer((near) => {
    if (weather.newConnections === 'are refused') {
      near.resetAndDestroy();
      return;
    }
    const connection = openConnection(near, {
      connectFar: () => connect({ port: Number(target.port), host: target.hostname, noDelay: true }),
      certificate,
      judge: (message) => judge?.(message) ?? 'pass',
      weather: () => weather,
      closed: () => open.delete(connection),
    });
    open.add(connection);
    connection.hold(weather.newConnections === 'are silent');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  if (certificate !== undefined) {
    url.searchParams.set('sslmode', 'verify-full');
    url.searchParams.set('sslrootcert', certificate.file);
  }
  return {
    url: url.href,
    intercept: (next) => {
      judge = next;
    },
    setWeather: (next) => {
      weather = next;
      for (const connection of open) {
        connection.silence(next.silent ?? []);
        connection.hold(false);
      }
    },
    reset: () => {
      for (const connection of open) connection.reset();
    },
    connections: () => open.size,
    close: async () => {
      server.close();
      for (const connection of open) connection.reset();
      await once(server, 'close');
    },
  };
}

type Connection = {
  readonly silence: (directions: readonly Direction[]) => void;
  readonly hold: (isHeld: boolean) => void;
  readonly reset: () => void;
};

function openConnection(
  near: Socket,
  deps: {
    readonly connectFar: () => Socket;
    readonly certificate: Certificate | undefined;
    readonly judge: (message: Message) => Verdict;
    readonly weather: () => Weather;
    readonly closed: () => void;
  },
): Connection {
  const { certificate, judge, weather } = deps;
  near.setNoDelay(true);
  const far = deps.connectFar();
  const follow = transactionFollower();
  const split = {
    toServer: messageSplitter({ startsUntyped: true }),
    toClient: messageSplitter({ startsUntyped: false }),
  };
  const lanes: Record<Direction, Lane> = {
    toServer: openLane({ weather, write: (bytes) => far.write(bytes), cut }),
    toClient: openLane({ weather, write: (bytes) => nearStream.write(bytes), damage, cut }),
  };
  /** The client's stream: its socket, or TLS on top of it. */
  let nearStream: Duplex = near;
  let damageNext = false;

  function receive(direction: Direction, chunk: Buffer): void {
    for (const { type, bytes } of split[direction](chunk)) {
      const message = follow(direction, type, bytes);
      lanes[direction].enqueue(bytes, judge(message));
    }
  }

  /** Damages the record with these bytes. Waits for records that are still being written. */
  async function damage(bytes: Buffer): Promise<void> {
    while (nearStream.writableLength > 0 && !nearStream.destroyed) await immediate();
    damageNext = true;
    nearStream.write(bytes);
  }

  /** The stream below TLS, between TLS and the client's socket. One of its bytes may be damaged. */
  function wire(): Duplex {
    const beneath = new Duplex({
      read: () => near.resume(),
      write(chunk: Buffer, _encoding, done) {
        if (damageNext) {
          damageNext = false;
          const last = chunk.length - 1;
          chunk.writeUInt8(chunk.readUInt8(last) ^ 1, last);
        }
        near.write(chunk, () => done());
      },
    });
    near.on('data', (chunk: Buffer) => beneath.push(chunk));
    return beneath;
  }

  /** Handles the first bytes of a connection: a request for TLS, a cancellation, or the startup message. */
  function start(chunk: Buffer): void {
    const code = chunk.length >= 8 ? chunk.readInt32BE(4) : 0;
    if (code === CANCEL_REQUEST) {
      far.write(chunk);
      return;
    }
    if (code !== SSL_REQUEST) {
      near.on('data', (later: Buffer) => receive('toServer', later));
      receive('toServer', chunk);
      return;
    }
    if (certificate === undefined) {
      near.once('data', start);
      near.write('N');
      return;
    }
    near.write('S');
    const secure = new TLSSocket(wire(), { isServer: true, secureContext: createSecureContext(certificate) });
    secure.on('error', cut);
    secure.on('data', (later: Buffer) => receive('toServer', later));
    nearStream = secure;
  }

  function cut(): void {
    for (const lane of Object.values(lanes)) lane.close();
    near.destroy();
    far.destroy();
    deps.closed();
  }

  near.once('data', start);
  far.on('data', (chunk: Buffer) => receive('toClient', chunk));
  // Waiting messages of the other direction are still delivered.
  near.on('end', () => lanes.toServer.end(() => far.end()));
  far.on('end', () => lanes.toClient.end(() => near.end()));
  // A side that is silenced does not see the end of the other side either.
  for (const [socket, towardsOther] of [
    [near, lanes.toServer],
    [far, lanes.toClient],
  ] as const) {
    // An error is followed by the close event, which is handled below.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!towardsOther.isSilent() || (near.destroyed && far.destroyed)) cut();
    });
  }

  return {
    silence: (directions) => {
      for (const direction of directions) lanes[direction].silence();
    },
    hold: (isHeld) => {
      for (const lane of Object.values(lanes)) lane.hold(isHeld);
    },
    reset: () => {
      near.resetAndDestroy();
      cut();
    },
  };
}
