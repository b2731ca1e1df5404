import { createPlatform } from './app.ts';
import { readConfig } from './config.ts';
import { systemClock } from './core/clock.ts';
import { createLogger } from './core/logging.ts';
import { loadDemoData } from './startup/demo-data.ts';
import { listen } from './startup/listen.ts';
import { openMigratedDatabase } from './startup/open-database.ts';
import { run } from './startup/run.ts';
import { stopGracefully } from './startup/stop-gracefully.ts';
import { summary } from './startup/summary.ts';

await run(main);

/** config → database → platform → listen, and on a signal the same way back. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const isForPeople = config.mode === 'development' && process.stdout.isTTY;
  const logger = createLogger({ level: config.logLevel, readable: isForPeople });

  const { database, location, close } = await openMigratedDatabase(config, logger);
  try {
    const platform = await createPlatform({ config, database, clock: systemClock, logger });
    if (config.demoData) {
      // Some hundred lines about invented purchases would tell nobody anything.
      logger.level = 'warn';
      await loadDemoData(platform, systemClock, config.supportedCurrencies[0]);
      logger.level = config.logLevel;
    }
    await listen(platform.server, config);
    stopGracefully(logger, async () => {
      await platform.close();
      await close();
      if (isForPeople) console.log('\n  Stopped. Your data is kept.\n');
    });
    if (config.mode === 'development') {
      console.log(summary({ url: config.publicUrl, dataLocation: location, demoData: config.demoData }));
    }
    if (config.runJobs) await platform.startJobs();
  } catch (error) {
    await close();
    throw error;
  }
}
