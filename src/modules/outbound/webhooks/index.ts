import { Counter, Histogram } from 'prom-client';
import type { Database } from '../../../core/database/index.ts';
import { purgeJob } from '../../../core/jobs.ts';
import { byId } from '../../../core/lists.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import type { EventSource } from '../../platform/events/index.ts';
import { webhookDelivery } from './delivering.ts';
import { deliveryRepository } from './delivery-repository.ts';
import { EndpointEventData, endpointHistory, presentForEvent } from './event-schemas.ts';
import { FEED_EVENTS } from './events.ts';
import { fanOut } from './fan-out.ts';
import type { EventFeed } from './feed.ts';
import { type AttemptResult, KEPT_DAYS } from './model.ts';
import { endpointRepository } from './repository.ts';
import { attemptRecording } from './results.ts';
import { reencrypt } from './rotation.ts';
import { webhookRoutes } from './routes.ts';
import { type GuardOf, webhookSender } from './sending.ts';
import { webhookService } from './service.ts';

const DURATION_BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

export function webhooksModule(
  kernel: Pick<Kernel, 'database' | 'clock' | 'logger' | 'metrics' | 'events' | 'limitRate'>,
  needs: {
    readonly encryptionKeys: readonly EncryptionKey[];
    readonly guardOf: GuardOf;
    readonly feed: EventFeed;
  },
) {
  const { database, clock, metrics, events, limitRate } = kernel;
  const { guardOf, feed } = needs;
  const endpoints = endpointRepository();
  const deliveries = deliveryRepository();
  const secrets = encryption(needs.encryptionKeys);
  const sender = webhookSender({ clock, encryption: secrets, guardOf });
  const deps = { ...kernel, endpoints, deliveries, feed, sender };
  const recordResults = attemptRecording(deps);
  const observeAttempt = attemptMetrics(metrics);
  metrics.observeOnScrape(
    'clicknback_webhook_oldest_due_seconds',
    'How long the webhook has been due that has been due longest',
    () => deliveries.oldestDue_s(database.db, clock()),
  );
  const service = webhookService({
    ...deps,
    encryption: secrets,
    guardOf,
    events,
  });
  const { consumer, replayLoop } = fanOut(deps);
  const delivery = webhookDelivery({ ...deps, recordResults, observeAttempt });
  const purge = (limit: number) => service.purge(clock().subtract({ hours: KEPT_DAYS * 24 }), limit);
  return {
    routes: webhookRoutes(service, limitRate),
    service,
    eventSource: {
      events: FEED_EVENTS,
      objects: {
        resourceType: 'webhook_endpoint',
        schema: EndpointEventData,
        ...endpointHistory,
        find: async (db, ids) => byId((await endpoints.findEvenDeleted(db, ids)).map(presentForEvent)),
      },
    } satisfies EventSource,
    loops: [feed.consumerLoop(consumer), delivery.loop, replayLoop],
    jobs: [purgeJob('purge-webhook-deliveries', purge)],
    /** Waits until the requests of this process have ended. */
    settle: delivery.settle,
  };
}

function attemptMetrics({ registry }: Kernel['metrics']): (result: AttemptResult) => void {
  const registers = [registry];
  const attempts = new Counter({
    name: 'clicknback_webhook_attempts_total',
    help: 'Attempts to deliver a webhook, by what became of the delivery',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['succeeded', 'pending', 'failed']) attempts.inc({ outcome }, 0);
  const duration = new Histogram({
    name: 'clicknback_webhook_attempt_duration_seconds',
    help: 'Time of an attempt to deliver a webhook, from the lookup of the name to the end of the response',
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  return ({ attempt, verdict }) => {
    attempts.inc({ outcome: verdict.status });
    duration.observe(attempt.duration_ms / 1_000);
  };
}

/** Encrypts the secrets of all endpoints with the first key; see rotation.ts. Returns the number of endpoints. */
export function reencryptWebhookSecrets(database: Database, keys: readonly EncryptionKey[]): Promise<number> {
  return reencrypt({ database, repository: endpointRepository(), keys });
}
