import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/core/database/index.ts';

export const POSTGRES_URL_VARIABLE = 'CLICKNBACK_TEST_POSTGRES_URL';
/** A folder for what a test leaves on disk: gone with the run's server, also when the run is killed. */
export const SCRATCH_VARIABLE = 'CLICKNBACK_TEST_SCRATCH';
export const TEMPLATE_DATABASE = 'clicknback_template';

/** A database for this test file alone, gone when the file is done: migrated, unless it is to be empty. */
export async function createTestDatabase(
  options: { maxConnections?: number; empty?: boolean } = {},
): Promise<Database> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`create database ${name} template ${options.empty ? 'template0' : TEMPLATE_DATABASE}`);
  const url = urlOf(name);
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

/** Runs SQL straight at a database, past every rule of the code; statements may be several. */
export async function runSql(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
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
  const client = new pg.Client({ connectionString: url });
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

function urlOf(database: string): string {
  const url = new URL(process.env[POSTGRES_URL_VARIABLE] ?? '');
  url.pathname = `/${database}`;
  return url.href;
}
