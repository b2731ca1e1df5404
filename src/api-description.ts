import { API_NAMES } from './api-names.ts';
import type { ApiDescription } from './core/http/openapi.ts';
import type { describeEvents } from './modules/platform/events/index.ts';

const DESCRIPTION = `
Users earn cashback on purchases at partner merchants. For each purchase the platform finds the merchant's active
offer, computes the reward to the cent, holds it as *pending*, makes it *available* when the purchase is
confirmed, and takes it back when it is reversed.

Amounts of money are strings with the currency's minor digits. Timestamps are RFC 3339 in UTC. Every error has the
same envelope. Every response has an \`X-Request-Id\`: the client's, otherwise the platform's. A method that a path does
not have returns 405 \`METHOD_NOT_ALLOWED\` with \`Allow\`.

Bodies are JSON, as it is or with \`Content-Encoding: gzip\`. An object has at most 64 levels and 50 fields, more
where its lists are longer, and no field twice. A \`VALIDATION_ERROR\` names the first 20 violations; \`details.more\` says how many there are beyond them.

A filter that takes several values is a repeated parameter, up to 20 times. Empty filters are ignored.
`.trim();

/** The opening of the API reference. Routes describe themselves. */
export const API_DESCRIPTION: ApiDescription = {
  title: 'ClickNBack',
  description: DESCRIPTION,
  tags: [
    { name: 'app', description: 'Facts that the apps show before a login' },
    { name: 'auth', description: 'Sessions: log in, refresh, log out' },
    { name: 'users', description: 'Accounts' },
    { name: 'merchants', description: 'Shops and their terms' },
    { name: 'offers', description: 'Time-bound reward rules' },
    {
      name: 'partners',
      description: 'Machine clients that send purchases, their API keys and signing secrets',
    },
    { name: 'purchases', description: 'Ingestion, confirmation and reversal of purchases' },
    { name: 'fraud', description: 'Purchases held for review' },
    { name: 'wallets', description: 'Balances and the journal behind them' },
    { name: 'feature-flags', description: 'Switches for features, global or per merchant or user' },
    { name: 'payouts', description: 'Withdrawals, from the request to the bank transfer' },
    { name: 'events', description: 'Events in a fixed order, for systems that follow them' },
    {
      name: 'search',
      description: 'Search across purchases, payouts, users, merchants, partners and offers',
    },
    { name: 'reports', description: 'Figures and charts over all purchases, wallets and payouts' },
    { name: 'webhooks', description: 'Endpoints to which events are sent, and their deliveries' },
    { name: 'audit', description: 'The record of who did what, and when' },
  ],
  names: API_NAMES,
  credentials: {
    accessToken: 'The access token of an account, from `POST /auth/login`.',
    apiKey:
      'The API key of a partner, in the same header. Each operation names the required scope. Partners that sign add the headers of Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`.',
  },
};

/** The same with what the platform sends. */
export function describeApi({ parts, webhooks }: ReturnType<typeof describeEvents>): ApiDescription {
  return { ...API_DESCRIPTION, names: { ...API_NAMES, parts }, webhooks };
}
