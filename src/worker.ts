import { createPlatform } from './app.ts';
import { readConfig } from './config.ts';
import { systemClock } from './core/clock.ts';
import { createLogger } from './core/logging.ts';
import { listen } from './startup/listen.ts';
import { joinMigratedDatabase } from './startup/open-database.ts';
import { run } from './startup/run.ts';
import { stopGracefully } from './startup/stop-gracefully.ts';

await run(main);

/** A process that runs the jobs and no API: as many of them as wanted, beside as many that serve. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const isForPeople = config.mode === 'development' && process.stdout.isTTY;
  const logger = createLogger({ level: config.logLevel, readable: isForPeople });

  const { database, location, close } = await joinMigratedDatabase(config, logger);
  try {
    const platform = await createPlatform({ config, database, clock: systemClock, logger, serves: 'probes' });
    await listen(platform.server, { host: config.host, port: config.workerPort });
    stopGracefully(logger, async () => {
      await platform.close();
      await close();
    });
    await platform.startJobs();
    logger.info({ location, port: config.workerPort }, 'worker started');
  } catch (error) {
    await close();
    throw error;
  }
}
