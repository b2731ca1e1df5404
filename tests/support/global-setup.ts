import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/core/database/migrations.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded-postgres/index.ts';
import { servedBy } from '../../src/privileges.ts';
import {
  POSTGRES_URL_VARIABLE,
  SCRATCH_VARIABLE,
  SERVING_URL_VARIABLE,
  TEMPLATE_DATABASE,
} from './database.ts';

/*
 * One real server for the whole run, gone with it however it ends, and one migrated database that every test file
 * clones. Durability is off: no test here asks what survives a crash of the machine.
 */
let postgres: EmbeddedPostgres | undefined;

export async function globalSetup(): Promise<void> {
  postgres = await startEmbeddedPostgres({
    dataDirectory: join(tmpdir(), `clicknback-tests-${process.pid}`),
    database: TEMPLATE_DATABASE,
    ephemeral: true,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  await migrate(postgres.url, servedBy(postgres.servingUrl));
  process.env[POSTGRES_URL_VARIABLE] = postgres.url;
  process.env[SERVING_URL_VARIABLE] = postgres.servingUrl;
  process.env[SCRATCH_VARIABLE] = join(postgres.dataDirectory, 'scratch');
}

export async function globalTeardown(): Promise<void> {
  await postgres?.stop();
}
