import type { Config } from './config.ts';
import { cacheOpener } from './core/cache.ts';
import type { Authenticate } from './core/caller.ts';
import type { Clock } from './core/clock.ts';
import { followChanges } from './core/database/changes.ts';
import type { Database } from './core/database/index.ts';
import { createMetricsServer, metricsRoute } from './core/http/metrics-server.ts';
import { probeRoutes } from './core/http/probes.ts';
import { rateLimiter } from './core/http/rate-limit.ts';
import { memoryWindows, sharedWindows } from './core/http/rate-windows.ts';
import { createHttpServer } from './core/http/server.ts';
import { jobRunner } from './core/jobs.ts';
import type { Logger } from './core/observability/logging.ts';
import { createMetrics } from './core/observability/metrics.ts';
import { merchantsModule } from './modules/catalogue/merchants/index.ts';
import { offersModule } from './modules/catalogue/offers/index.ts';
import { cashbackModule } from './modules/earning/cashback/index.ts';
import { fraudModule } from './modules/earning/fraud/index.ts';
import { purchasesModule } from './modules/earning/purchases/index.ts';
import { authModule } from './modules/identity/auth/index.ts';
import { isApiKey, partnersModule } from './modules/identity/partners/index.ts';
import { usersModule } from './modules/identity/users/index.ts';
import { userDetailModule } from './modules/insight/user-detail/index.ts';
import { walletHistoryModule } from './modules/insight/wallet-history/index.ts';
import { payoutsModule } from './modules/money/payouts/index.ts';
import { walletsModule } from './modules/money/wallets/index.ts';
import { eventsModule } from './modules/platform/events/index.ts';
import { featureFlagsModule } from './modules/platform/feature-flags/index.ts';
import { idempotencyModule } from './modules/platform/idempotency/index.ts';

export type Platform = Awaited<ReturnType<typeof createPlatform>>;

/** The composition root: every module wired by hand, in the order they depend on each other. Opens no port. */
export async function createPlatform(deps: {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the server answers: a process that only runs jobs needs no more than probes. */
  readonly serves?: 'api' | 'probes';
}) {
  const { config, database, clock, logger, serves = 'api' } = deps;
  const { supportedCurrencies } = config;
  const [defaultCurrency] = supportedCurrencies;
  const metrics = createMetrics();
  metrics.observeDatabase(database);
  const changes = followChanges({ database, logger });
  metrics.observeChanges(changes.areFollowed);
  const openCache = cacheOpener({ changes, metrics });
  const { redisUrl } = config;
  const rateWindows = redisUrl === undefined ? memoryWindows() : await sharedWindows({ redisUrl, logger });
  const limitRate = rateLimiter(rateWindows);

  const events = eventsModule({ database, clock });
  const idempotency = idempotencyModule({ database, clock, encryptionKeys: config.encryptionKeys });
  const cashback = cashbackModule({ clock });
  const wallets = walletsModule({
    database,
    clock,
    logger,
    idempotency: idempotency.client,
    events: events.client,
    supportedCurrencies,
  });
  const users = usersModule({
    database,
    clock,
    events: events.client,
    onCreated: (trx, created) =>
      wallets.client.queueOpenWallets(
        trx,
        created.map(({ id }) => ({ userId: id, currency: defaultCurrency })),
      ),
    bcryptCost: config.bcryptCost,
    limitRate,
    registrationsPerMinute: config.registrationsPerMinute,
  });
  const auth = authModule({
    database,
    clock,
    users: users.client,
    events: events.client,
    tokens: config.tokens,
    limitRate,
    loginsPerMinute: config.loginsPerMinute,
  });
  const featureFlags = featureFlagsModule({ database, clock, events: events.client });
  const partners = partnersModule({
    database,
    clock,
    logger,
    events: events.client,
    openCache,
    encryptionKeys: config.encryptionKeys,
  });
  const authenticate: Authenticate = (token, requestId) =>
    (isApiKey(token) ? partners : auth).client.authenticate(token, requestId);

  const merchants = merchantsModule({ database, clock, events: events.client, openCache });
  const offers = offersModule({
    database,
    clock,
    merchants: merchants.client,
    events: events.client,
    openCache,
    supportedCurrencies,
    maxCashbackPercentage: config.maxCashbackPercentage,
  });
  const fraud = fraudModule({
    database,
    clock,
    logger,
    metrics,
    users: users.client,
    merchants: merchants.client,
    events: events.client,
    limits: config.velocity,
  });
  const purchases = purchasesModule({
    database,
    clock,
    logger,
    metrics,
    users: users.client,
    merchants: merchants.client,
    offers: offers.client,
    fraud: fraud.client,
    cashback: cashback.client,
    wallets: wallets.client,
    events: events.client,
    flags: featureFlags.client,
    defaultConfirmationDays: config.defaultConfirmationDays,
    supportedCurrencies,
    maxPurchasesPerBatch: config.maxPurchasesPerBatch,
    maxQueuedPurchases: config.maxQueuedPurchases,
    limitRate,
    perMinutePerUser: config.purchasesPerMinutePerUser,
    perMinutePerPartner: config.purchasesPerMinutePerPartner,
  });
  const payouts = payoutsModule({
    database,
    clock,
    logger,
    metrics,
    idempotency: idempotency.client,
    wallets: wallets.client,
    events: events.client,
    encryptionKeys: config.encryptionKeys,
    supportedCurrencies,
    limits: config.payoutLimits,
    maxQueuedPayouts: config.maxQueuedPayouts,
  });
  const walletHistory = walletHistoryModule({
    database,
    wallets: wallets.client,
    cashback: cashback.client,
    payouts: payouts.client,
    defaultCurrency,
  });

  const userDetail = userDetailModule({ database, users: users.client, wallets: wallets.client });

  const jobs = [...auth.jobs, ...idempotency.jobs, ...partners.jobs, ...purchases.jobs];
  const runner = jobRunner({ database, jobs, metrics, logger });

  let stopping = false;
  const server = await createHttpServer({
    logger,
    metrics,
    authenticate,
    trustProxy: config.trustProxy,
    maxConnections: config.maxConnections,
    publicUrl: config.publicUrl,
    apiDocs: config.apiDocs && serves === 'api',
  });
  function reasonNotReady(): string | undefined {
    if (stopping) return 'stopping';
    return serves === 'probes' && !runner.isWorking() ? 'jobs_not_started' : undefined;
  }
  probeRoutes({ database, reasonNotReady })(server);
  const { port: metricsPort } = config.metrics;
  const ownPort = serves === 'api' ? config.port : config.workerPort;
  // 0 is any free port, and another one each time.
  const isMetricsPortShared = metricsPort === ownPort && ownPort !== 0;
  if (isMetricsPortShared) metricsRoute(metrics.registry)(server);
  const metricsServer =
    metricsPort === undefined || isMetricsPortShared ? undefined : createMetricsServer(metrics.registry);
  if (serves === 'api') {
    await server.register(
      async (api) => {
        for (const { routes } of [
          auth,
          users,
          userDetail,
          partners,
          merchants,
          offers,
          purchases,
          payouts,
          fraud,
          wallets,
          walletHistory,
          featureFlags,
          events,
        ])
          routes(api);
      },
      { prefix: '/api/v1' },
    );
  }
  await server.ready();
  await changes.start();

  return {
    server,
    /** For metrics alone; missing where they are off, or on the port of `server`. */
    metricsServer,
    modules: { users, partners, featureFlags, merchants, offers, purchases, wallets, payouts },
    /** Begins to run the recurring jobs, beside any other process that does. */
    startJobs: runner.start,
    jobs,
    /**
     * Answers what is under way, refuses what comes after, and lets go of the port; job runs end after their present
     * batch. The database stays open.
     */
    async close(): Promise<void> {
      stopping = true;
      await Promise.all([server.close(), runner.stop()]);
      await partners.client.settle();
      await Promise.all([changes.close(), rateWindows.close()]);
      metricsServer?.close();
      metricsServer?.closeAllConnections();
    },
  };
}
