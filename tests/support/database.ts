import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/core/database/index.ts';

/** As the superuser, who owns the tables. */
export const POSTGRES_URL_VARIABLE = 'CLICKNBACK_TEST_POSTGRES_URL';
/** As the role of a platform, which owns nothing. */
export const SERVING_URL_VARIABLE = 'CLICKNBACK_TEST_SERVING_URL';
/** A folder for what a test leaves on disk: gone with the run's server, also when the run is killed. */
export const SCRATCH_VARIABLE = 'CLICKNBACK_TEST_SCRATCH';
export const TEMPLATE_DATABASE = 'clicknback_template';

/**
 * A database for this test file alone, gone when the file is done: migrated, unless it is to be empty. It is opened as the
 * role of a platform, so that a test finds a missing privilege; an empty one as its owner.
 */
export async function createTestDatabase(
  options: { maxConnections?: number; empty?: boolean; asOwner?: boolean } = {},
): Promise<Database> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`create database ${name} template ${options.empty ? 'template0' : TEMPLATE_DATABASE}`);
  const url = urlOf(name, options.empty || options.asOwner ? POSTGRES_URL_VARIABLE : SERVING_URL_VARIABLE);
  const database = openDatabase({
    url,
    maxConnections: options.maxConnections ?? 10,
    onLostConnection: () => undefined,
  });
  after(async () => {
    await database.close();
    await onServer(`drop database if exists ${name} with (force)`);
  });
  return database;
}

function onServer(statement: string): Promise<Record<string, unknown>[]> {
  return runSql(urlOf('postgres'), statement);
}

/** The same database as the superuser, who owns the tables, if the URL is that of a platform. */
export function asOwner(url: string): string {
  return as(url, SERVING_URL_VARIABLE, POSTGRES_URL_VARIABLE);
}

/** The same database as the role of a platform, if the URL is that of the superuser. */
export function asServing(url: string): string {
  return as(url, POSTGRES_URL_VARIABLE, SERVING_URL_VARIABLE);
}

function as(url: string, from: string, to: string): string {
  const changed = new URL(url);
  if (changed.username !== new URL(process.env[from] ?? '').username) return url;
  const { username, password } = new URL(process.env[to] ?? '');
  return Object.assign(changed, { username, password }).href;
}

/** Runs SQL straight at a database, as its owner, past every rule of the code; statements may be several. */
export async function runSql(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: asOwner(url) });
  await client.connect();
  try {
    const result = await client.query(statement);
    return result.rows;
  } finally {
    await client.end();
  }
}

/** A transaction past every rule of the code, which stays open until it is committed. */
export async function beginTransaction(url: string) {
  const client = new pg.Client({ connectionString: asOwner(url) });
  await client.connect();
  await client.query('begin');
  return {
    run: (statement: string) => client.query(statement),
    async commit(): Promise<void> {
      await client.query('commit');
      await client.end();
    },
  };
}

function urlOf(database: string, variable = POSTGRES_URL_VARIABLE): string {
  const url = new URL(process.env[variable] ?? '');
  url.pathname = `/${database}`;
  return url.href;
}

/** The database as its owner, for what no platform may do. Closed when the file is done. */
export function openAsOwner(database: Pick<Database, 'url'>): Database {
  const owner = openDatabase({
    url: asOwner(database.url),
    maxConnections: 4,
    timeout_ms: 300_000,
    onLostConnection: () => undefined,
  });
  after(() => owner.close());
  return owner;
}
