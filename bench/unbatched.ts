/*
 * The comparison for batching: the platform's HTTP server, its validation and the partner's key, and then one transaction
 * per request, the SQL of purchase.sql.
 */
import pg from 'pg';
import { API_DESCRIPTION } from '../src/api-description.ts';
import { readConfig } from '../src/config.ts';
import { cacheOpener } from '../src/core/cache.ts';
import { systemClock } from '../src/core/clock.ts';
import { followChanges } from '../src/core/database/changes.ts';
import { openDatabase } from '../src/core/database/index.ts';
import { callerOf } from '../src/core/http/authentication.ts';
import { metricsRoute } from '../src/core/http/metrics-server.ts';
import { probeRoutes } from '../src/core/http/probes.ts';
import { createHttpServer } from '../src/core/http/server.ts';
import { createLogger } from '../src/core/observability/logging.ts';
import { createMetrics } from '../src/core/observability/metrics.ts';
import { AcceptedBody, SubmissionBody } from '../src/modules/earning/purchases/report-schemas.ts';
import { partnersModule } from '../src/modules/identity/partners/index.ts';
import { eventsModule } from '../src/modules/platform/events/index.ts';
import { purchaseStatement } from './ceiling/statement.ts';

const PURCHASE = {
  name: 'purchase',
  text: purchaseStatement({
    partner_id: '$1',
    external_id: '$2',
    user_id: '$3',
    merchant_id: '$4',
    amount: '$5',
    purchased_at: '$6',
  }),
};

const config = readConfig(process.env);
const url = config.databaseUrl ?? '';
const clock = systemClock;
const logger = createLogger({ level: config.logLevel, readable: false });
const database = openDatabase({ url, maxConnections: 2, onLostConnection: () => undefined });
const pool = new pg.Pool({ connectionString: url, max: config.databaseConnections });
const metrics = createMetrics();
const changes = followChanges({ database, logger });
const partners = partnersModule(
  {
    database,
    clock,
    logger,
    events: eventsModule({ database, clock }).client,
    openCache: cacheOpener({ changes, metrics }),
  },
  {
    encryptionKeys: config.encryptionKeys,
    findMerchants: async () => new Map(),
    findRefusedShares: async () => new Map(),
  },
);

const server = await createHttpServer({
  logger,
  metrics,
  clock: systemClock,
  authenticate: partners.client.authenticate,
  trustProxy: config.trustProxy,
  maxConnections: 10_000,
  api: API_DESCRIPTION,
  apiDocs: false,
  publicUrl: config.publicUrl,
});
probeRoutes({ database, reasonNotReady: () => undefined })(server);
metricsRoute(metrics.registry)(server);
server.post(
  '/api/v1/purchases',
  {
    schema: { body: SubmissionBody, response: { 201: AcceptedBody } },
    config: { access: ['partner'], scope: 'purchases:write' },
  },
  async (request, reply) => {
    const { external_id, user_id, merchant_id, amount, purchased_at } = request.body;
    const values = [
      callerOf(request).id,
      external_id,
      user_id,
      merchant_id,
      amount,
      purchased_at ?? new Date(),
    ];
    const { rows } = await pool.query<{ id: string; cashback_amount: string }>({ ...PURCHASE, values });
    const [recorded] = rows;
    if (recorded === undefined) throw new Error('the purchase was not recorded');
    return reply.code(201).send({ ...recorded, status: 'pending', matched: false });
  },
);
await changes.start();
await server.listen({ host: config.host, port: config.port });
process.once('SIGTERM', () => process.exit());
