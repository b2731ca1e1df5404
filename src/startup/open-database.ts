import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Config, PROJECT_DIRECTORY } from '../config.ts';
import { type Database, inspectServer, openDatabase } from '../core/database/index.ts';
import { migrate, migrationState, mustContinueRecording } from '../core/database/migrations.ts';
import { hasServedInProduction, markAsProduction } from '../core/database/production-mark.ts';
import { describeDatabaseUrl, userOf } from '../core/database/url.ts';
import type { Logger } from '../core/observability/logging.ts';
import { NoDatabaseError, StartupError } from '../core/startup-error.ts';
import { holdsData, startEmbeddedPostgres, systemDataDirectory } from '../embedded-postgres/index.ts';
import { servedBy } from '../privileges.ts';
import { asDatabaseFault, requireReachable } from './database-faults.ts';
import { requireSuitableServer, warnOfOwner } from './suitable-server.ts';

const DATABASE_NAME = 'clicknback';

export type OpenDatabase = {
  readonly database: Database;
  /** The same database as the owner of its tables, if that is another role than the one that serves. */
  readonly ownerUrl: string | undefined;
  /** The location of the data, for display. Contains no password. */
  readonly location: string;
  readonly close: () => Promise<void>;
};

type PostgresServer = {
  /** As the role that serves. */
  readonly url: string;
  /** As the owner of the tables, who migrates them. Undefined if only `url` is known. */
  readonly ownerUrl: string | undefined;
  readonly location: string;
  readonly stop: () => Promise<void>;
};

type EmbeddedServer = PostgresServer & { readonly ownerUrl: string };

/**
 * Opens the database of `DATABASE_URL`, and migrates it before that as its owner. Without that setting, starts the embedded
 * server.
 * @throws StartupError if the database cannot be used.
 */
export async function openMigratedDatabase(config: Config, logger: Logger): Promise<OpenDatabase> {
  const server =
    config.databaseUrl === undefined
      ? await startEmbedded(config, logger)
      : await external(config.databaseUrl, config.migrationDatabaseUrl);
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
  return openOn(server, config, logger, async ({ url }) => requireMigrated(url, server.location));
}

/** Migrates the database, and grants the serving role its privileges. Returns the names of the migrations. */
export async function migrateExternalDatabase(config: Config, logger: Logger): Promise<readonly string[]> {
  const { databaseUrl, migrationDatabaseUrl = databaseUrl } = config;
  if (databaseUrl === undefined)
    throw new NoDatabaseError(
      'DATABASE_URL is not set. The platform migrates its embedded database when it starts.',
    );
  const server = await external(databaseUrl, migrationDatabaseUrl);
  let applied: readonly string[] = [];
  const { close } = await openOn(server, config, logger, async (owner) => {
    applied = await migrateAndMark(owner, config, server);
  });
  await close();
  return applied;
}

/**
 * Returns the embedded server of the running platform, or starts a server on the existing data.
 * @throws NoDatabaseError if there is no data.
 */
export async function joinEmbeddedServer(
  config: Config,
  logger: Logger,
): Promise<EmbeddedServer & { readonly dataDirectory: string }> {
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
  prepare: (owner: Database, config: Config, server: PostgresServer) => Promise<unknown>,
): Promise<OpenDatabase> {
  const open = (url: string) =>
    openDatabase({
      url,
      maxConnections: config.databaseConnections,
      timeout_ms: config.databaseTimeout_ms,
      onLostConnection: (error) => logger.warn({ err: error }, 'a database connection was lost'),
    });
  let database = open(server.ownerUrl ?? server.url);
  try {
    requireSuitableServer(await inspectServer(database.db), config.mode, logger);
    await requireSuitableMode(database, config.mode);
    await prepare(database, config, server);
    if (server.ownerUrl !== undefined) {
      await database.close();
      // Not before the migration, which may have to let the role in.
      await requireReachable(server.url);
      database = open(server.url);
    }
    warnOfOwner(await inspectServer(database.db), config.mode, logger);
  } catch (error) {
    await database.close();
    await server.stop();
    throw asDatabaseFault(error, server.ownerUrl ?? server.url);
  }
  return {
    database,
    ownerUrl: server.ownerUrl,
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

async function migrateAndMark(
  owner: Database,
  { mode }: Config,
  { url, ownerUrl, location }: PostgresServer,
): Promise<readonly string[]> {
  const applied =
    ownerUrl === undefined
      ? await migrateIfOwner(owner, location)
      : await migrate(ownerUrl, userOf(url) === userOf(ownerUrl) ? undefined : servedBy(url));
  if (mode === 'production') await markAsProduction(owner);
  return applied;
}

/** For a single role, which either owns the tables or finds them migrated. */
async function migrateIfOwner({ db, url }: Database, location: string): Promise<readonly string[]> {
  const { isOwner } = await inspectServer(db);
  const state = isOwner ? 'behind' : await migrationState(url);
  if (state === 'current' || state === 'ahead') {
    await requireContinued(url, location);
    return [];
  }
  if (state === 'behind' && !isOwner) {
    throw new StartupError(
      `The tables in ${location} are of an older release, and the user of DATABASE_URL does not own them: run npm run migrate first, with MIGRATION_DATABASE_URL.`,
    );
  }
  return migrate(url);
}

async function requireMigrated(url: string, location: string): Promise<void> {
  const state = await migrationState(url);
  if (state === 'none') {
    throw new NoDatabaseError(`There are no tables of ClickNBack in ${location}: start the platform first.`);
  }
  if (state === 'behind') {
    throw new NoDatabaseError(`The tables in ${location} are of an older release: start the platform first.`);
  }
  await requireContinued(url, location);
}

/** @throws StartupError after a restore into another server that no owner has finished. */
async function requireContinued(url: string, location: string): Promise<void> {
  if (await mustContinueRecording(url)) {
    throw new StartupError(
      `The database in ${location} was restored into another server: run npm run migrate as the owner of its tables first.`,
    );
  }
}

async function external(url: string, ownerUrl?: string): Promise<PostgresServer> {
  await requireReachable(ownerUrl ?? url);
  return { url, ownerUrl, location: describeDatabaseUrl(url), stop: async () => undefined };
}

async function startEmbedded(config: Config, logger: Logger): Promise<EmbeddedServer> {
  const server = await startEmbeddedPostgres({
    ...embeddedLocation(config),
    database: DATABASE_NAME,
    onCrash: (message) => logger.error({ message }, 'the embedded database crashed and is restarted'),
  });
  const files = urlFilesIn(server.dataDirectory);
  writeFileSync(files.serving, server.servingUrl, { mode: 0o600 });
  writeFileSync(files.owner, server.url, { mode: 0o600 });
  return {
    url: server.servingUrl,
    ownerUrl: server.url,
    location: server.dataDirectory,
    stop: async () => {
      for (const file of Object.values(files)) rmSync(file, { force: true });
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

/** They are there while the server runs, for commands and workers beside the platform. */
function urlFilesIn(dataDirectory: string) {
  return { owner: join(dataDirectory, 'url'), serving: join(dataDirectory, 'serving-url') };
}

async function findRunningEmbedded(config: Config): Promise<EmbeddedServer | undefined> {
  for (const directory of embeddedDirectories(config)) {
    const files = urlFilesIn(directory);
    if (!existsSync(files.owner) || !existsSync(files.serving)) continue;
    const url = readFileSync(files.serving, 'utf8');
    const ownerUrl = readFileSync(files.owner, 'utf8');
    // The files may be left from a killed process. Only a response proves that the server runs.
    if (await answers(url)) return { url, ownerUrl, location: directory, stop: async () => undefined };
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
