import { newId } from '../../src/core/id.ts';
import type { ContractPlatform } from './platform.ts';

/** A name for this machine. Nothing is looked up for it, and nothing is sent to it. */
const UNREACHABLE = 'https://webhooks.localhost/';

const MOST_AT_A_PAGE = 100;
const ENDPOINTS_KEPT = 20;

type Platform = Pick<ContractPlatform, 'api' | 'admin' | 'database' | 'now'>;

export const endpointBody = (fields: Record<string, unknown> = {}) => ({
  url: UNREACHABLE,
  event_types: ['purchase.*'],
  ...fields,
});

/** An endpoint of the caller. Older ones make room for it. */
export async function openEndpoint(platform: Platform, token = platform.admin.token): Promise<string> {
  const create = () => platform.api('POST', '/webhook-endpoints', { token, body: endpointBody() });
  const created = await create();
  if (created.status !== 409) return created.body.id;
  await deleteOlderEndpoints(platform, token);
  return (await create()).body.id;
}

/** Leaves room for further endpoints of the caller. */
async function deleteOlderEndpoints({ api }: Platform, token: string): Promise<void> {
  const listed = await api('GET', `/webhook-endpoints?limit=${MOST_AT_A_PAGE}`, { token });
  const older: { id: string }[] = listed.body.data.slice(ENDPOINTS_KEPT);
  for (const { id } of older) await api('DELETE', `/webhook-endpoints/${id}`, { token });
}

/** A delivery that has ended, of an event that nobody knows. Returns the event's id. */
export async function recordDelivery({ database, now }: Platform, endpointId: string): Promise<string> {
  const id = newId(now());
  await database.transaction((trx) =>
    trx
      .insertInto('webhook_deliveries')
      .values({
        endpoint_id: endpointId,
        id,
        event_type: 'purchase.recorded',
        status: 'succeeded',
        created_at: now().toString(),
      })
      .execute(),
  );
  return id;
}
