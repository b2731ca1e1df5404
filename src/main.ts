import { join } from 'node:path';
import { createPlatform } from './app.ts';
import { type Config, PROJECT_DIRECTORY } from './config.ts';
import { systemClock } from './core/clock.ts';
import type { Database } from './core/database/index.ts';
import type { Logger } from './core/observability/logging.ts';
import { listen, listenForMetrics, withRealPort } from './startup/listen.ts';
import { openMigratedDatabase } from './startup/open-database.ts';
import { serve } from './startup/serve.ts';
import { summary } from './startup/summary.ts';

/** Starts config, database, platform and ports in this order, and stops them in reverse order on a signal. */
await serve(async ({ config: given, logger, stopping }) => {
  const config = await withRealPort(given);
  if (config.mode === 'production' && config.adminMfa === 'optional')
    logger.warn('ADMIN_MFA is optional: administrators without a second factor log in with a password alone');
  const building =
    config.mode === 'development' && process.argv.includes('--build-apps') ? buildApps(logger) : undefined;
  const { database, location, close } = await openMigratedDatabase(config, logger);
  stopping.release = close;
  await building;
  const webDirectory = join(PROJECT_DIRECTORY, 'web/dist');
  const platform = await createPlatform({ config, database, clock: systemClock, logger, webDirectory });
  if (!platform.servesApps) logger.warn('there is no build of the web apps: only the API is served');
  stopping.drain = platform.close;
  if (config.demoData) {
    // Suppresses hundreds of log lines about demo purchases.
    logger.level = 'error';
    await playDemo(config, database, logger);
    logger.level = config.logLevel;
  }
  await listen(platform.server, config);
  await listenForMetrics(platform.metricsServer, config.metrics, logger);
  if (config.mode === 'development') {
    console.log(
      summary({
        url: config.publicUrl,
        apps: platform.servesApps ? { consoleUrl: config.consoleUrl ?? config.publicUrl } : undefined,
        dataLocation: location,
        demoData: config.demoData,
        apiDocs: config.apiDocs,
        showsMail: config.mail.directory !== undefined,
      }),
    );
  }
  if (config.runJobs) await platform.startJobs();
});

/** Loads the demo data by a platform of its own, whose clock is set to the past. */
async function playDemo(config: Config, database: Database, logger: Logger): Promise<void> {
  // Imported only here, because the image for production does not contain it.
  const [{ demoClock }, { loadDemoData }] = await Promise.all([
    import('../demo/clock.ts'),
    import('../demo/data.ts'),
  ]);
  const clock = demoClock(systemClock());
  const past = await createPlatform({ config, database, clock, logger, serves: 'probes' });
  await loadDemoData(past, clock, config.supportedCurrencies[0], {
    onlyIfEmpty: config.databaseUrl !== undefined,
  });
  await past.close();
}

/** Beside the start of the database. Imported only here, because the image has a build and no script. */
async function buildApps(logger: Logger): Promise<void> {
  const { buildWebApps } = await import('../scripts/build-web-apps.ts');
  const { outcome, output } = await buildWebApps(PROJECT_DIRECTORY);
  if (outcome === 'failed')
    logger.error({ output }, 'the web apps could not be built: the previous build is served');
}
