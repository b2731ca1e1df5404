import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Config, PROJECT_DIRECTORY } from '../config.ts';
import { type Database, inspectServer, openDatabase } from '../core/database/index.ts';
import { migrate, migrationState } from '../core/database/migrations.ts';
import { hasServedInProduction, markAsProduction } from '../core/database/production-mark.ts';
import { describeDatabaseUrl } from '../core/database/url.ts';
import type { Logger } from '../core/observability/logging.ts';
import { NoDatabaseError, StartupError } from '../core/startup-error.ts';
import { holdsData, startEmbeddedPostgres, systemDataDirectory } from '../embedded-postgres/index.ts';
import { asDatabaseFault, requireReachable } from './database-faults.ts';
import { requireSuitableServer } from './suitable-server.ts';

const DATABASE_NAME = 'clicknback';

export type OpenDatabase = {
  readonly database: Database;
  /** The location of the data, for display. Contains no password. */
  readonly location: string;
  readonly close: () => Promise<void>;
};

type PostgresServer = {
  readonly url: string;
  readonly location: string;
  readonly stop: () => Promise<void>;
};

/**
 * Opens and migrates the database of `DATABASE_URL`. Without that setting, starts the embedded server.
 * @throws StartupError if the database cannot be used.
 */
export async function openMigratedDatabase(config: Config, logger: Logger): Promise<OpenDatabase> {
  const server =
    config.databaseUrl === undefined
      ? await startEmbedded(config, logger)
      : await external(config.databaseUrl);
  return openOn(server, config, logger, migrateAndMark);
}

/** Opens and migrates the database for a worker, which shares the embedded server of a running platform if there is one. */
export async function joinMigratedDatabase(config: Config, logger: Logger): Promise<OpenDatabase> {
  const running = config.databaseUrl === undefined ? await findRunningEmbedded(config) : undefined;
  return running === undefined
    ? openMigratedDatabase(config, logger)
    : openOn(running, config, logger, migrateAndMark);
}

/**
 * Opens the existing database for a command. Creates and migrates nothing.
 * @throws NoDatabaseError if there is none, or if its tables are not those of this release.
 */
export async function joinExistingDatabase(config: Config, logger: Logger): Promise<OpenDatabase> {
  const server =
    config.databaseUrl === undefined
      ? await joinEmbeddedServer(config, logger)
      : await external(config.databaseUrl);
  return openOn(server, config, logger, async () => requireMigrated(server));
}

/**
 * Returns the embedded server of the running platform, or starts a server on the existing data.
 * @throws NoDatabaseError if there is no data.
 */
export async function joinEmbeddedServer(config: Config, logger: Logger) {
  const running = await findRunningEmbedded(config);
  if (running !== undefined) return { ...running, dataDirectory: running.location };
  if (!embeddedDirectories(config).some(holdsData)) {
    throw new NoDatabaseError(`There is no database in ${embeddedDirectories(config)[0]}.`);
  }
  const started = await startEmbedded(config, logger);
  return { ...started, dataDirectory: started.location };
}

async function openOn(
  server: PostgresServer,
  config: Config,
  logger: Logger,
  prepare: (database: Database, config: Config) => Promise<void>,
): Promise<OpenDatabase> {
  const database = openDatabase({
    url: server.url,
    maxConnections: config.databaseConnections,
    timeout_ms: config.databaseTimeout_ms,
    onLostConnection: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  });
  try {
    requireSuitableServer(await inspectServer(database.db), config.mode, logger);
    await requireSuitableMode(database, config.mode);
    await prepare(database, config);
  } catch (error) {
    await database.close();
    await server.stop();
    throw asDatabaseFault(error, server.url);
  }
  return {
    database,
    location: server.location,
    close: async () => {
      await database.close();
      await server.stop();
    },
  };
}

/** Runs before anything is written, because a start without NODE_ENV must not change real money. */
async function requireSuitableMode({ db }: Database, mode: string): Promise<void> {
  if (mode !== 'production' && (await hasServedInProduction(db))) {
    throw new StartupError(
      `This database has served in production, and NODE_ENV is ${mode}: set NODE_ENV=production.`,
    );
  }
}

async function migrateAndMark(database: Database, { mode }: Config): Promise<void> {
  await migrate(database.url);
  if (mode === 'production') await markAsProduction(database);
}

async function requireMigrated({ url, location }: PostgresServer): Promise<void> {
  const state = await migrationState(url);
  if (state === 'none') {
    throw new NoDatabaseError(`There are no tables of ClickNBack in ${location}: start the platform first.`);
  }
  if (state === 'behind') {
    throw new NoDatabaseError(`The tables in ${location} are of an older release: start the platform first.`);
  }
}

async function external(url: string): Promise<PostgresServer> {
  await requireReachable(url);
  return { url, location: describeDatabaseUrl(url), stop: async () => undefined };
}

async function startEmbedded(config: Config, logger: Logger): Promise<PostgresServer> {
  const server = await startEmbeddedPostgres({
    ...embeddedLocation(config),
    database: DATABASE_NAME,
    onCrash: (message) => logger.error({ message }, 'the embedded database crashed and is restarted'),
  });
  const urlFile = join(server.dataDirectory, 'url');
  writeFileSync(urlFile, server.url, { mode: 0o600 });
  return {
    url: server.url,
    location: server.dataDirectory,
    stop: async () => {
      rmSync(urlFile, { force: true });
      await server.stop();
    },
  };
}

/** Returns the directory for the files of the embedded server. Only the default directory has a fallback. */
export function embeddedLocation({ dataDirectory }: Config) {
  return dataDirectory === undefined
    ? {
        dataDirectory: join(PROJECT_DIRECTORY, '.data'),
        fallbackDirectory: systemDataDirectory(PROJECT_DIRECTORY),
      }
    : { dataDirectory };
}

function embeddedDirectories(config: Config): string[] {
  return Object.values(embeddedLocation(config));
}

async function findRunningEmbedded(config: Config): Promise<PostgresServer | undefined> {
  for (const directory of embeddedDirectories(config)) {
    const urlFile = join(directory, 'url');
    if (!existsSync(urlFile)) continue;
    const url = readFileSync(urlFile, 'utf8');
    // The file may be left from a killed process. Only a response proves that the server runs.
    if (await answers(url)) return { url, location: directory, stop: async () => undefined };
  }
  return undefined;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
