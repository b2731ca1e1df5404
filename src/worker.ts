import type { AddressInfo } from 'node:net';
import { createPlatform } from './app.ts';
import { systemClock } from './core/clock.ts';
import { listen, listenForMetrics } from './startup/listen.ts';
import { joinMigratedDatabase } from './startup/open-database.ts';
import { serve } from './startup/serve.ts';

/** A process that runs jobs without the API. Any number of workers and API servers may run at the same time. */
await serve(async ({ config, logger, stopping }) => {
  const { database, location, close } = await joinMigratedDatabase(config, logger);
  stopping.release = close;
  const platform = await createPlatform({ config, database, clock: systemClock, logger, serves: 'probes' });
  stopping.drain = platform.close;
  const address = { host: config.host, port: config.workerPort };
  await listen(platform.server, address, { host: 'HOST', port: 'WORKER_PORT' });
  await listenForMetrics(platform.metricsServer, config.metrics, logger);
  const { port } = platform.server.server.address() as AddressInfo;
  await platform.startJobs();
  logger.info({ location, port }, 'worker started');
});
