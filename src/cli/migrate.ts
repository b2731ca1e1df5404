/* Migrates the database as its owner, and grants the serving role what it needs: npm run migrate */
import { readConfig } from '../config.ts';
import { createLogger } from '../core/observability/logging.ts';
import { migrateExternalDatabase } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';

await run(main);

async function main(): Promise<void> {
  const applied = await migrateExternalDatabase(
    readConfig(process.env),
    createLogger({ level: 'error', readable: false }),
  );
  for (const name of applied) console.log(name);
  console.log(
    applied.length === 0 ? 'There is nothing to migrate.' : `${applied.length} migrations were applied.`,
  );
}
