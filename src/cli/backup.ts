/* Copies the embedded database to one file while the platform runs and writes: npm run backup -- file */
import { resolve } from 'node:path';
import { readConfig } from '../config.ts';
import { createLogger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';
import { backUpEmbeddedPostgres } from '../embedded-postgres/index.ts';
import { joinEmbeddedServer } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';

await run(main);

async function main(): Promise<void> {
  const [path, ...others] = process.argv.slice(2);
  if (path === undefined || others.length > 0) throw new StartupError('Usage: npm run backup -- <file>');
  const config = readConfig(process.env);
  if (config.databaseUrl !== undefined) {
    throw new StartupError(
      'This copies the embedded database. That of DATABASE_URL is for pg_dump, pg_basebackup or its own tools: see docs/recovery.md.',
    );
  }

  const file = resolve(config.workingDirectory, path);
  const server = await joinEmbeddedServer(config, createLogger({ level: 'error', readable: false }));
  try {
    const { bytes } = await backUpEmbeddedPostgres({ ...server, url: server.ownerUrl, file });
    console.log(`${file} holds the database of ${server.dataDirectory} (${(bytes / 1e6).toFixed(1)} MB).`);
  } finally {
    await server.stop();
  }
}
