import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../core/free-port.ts';
import { StartupError } from '../core/startup-error.ts';
import { type Cluster, newPassword, superuser } from './cluster.ts';
import { settlePredecessor } from './predecessor.ts';
import { exited, hasExited, lastRelevantLine, spawnGuarded } from './processes.ts';

/** Full durability is set explicitly. The command line overrides postgresql.conf and ALTER SYSTEM. */
export const defaultSettings: Record<string, string> = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_connections: '100',
  shared_buffers: '256MB',
  // Ingestion writes much WAL. Rare checkpoints reduce full-page images, and the limit of 2 GB keeps a recovery to seconds.
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export type Server = {
  cluster: Cluster;
  port: number;
  postmaster: ChildProcess;
};

/** Starts the postmaster on a free port and waits until it accepts connections. */
export async function startServer(cluster: Cluster): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort('127.0.0.1');
    try {
      return { cluster, port, postmaster: await launch(cluster, port) };
    } catch (error) {
      if (attempt === 20 || !isTemporary.test(String((error as StartupError).cause))) throw error;
      await sleep(200);
    }
  }
}

// Another process took the port after we had chosen it, or a killed predecessor is not completely gone yet.
const isTemporary =
  /could not bind|could not create any TCP\/IP sockets|pre-existing shared memory block|lock file .* already exists/;

/** Resolves when the server accepts our password. The cause of a StartupError is the log of this start. */
async function launch(cluster: Cluster, port: number): Promise<ChildProcess> {
  const { guardian, account, directory, logFile, binaries } = cluster;
  await settlePredecessor(cluster);
  const earlierLog_bytes = fs.statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;

  const postmaster = await spawnGuarded({
    guardian,
    account,
    program: binaries.postgres,
    args: ['-D', directory, ...settingArguments(cluster, port)],
    workingDirectory: directory,
    logFile,
  });
  try {
    await ready(cluster, port, postmaster);
    postmaster.unref(); // a running server must not keep this process alive
    return postmaster;
  } catch (error) {
    postmaster.kill('SIGQUIT');
    await exited(postmaster);
    await guardian.watch(undefined);
    const log = fs.readFileSync(logFile).subarray(earlierLog_bytes).toString();
    const reason = lastRelevantLine(log) || (error as Error).message;
    throw new StartupError(`PostgreSQL did not start: ${reason} (log: ${logFile}).`, { cause: log });
  }
}

function settingArguments({ settings }: Cluster, port: number): string[] {
  // Loopback only, without a socket file: the path of a socket is limited, and a deep project may exceed it.
  const fixed = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' };
  return Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Resolves when we can log in. Rejects if the process ends or the password is wrong. */
async function ready(cluster: Cluster, port: number, postmaster: ChildProcess): Promise<void> {
  // Long, because it includes the recovery after a power failure. A server that fails ends its process immediately.
  const patience_until = Date.now() + 300_000;
  const ended = exited(postmaster);
  while (!hasExited(postmaster)) {
    const client = new pg.Client({
      connectionString: urlOf({ cluster, port }, 'postgres'),
      connectionTimeoutMillis: 5000,
    });
    client.on('error', () => {}); // a connection that breaks later does not matter
    try {
      // Another process on the port may accept the connection and never respond. Then the end of our process decides.
      await Promise.race([client.connect(), ended]);
      await Promise.race([client.end(), ended]);
      if (!hasExited(postmaster)) return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === invalidPassword || Date.now() > patience_until) throw error;
    }
    await sleep(15);
  }
  throw new Error(`it ended with ${postmaster.signalCode ?? `exit code ${postmaster.exitCode}`}`);
}

const invalidPassword = '28P01';

export function urlOf(
  { cluster, port }: Pick<Server, 'cluster' | 'port'>,
  database: string,
  { role, password } = { role: superuser, password: cluster.password },
): string {
  // sslmode is set, because PGSSLMODE in the environment could request TLS, which this server does not support.
  return `postgres://${role}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}?sslmode=disable`;
}

export async function createMissingDatabase(server: Server, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(server, 'postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** The role of the platform, which owns nothing. */
export const SERVING_ROLE = 'clicknback_app';

/** Creates the role if it is missing. Returns its password, which is new at each start and stored nowhere. */
export async function createServingRole(server: Server): Promise<string> {
  const password = newPassword();
  const client = new pg.Client({ connectionString: urlOf(server, 'postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [SERVING_ROLE]);
    await client.query(
      `${rowCount === 0 ? 'create' : 'alter'} role ${SERVING_ROLE} login password '${password}'
         nosuperuser nocreatedb nocreaterole noreplication nobypassrls`,
    );
  } finally {
    await client.end();
  }
  return password;
}

export type Supervision = {
  /** Announces a regular stop: the postmaster is not restarted when it ends. */
  end: () => void;
  ended: Promise<void>;
};

/** Restarts a postmaster that ended unexpectedly, such as by the OOM killer. Keeps the port, so that pools reconnect. */
export function keepRunning(server: Server, onCrash: (message: string) => void): Supervision {
  let ending = false;

  async function supervise(): Promise<void> {
    for (;;) {
      await exited(server.postmaster);
      if (ending) return;
      const { signalCode, exitCode } = server.postmaster;
      onCrash(`PostgreSQL ended unexpectedly (${signalCode ?? `exit ${exitCode}`}) and is restarted.`);
      await server.cluster.guardian.watch(undefined).catch(() => undefined);
      await startAgain();
    }
  }

  async function startAgain(): Promise<void> {
    for (let pause_ms = 100; !ending; pause_ms = Math.min(pause_ms * 2, 5000)) {
      try {
        server.postmaster = await launch(server.cluster, server.port);
        return;
      } catch (error) {
        if (!ending) onCrash((error as Error).message);
        await sleep(pause_ms);
      }
    }
  }

  return {
    end: () => {
      ending = true;
      server.postmaster.ref();
    },
    ended: supervise(),
  };
}
