/*
 * Writes the generated files: the types of the database's tables, openapi.json, the types of the client and pages of
 * docs/. With --verify it writes nothing, and fails if one of them is out of date.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { clientFiles } from '../packages/client/scripts/generate-types.ts';
import { createPlatform } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/core/clock.ts';
import { openDatabase } from '../src/core/database/index.ts';
import { migrate } from '../src/core/database/migrations.ts';
import { startEmbeddedPostgres } from '../src/embedded-postgres/index.ts';
import { configurationPage } from './pages/configuration.ts';
import { errorsPage } from './pages/errors.ts';
import { eventsPage } from './pages/events.ts';
import { registeredRoutes } from './pages/registered-routes.ts';
import { routesPage } from './pages/routes.ts';

const verify = process.argv.includes('--verify');
const scratch = mkdtempSync(join(tmpdir(), 'clicknback-generate-'));
const postgres = await startEmbeddedPostgres({
  // Not inside the scratch folder: the server's own account has to enter this one.
  dataDirectory: `${scratch}-postgres`,
  database: 'clicknback',
  ephemeral: true,
  settings: { fsync: 'off' },
});
try {
  await migrate(postgres.url);
  const { description, routes } = await describePlatform(postgres.url);
  const files = {
    'src/core/database/schema.generated.ts': databaseTypes(postgres.url),
    'openapi.json': `${JSON.stringify(description, null, 2)}\n`,
    'docs/configuration.md': configurationPage(),
    'docs/errors.md': await errorsPage(description),
    'docs/events.md': await eventsPage(),
    'docs/routes.md': routesPage(routes),
    ...(await filesOfClient(description)),
  };
  for (const [path, content] of Object.entries(files)) {
    if (!verify) writeFileSync(path, content);
    else if (currentContent(path) !== content) {
      console.error(`${path} is out of date: run \`npm run generate\`.`);
      process.exitCode = 1;
    }
  }
} finally {
  await postgres.stop();
  rmSync(scratch, { recursive: true, force: true });
}

function databaseTypes(url: string): string {
  const path = join(scratch, 'schema.ts');
  execFileSync('kysely-codegen', ['--config-file', 'kysely-codegen.json', '--url', url, '--out-file', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return readFileSync(path, 'utf8');
}

async function filesOfClient(description: object): Promise<Record<string, string>> {
  const sources = globSync('src/**/*.ts').filter((path) =>
    readFileSync(path, 'utf8').includes('= defineError'),
  );
  const files = await clientFiles(description, sources);
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [`packages/client/src/${name}`, content]),
  );
}

/** What the API says of itself, and the routes that it serves. */
async function describePlatform(url: string) {
  const database = openDatabase({ url, maxConnections: 2, onLostConnection: () => undefined });
  let description = {};
  try {
    const routes = await registeredRoutes(async () => {
      const config = readConfig({ NODE_ENV: 'test' });
      const logger = pino({ level: 'silent' });
      const platform = await createPlatform({ config, database, clock: systemClock, logger });
      description = platform.server.swagger();
      await platform.close();
    });
    return { description, routes };
  } finally {
    await database.close();
  }
}

function currentContent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
