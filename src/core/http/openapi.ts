import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { authenticationErrors, mfaEnrolmentRequired, mfaStepUpRequired, stepUpRequired } from '../caller.ts';
import { type ErrorCode, forbidden, overloaded, serviceUnavailable, validationError } from '../errors.ts';
import { invalidSignature } from '../secrets/signatures.ts';

import { isOptionalBody } from './body.ts';
import { cacheResponses } from './cached-responses.ts';
import {
  ErrorEnvelope,
  errorResponse,
  internalError,
  payloadTooLarge,
  STATUS_OF_KIND,
  unsupportedMediaType,
} from './errors.ts';

import { type ApiNames, finishDocument, Table, type WebhookDescription } from './openapi-document.ts';
import { type Access, ANY_SCOPE, type HttpServer } from './route.ts';

/** What the reference says of the API as a whole. */
export type ApiDescription = {
  readonly title: string;
  readonly description: string;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly names: ApiNames;
  readonly webhooks?: readonly WebhookDescription[];
  /** Where a client gets each kind of credential. */
  readonly credentials: { readonly accessToken: string; readonly apiKey: string };
};

/** Describes every route registered after it, and serves the description at /openapi.json and /docs if `isServed`. */
export async function registerOpenApi(
  server: HttpServer,
  options: { readonly api: ApiDescription; readonly publicUrl: string; readonly isServed: boolean },
): Promise<void> {
  const { title, description, tags, credentials, names, webhooks = [] } = options.api;
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
      describeTables(description.openapiObject.paths);
      const document = { ...description.openapiObject, webhooks: describeWebhooks(webhooks) };
      return finishDocument(document, names);
    },
    openapi: {
      openapi: '3.1.0',
      info: { title, version: '1.0.0', description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: options.publicUrl }],
      tags: [...tags],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: credentials.accessToken,
          },
          api_key: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'API key',
            description: credentials.apiKey,
          },
        },
      },
    },
  });
  if (options.isServed) await server.register(serveReference, { title });
}

async function serveReference(server: FastifyInstance, { title }: { title: string }): Promise<void> {
  cacheResponses(server);
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    theme: {
      title: `${title} API`,
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
  const { access, scope, permission, stepUp, beforeEnrolment, takesRefreshToken, errors = [] } = config ?? {};
  if (schema === undefined || schema.hide === true || access === undefined) return;
  // Fastify's HEAD route shares the schema of its GET route, which is complete.
  if (route.method === 'HEAD') return;

  const definitions: ErrorCode[] = [...errors];
  if (access !== 'public') definitions.push(...authenticationErrors, forbidden);
  if (access.includes('admin') && beforeEnrolment !== true) definitions.push(mfaEnrolmentRequired);
  if (stepUp !== undefined) definitions.push(mfaStepUpRequired);
  if (stepUp === true) definitions.push(stepUpRequired);
  const { body, params, querystring, headers } = schema;
  if ([body, params, querystring, headers].some((part) => part !== undefined))
    definitions.push(validationError);
  if (schema.body !== undefined) definitions.push(payloadTooLarge, unsupportedMediaType);
  if (access.includes('partner') && route.method !== 'GET' && route.method !== 'HEAD')
    definitions.push(invalidSignature);
  definitions.push(internalError, overloaded, serviceUnavailable);

  schema.security = [...(takesRefreshToken ? [{}] : []), ...securityOf(access, scope)];
  if (scope !== undefined && scope !== ANY_SCOPE)
    addSentence(schema, `Partners need a key with the scope \`${scope}\`.`);
  if (permission !== undefined) addSentence(schema, `Staff need the permission \`${permission}\`.`);
  if (stepUp !== undefined)
    addSentence(schema, 'A caller with a second factor needs a code of the last five minutes.');
  if (stepUp === true)
    addSentence(
      schema,
      'In a session of an app, a caller without one needs a password of the last five minutes.',
    );
  schema.response = { ...successes(schema.response), ...errorResponsesByStatus(definitions) };
}

function addSentence(schema: FastifySchema, sentence: string): void {
  schema.description = [schema.description, sentence].filter(Boolean).join(' ');
}

function securityOf(access: Access, scope: string | undefined) {
  if (access === 'public') return [];
  const isForAccounts = access.some((type) => type !== 'partner');
  return [
    ...(isForAccounts ? [{ bearer: [] }] : []),
    ...(scope === undefined ? [] : [{ api_key: scope === ANY_SCOPE ? [] : [scope] }]),
  ];
}

/** A list body is validated as a list of anything, because each item has its own result. The description shows the items. */
function describeItems(schema: FastifySchema, items: TSchema | undefined): FastifySchema {
  return items === undefined ? schema : { ...schema, body: { ...(schema.body as object), items } };
}

const WEBHOOK_HEADERS = {
  'webhook-id': 'The id of the event, the same at each attempt.',
  'webhook-timestamp': 'The time of the attempt, in seconds since 1970.',
  'webhook-signature': 'The signature, as Standard Webhooks describes it.',
};

/** By name, as OpenAPI has them. */
function describeWebhooks(webhooks: readonly WebhookDescription[]) {
  const parameters = Object.entries(WEBHOOK_HEADERS).map(([name, description]) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  }));
  return Object.fromEntries(
    webhooks.map(({ name, summary, description, body, example }) => {
      const content = { 'application/json': { schema: body, examples: { event: { value: example } } } };
      const operation = {
        operationId: `receive${name}`,
        summary,
        description,
        tags: ['events'],
        security: [],
        parameters,
        requestBody: { required: true, content },
        responses: {
          '200': { description: 'Accepted. Any status other than 2xx is a failure.' },
          '410': { description: 'No longer wanted: disables the endpoint.' },
        },
      };
      return [name, { post: operation }];
    }),
  );
}

function markOptionalBodies(paths: object | undefined): void {
  for (const operation of Object.values(paths ?? {}).flatMap((path: object) => Object.values(path))) {
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (isOptionalBody(schema)) operation.requestBody.required = false;
  }
}

/** `serveTables` answers each list as a table too. */
function describeTables(paths: object | undefined): void {
  for (const { get } of Object.values(paths ?? {})) {
    const { content } = get?.responses['200'] ?? {};
    const { properties } = content?.['application/json']?.schema ?? {};
    if (properties?.data !== undefined && properties.pagination !== undefined)
      content['text/csv'] = { schema: Table };
  }
}

const SUCCESS_DESCRIPTIONS: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Accepted. It has no effect yet.',
};

/** A route without a described response returns 204. */
function successes(response: unknown): object {
  if (response === undefined) return { 204: { type: 'null', description: 'No content.' } };
  const described = Object.entries(response as Record<string, object>).map(([status, schema]) => [
    status,
    { description: SUCCESS_DESCRIPTIONS[status], ...schema },
  ]);
  return Object.fromEntries(described);
}

function errorResponsesByStatus(definitions: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(new Set(definitions), ({ kind }) => STATUS_OF_KIND[kind]);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, errorResponse(group)]));
}
