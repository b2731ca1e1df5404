import { createPlatform } from './app.ts';
import { systemClock } from './core/clock.ts';
import { listen, listenForMetrics, withRealPort } from './startup/listen.ts';
import { openMigratedDatabase } from './startup/open-database.ts';
import { serve } from './startup/serve.ts';
import { summary } from './startup/summary.ts';

/** Starts config, database, platform and ports in this order, and stops them in reverse order on a signal. */
await serve(async ({ config: given, logger, stopping }) => {
  const config = await withRealPort(given);
  if (config.mode === 'production' && config.adminMfa === 'optional')
    logger.warn('ADMIN_MFA is optional: administrators without a second factor log in with a password alone');
  const { database, location, close } = await openMigratedDatabase(config, logger);
  stopping.release = close;
  const platform = await createPlatform({ config, database, clock: systemClock, logger });
  stopping.drain = platform.close;
  if (config.demoData) {
    // Suppresses hundreds of log lines about demo purchases.
    logger.level = 'warn';
    // Imported only here, because the image for production does not contain it.
    const { loadDemoData } = await import('../demo/data.ts');
    await loadDemoData(platform, systemClock, config.supportedCurrencies[0], {
      onlyIfEmpty: config.databaseUrl !== undefined,
    });
    logger.level = config.logLevel;
  }
  await listen(platform.server, config);
  await listenForMetrics(platform.metricsServer, config.metrics, logger);
  if (config.mode === 'development') {
    console.log(
      summary({
        url: config.publicUrl,
        dataLocation: location,
        demoData: config.demoData,
        apiDocs: config.apiDocs,
        showsMail: config.mail.directory !== undefined,
      }),
    );
  }
  if (config.runJobs) await platform.startJobs();
});
