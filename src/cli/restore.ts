/* Restores the embedded database from a backup: npm run restore -- file. Refuses to replace an existing database. */
import { resolve } from 'node:path';
import { readConfig } from '../config.ts';
import { createLogger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';
import { restoreEmbeddedPostgres } from '../embedded-postgres/index.ts';
import { embeddedLocation, joinEmbeddedServer } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';

await run(main);

async function main(): Promise<void> {
  const [path, ...others] = process.argv.slice(2);
  if (path === undefined || others.length > 0) throw new StartupError('Usage: npm run restore -- <file>');
  const config = readConfig(process.env);
  if (config.databaseUrl !== undefined) {
    throw new StartupError(
      'This restores the embedded database. That of DATABASE_URL is restored with the tools that backed it up: see docs/recovery.md.',
    );
  }

  const { dataDirectory } = await restoreEmbeddedPostgres({
    ...embeddedLocation(config),
    file: resolve(config.workingDirectory, path),
  });
  // The first start replays the write-ahead log of the backup. Only its success proves that the backup is complete.
  const server = await joinEmbeddedServer(config, createLogger({ level: 'error', readable: false }));
  await server.stop();
  console.log(`The database is in ${dataDirectory}. Check the books with: npm run ledger-verify`);
}
