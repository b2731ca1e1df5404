import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { authenticationErrors } from '../caller.ts';
import {
  type ErrorDefinition,
  forbidden,
  overloaded,
  serviceUnavailable,
  validationError,
} from '../errors.ts';
import { invalidSignature } from '../secrets/signatures.ts';
import type { Access } from './authentication.ts';
import { isOptionalBody } from './body.ts';
import {
  ErrorEnvelope,
  errorResponse,
  internalError,
  payloadTooLarge,
  STATUS_OF_KIND,
  unsupportedMediaType,
} from './errors.ts';
import { rememberAnswers } from './remembered-answers.ts';
import type { HttpServer } from './route.ts';

const DESCRIPTION = `
Users earn cashback on purchases at partner merchants. For each purchase the platform finds the merchant's active
offer, computes the reward to the cent, holds it as *pending*, makes it *available* when the purchase is
confirmed, and takes it back when it is reversed.

Amounts of money are strings with the currency's minor digits. Timestamps are RFC 3339 in UTC. Every error has the
same envelope. Every response has an \`X-Request-Id\`: the client's, otherwise the platform's. A method that a path does
not have returns 405 \`METHOD_NOT_ALLOWED\` with \`Allow\`.

Bodies are JSON, as it is or with \`Content-Encoding: gzip\`. An object has at most 64 levels and 50 fields, and no field
twice. A \`VALIDATION_ERROR\` names the first 20 violations; \`details.more\` says how many there are beyond them.
`.trim();

const TAGS = [
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
  { name: 'audit', description: 'The record of who did what, and when' },
];

/** Describes every route registered after it, and serves the description at /openapi.json and /docs if `isServed`. */
export async function registerOpenApi(
  server: HttpServer,
  options: { readonly publicUrl: string; readonly isServed: boolean },
): Promise<void> {
  // First of the hooks, so that the description and the server see the same completed route.
  server.addHook('onRoute', completeRoute);
  server.addSchema(ErrorEnvelope);
  await server.register(swagger, {
    // Components bear their own names.
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
    transform: ({ schema, url, route }) => ({ schema: describeItems(schema, route.config?.items), url }),
    transformObject: (description) => {
      if (!('openapiObject' in description)) throw new TypeError('this is no OpenAPI 3 description');
      markOptionalBodies(description.openapiObject.paths);
      return withoutReadAs(description.openapiObject);
    },
    openapi: {
      openapi: '3.1.0',
      info: { title: 'ClickNBack', version: '1.0.0', description: DESCRIPTION, license: { name: 'MIT' } },
      servers: [{ url: options.publicUrl }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'The access token of an account, from `POST /auth/login`.',
          },
          api_key: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'API key',
            description:
              'The API key of a partner, in the same header. Each operation names the required scope. Partners that sign add the headers of Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`.',
          },
        },
      },
    },
  });
  if (options.isServed) await server.register(serveReference);
}

async function serveReference(server: FastifyInstance): Promise<void> {
  rememberAnswers(server);
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    theme: {
      title: 'ClickNBack API',
      css: [{ filename: 'clicknback.css', content: '.swagger-ui .topbar { display: none }' }],
    },
    uiConfig: {
      deepLinking: true,
      docExpansion: 'list',
      tryItOutEnabled: true,
      persistAuthorization: true,
      validatorUrl: null,
    },
    // Everything comes from here: no CDN, no remote validator.
    staticCSP:
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
  });
  server.get('/openapi.json', { schema: { hide: true }, config: { access: 'public' } }, async () =>
    server.swagger(),
  );
}

/** Completes a route's description from its access and inputs, so that no route repeats it. */
function completeRoute(route: RouteOptions): void {
  const { schema, config } = route;
  const { access, scope, errors = [] } = config ?? {};
  if (schema === undefined || schema.hide === true || access === undefined) return;
  // Fastify's HEAD route shares the schema of its GET route, which is complete.
  if (route.method === 'HEAD') return;

  const definitions: ErrorDefinition<never>[] = [...errors];
  if (access !== 'public') definitions.push(...authenticationErrors, forbidden);
  const { body, params, querystring, headers } = schema;
  if ([body, params, querystring, headers].some((part) => part !== undefined))
    definitions.push(validationError);
  if (schema.body !== undefined) definitions.push(payloadTooLarge, unsupportedMediaType);
  if (access.includes('partner') && route.method !== 'GET' && route.method !== 'HEAD')
    definitions.push(invalidSignature);
  definitions.push(internalError, overloaded, serviceUnavailable);

  schema.security = securityOf(access, scope);
  if (scope !== undefined)
    schema.description = [schema.description, `Partners need a key with the scope \`${scope}\`.`]
      .filter(Boolean)
      .join(' ');
  schema.response = { ...successes(schema.response), ...errorResponsesByStatus(definitions) };
}

function securityOf(access: Access, scope: string | undefined) {
  if (access === 'public') return [];
  return scope === undefined ? [{ bearer: [] }] : [{ bearer: [] }, { api_key: [scope] }];
}

/** A list body is validated as a list of anything, because each item has its own result. The description shows the items. */
function describeItems(schema: FastifySchema, items: TSchema | undefined): FastifySchema {
  return items === undefined ? schema : { ...schema, body: { ...(schema.body as object), items } };
}

function markOptionalBodies(paths: object | undefined): void {
  for (const operation of Object.values(paths ?? {}).flatMap((path: object) => Object.values(path))) {
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (isOptionalBody(schema)) operation.requestBody.required = false;
  }
}

/** The keyword `readAs` is ours and says nothing to a client. The schemas of the routes stay as they are. */
function withoutReadAs<Description>(description: Description): Description {
  return JSON.parse(JSON.stringify(description, (key, value) => (key === 'readAs' ? undefined : value)));
}

const SUCCESS_DESCRIPTIONS: Readonly<Record<string, string>> = { 200: 'Done.', 201: 'Created.' };

/** A route without a described response returns 204. */
function successes(response: unknown): object {
  if (response === undefined) return { 204: { type: 'null', description: 'No content.' } };
  const described = Object.entries(response as Record<string, object>).map(([status, schema]) => [
    status,
    { description: SUCCESS_DESCRIPTIONS[status], ...schema },
  ]);
  return Object.fromEntries(described);
}

function errorResponsesByStatus(definitions: readonly ErrorDefinition<never>[]) {
  const byStatus = Map.groupBy(new Set(definitions), ({ kind }) => STATUS_OF_KIND[kind]);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, errorResponse(group)]));
}
