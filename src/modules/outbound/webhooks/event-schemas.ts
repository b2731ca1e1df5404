import Type from 'typebox';
import { EventData, type ObjectHistory } from '../../platform/events/index.ts';
import type { Endpoint } from './model.ts';
import { EndpointBody, presentEndpoint } from './schemas.ts';

const { id, partner_id, event_types, status, disabled_reason, created_at } = EndpointBody.properties;

/** Without the URL and the description: other receivers get this, and a URL may contain a secret. */
export const EndpointEventData = EventData({
  id,
  partner_id,
  host: Type.String({ examples: ['shop.example.com'] }),
  event_types,
  status,
  disabled_reason,
  created_at,
});

export const endpointHistory: ObjectHistory = {
  changeOf({ action, details }) {
    switch (action) {
      case 'webhook_endpoint.disabled':
        return { status: 'inactive', disabled_reason: details.reason };
      case 'webhook_endpoint.deleted':
        return { status: 'inactive' };
      case 'webhook_endpoint.secret_rotated':
        return {};
      default:
        return fieldsOf(details);
    }
  },
};

export function presentForEvent(endpoint: Endpoint) {
  const shown = presentEndpoint(endpoint);
  return {
    id: shown.id,
    partner_id: shown.partner_id,
    host: new URL(shown.url).host,
    event_types: shown.event_types,
    status: shown.status,
    disabled_reason: shown.disabled_reason,
    created_at: shown.created_at,
  };
}

/** The details of a creation or a change as fields of the API. */
function fieldsOf({ host, event_types: types, active }: Readonly<Record<string, unknown>>) {
  return {
    ...(host !== undefined && { host }),
    ...(types !== undefined && { event_types: String(types).split(' ') }),
    ...(active !== undefined && { status: active ? 'active' : 'inactive', disabled_reason: null }),
  };
}
