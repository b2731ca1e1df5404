import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { type EventClient, SYSTEM } from '../../platform/events/index.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import { webhookEndpointDisabled } from './events.ts';
import type { AttemptResult, Endpoint, Verdict } from './model.ts';
import { healthAfter, isWorthWriting, verdictsByEndpoint } from './policies.ts';
import type { EndpointRepository } from './repository.ts';

/** Records attempts, and what follows for their endpoints. */
export function attemptRecording(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly endpoints: Pick<EndpointRepository, 'findMany' | 'lockMany' | 'update'>;
  readonly deliveries: Pick<DeliveryRepository, 'recordResults'>;
  readonly events: EventClient;
}): (results: readonly AttemptResult[]) => Promise<void> {
  const { database, clock, endpoints, deliveries, events } = deps;

  /** Endpoints whose state changes. They are locked before their deliveries. */
  async function follow(trx: Trx, groups: ReadonlyMap<string, readonly Verdict[]>): Promise<void> {
    const seen = await endpoints.findMany(trx, [...groups.keys()]);
    const after = ({ id, health }: Endpoint) => healthAfter(health, groups.get(id) ?? [], clock());
    const changing = seen.filter((endpoint) => isWorthWriting(endpoint.health, after(endpoint)));
    if (changing.length === 0) return;
    const locked = await endpoints.lockMany(
      trx,
      changing.map(({ id }) => id),
    );
    for (const endpoint of locked) await change(trx, endpoint, after(endpoint));
  }

  async function change(
    trx: Trx,
    endpoint: Endpoint,
    { disabledReason, ...health }: ReturnType<typeof healthAfter>,
  ): Promise<void> {
    const isDisabled = disabledReason !== null && endpoint.active;
    const disabled = isDisabled && { active: false, disabledReason };
    await endpoints.update(trx, { ...endpoint, health, ...disabled });
    if (!isDisabled) return;
    const { id, partnerId, url } = endpoint;
    const details = { reason: disabledReason, partner_id: partnerId, host: new URL(url).host };
    events.record(trx, [webhookEndpointDisabled({ actor: SYSTEM, resourceId: id, details })]);
  }

  return (results) =>
    database.transaction(async (trx) => {
      await follow(trx, verdictsByEndpoint(results));
      await deliveries.recordResults(trx, results);
    });
}
