import { accountPages } from './account-pages.ts';
import { describeApi } from './api-description.ts';
import type { Config } from './config.ts';
import { cacheOpener } from './core/cache.ts';
import type { Clock } from './core/clock.ts';
import { followChanges } from './core/database/changes.ts';
import type { Database } from './core/database/index.ts';
import { createMetricsServer, metricsRoute } from './core/http/metrics-server.ts';
import { probeRoutes } from './core/http/probes.ts';
import { rateLimiter } from './core/http/rate-limit.ts';
import { memoryWindows, sharedWindows } from './core/http/rate-windows.ts';
import { createHttpServer } from './core/http/server.ts';
import { jobRunner } from './core/jobs.ts';
import { loopRunner } from './core/loops.ts';
import type { Logger } from './core/observability/logging.ts';
import { createMetrics } from './core/observability/metrics.ts';
import { describeEvents, eventsModule } from './modules/platform/events/index.ts';
import { readWebApps, webApps } from './web-apps.ts';
import { type Modules, wireModules } from './wire-modules.ts';

export type Platform = Awaited<ReturnType<typeof createPlatform>>;

/** The composition root: creates the modules, the jobs and the HTTP server. Opens no port. */
export async function createPlatform(deps: {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The folder of the built web apps. Without it, or without a build in it, the platform serves its API alone. */
  readonly webDirectory?: string;
  /** The routes of the server. A process that only runs jobs needs only the probes. */
  readonly serves?: 'api' | 'probes';
}) {
  const { config, database, clock, logger, webDirectory, serves = 'api' } = deps;
  const { redisUrl } = config;
  const metrics = createMetrics();
  metrics.observeDatabase(database);
  if (config.fourEyesAbove === undefined) {
    logger.warn('FOUR_EYES_ABOVE is off: one administrator alone may pay and adjust any amount');
  }
  const changes = followChanges({ database, logger });
  metrics.observeChanges(changes.areFollowed);
  const rateWindows = redisUrl === undefined ? memoryWindows() : await sharedWindows({ redisUrl, logger });
  const events = eventsModule({
    database,
    clock,
    sources: () => modules.eventSources,
    findLabels: (...query) => modules.findLabels(...query),
  });
  const modules: Modules = wireModules(config, {
    database,
    clock,
    logger,
    metrics,
    events: events.client,
    openCache: cacheOpener({ changes, metrics }),
    limitRate: rateLimiter(rateWindows),
    feed: events.client,
  });
  const { jobs, loops, partners, refusals, reports, mail, notifications, webhooks } = modules;
  const runner = jobRunner({ database, jobs, metrics, logger });
  const repeating = loopRunner({ loops, metrics, logger });

  let stopping = false;
  const apps = webApps({
    files: serves === 'api' && webDirectory !== undefined ? readWebApps(webDirectory) : undefined,
    consoleUrl: config.consoleUrl,
    apiDocs: config.apiDocs,
  });
  const server = await createHttpServer({
    logger,
    metrics,
    authenticate: modules.authenticate,
    accessLog: events.accessLog,
    clock,
    trustProxy: config.trustProxy,
    corsOrigins: config.corsOrigins,
    maxConnections: config.maxConnections,
    api: describeApi(describeEvents(modules.eventSources)),
    publicUrl: config.publicUrl,
    apiDocs: config.apiDocs && serves === 'api',
    findPage: apps.findPage,
  });
  function reasonNotReady(): string | undefined {
    if (stopping) return 'stopping';
    return serves === 'probes' && !runner.isWorking() ? 'jobs_not_started' : undefined;
  }
  probeRoutes({ database, reasonNotReady })(server);
  const { port: metricsPort } = config.metrics;
  const ownPort = serves === 'api' ? config.port : config.workerPort;
  // Port 0 means any free port, so two settings of 0 are two different ports.
  const isMetricsPortShared = metricsPort === ownPort && ownPort !== 0;
  if (isMetricsPortShared) metricsRoute(metrics.registry)(server);
  const metricsServer =
    metricsPort === undefined || isMetricsPortShared ? undefined : createMetricsServer(metrics.registry);
  if (serves === 'api') {
    apps.routes(server);
    accountPages()(server);
    notifications.pages(server);
    if (config.mode === 'development') mail.devRoutes?.(server);
    await server.register(
      async (api) => {
        for (const routes of [...modules.routes, events.routes]) routes(api);
      },
      { prefix: '/api/v1' },
    );
  }
  await server.ready();
  await changes.start();

  return {
    server,
    /** Whether it serves the web apps. */
    servesApps: apps.areServed,
    /** Serves only metrics. Undefined if metrics are off or share the port of `server`. */
    metricsServer,
    modules: modules.open,
    /** Starts to run the recurring jobs and the loops. Several processes may do so. */
    async startJobs(): Promise<void> {
      await runner.start();
      repeating.start();
    },
    jobs,
    loops,
    mail,
    refusals: refusals.client,
    reports: reports.client,
    events: events.client,
    /**
     * Finishes running requests, refuses later ones and frees the port. Jobs and loops end after their current
     * batch. The database stays open.
     */
    async close(): Promise<void> {
      stopping = true;
      await Promise.all([server.close(), runner.stop(), repeating.stop()]);
      await Promise.all([partners.client.settle(), refusals.client.settle(), webhooks.settle()]);
      mail.close();
      await Promise.all([changes.close(), rateWindows.close()]);
      metricsServer?.close();
      metricsServer?.closeAllConnections();
    },
  };
}
