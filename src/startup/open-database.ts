import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Config, PROJECT_DIRECTORY } from '../config.ts';
import { type Database, inspectServer, openDatabase, type ServerFacts } from '../core/database.ts';
import { holdsData, startEmbeddedPostgres, systemDataDirectory } from '../core/embedded-postgres/index.ts';
import type { Logger } from '../core/logging.ts';
import { migrate } from '../core/migrations.ts';
import { StartupError } from '../core/startup-error.ts';

const OLDEST_POSTGRES = 15;
const DATABASE_NAME = 'clicknback';

export type OpenDatabase = {
  readonly database: Database;
  /** For a person: where the data lies. Without the password. */
  readonly location: string;
  readonly close: () => Promise<void>;
};

type PostgresServer = {
  readonly url: string;
  readonly location: string;
  readonly stop: () => Promise<void>;
};

/**
 * The database that the configuration names, migrated: `DATABASE_URL`, or else an embedded server of our own.
 * @throws StartupError when it cannot be used, in one sentence.
 */
export async function openMigratedDatabase(config: Config, logger: Logger): Promise<OpenDatabase> {
  const server =
    config.databaseUrl === undefined ? await startEmbedded(config, logger) : external(config.databaseUrl);
  return openOn(server, config, logger);
}

/** The same for a command beside a running platform: joins its embedded server when there is one. */
export async function joinMigratedDatabase(config: Config, logger: Logger): Promise<OpenDatabase> {
  const running = config.databaseUrl === undefined ? await findRunningEmbedded(config) : undefined;
  return running === undefined ? openMigratedDatabase(config, logger) : openOn(running, config, logger);
}

/**
 * The embedded server as it is, unmigrated: the running platform's, or else one that is started.
 * @throws StartupError when there is none.
 */
export async function joinEmbeddedServer(config: Config, logger: Logger) {
  const running = await findRunningEmbedded(config);
  if (running !== undefined) return { ...running, dataDirectory: running.location };
  if (!embeddedDirectories(config).some(holdsData)) {
    throw new StartupError(`There is no database in ${embeddedDirectories(config)[0]}.`);
  }
  const started = await startEmbedded(config, logger);
  return { ...started, dataDirectory: started.location };
}

async function openOn(server: PostgresServer, config: Config, logger: Logger): Promise<OpenDatabase> {
  const database = openDatabase({
    url: server.url,
    maxConnections: config.databaseConnections,
    onLostConnection: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  });
  try {
    requireSuitableServer(await inspectServer(database.db), config.mode, logger);
    await migrate(server.url);
  } catch (error) {
    await database.close();
    await server.stop();
    throw asStartupError(error, server.url);
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

function external(url: string): PostgresServer {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new StartupError(
      'DATABASE_URL must be a URL such as postgres://user:password@host:5432/clicknback.',
    );
  }
  return { url, location: describe(url), stop: async () => undefined };
}

async function startEmbedded(config: Config, logger: Logger): Promise<PostgresServer> {
  const server = await startEmbeddedPostgres({
    ...embeddedLocation(config),
    database: DATABASE_NAME,
    onCrash: (message) => logger.error({ message }, 'the embedded database crashed and is started again'),
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

/** Where the embedded server's files belong. Only a directory that nobody chose may be another one. */
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
    // A killed run leaves its file behind; only an answer tells.
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

/** @throws StartupError for a server that is too old, or that forgets in production; warns of the latter elsewhere. */
export function requireSuitableServer(
  { version, durabilityOff }: ServerFacts,
  mode: string,
  logger: Logger,
): void {
  if (version < OLDEST_POSTGRES) {
    throw new StartupError(
      `The database is PostgreSQL ${version}; ClickNBack needs ${OLDEST_POSTGRES} or newer.`,
    );
  }
  if (durabilityOff.length === 0) return;
  if (mode === 'production') {
    throw new StartupError(
      `The database may forget what it acknowledged: turn on ${durabilityOff.join(', ')} before it holds money.`,
    );
  }
  logger.warn({ off: durabilityOff }, 'the database may forget what it acknowledged');
}

const INSUFFICIENT_PRIVILEGE = '42501';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its host is unknown',
  ETIMEDOUT: 'it does not answer',
  '28P01': 'the password is wrong',
  '28000': 'the user is refused',
  '3D000': 'that database does not exist',
  [INSUFFICIENT_PRIVILEGE]: 'the user may not create tables in it',
  '53300': 'it has no connection to spare',
};

function asStartupError(error: unknown, url: string): unknown {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  // The migration runner keeps PostgreSQL's words, but not its code.
  const reason = REASONS[message.includes('permission denied') ? INSUFFICIENT_PRIVILEGE : code];
  return reason === undefined
    ? error
    : new StartupError(`The database ${describe(url)} cannot be used: ${reason}.`);
}

function describe(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 5432}${pathname}`;
}
