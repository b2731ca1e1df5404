import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { API_NAMES } from '../../src/api-names.ts';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import type { ErrorKind } from '../../src/core/errors.ts';
import { STATUS_OF_KIND } from '../../src/core/http/errors.ts';
import { operationsOf, readOpenApi } from '../support/contract-openapi.ts';
import { startTestPlatform } from '../support/platform.ts';

/** Answered where there is no operation to describe it. */
const OUTSIDE_OPERATIONS = { METHOD_NOT_ALLOWED: [405] };

/** Operations whose only effect is a mail. */
const MAILED = [
  'POST /auth/password-reset-requests',
  'POST /users/me/email',
  'POST /users/me/email-verification',
];

/** The statuses of every code that the contract knows. A VALIDATION_ERROR is 400 where a rule of the domain is broken. */
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  VALIDATION_ERROR: [400, 422],
  PASSWORD_NOT_COMPLEX_ENOUGH: [400],
  PURCHASE_NOT_PENDING: [400],
  PURCHASE_ALREADY_REVERSED: [400],
  PAYOUT_INVALID_TRANSITION: [400],
  CROSS_SITE_REQUEST: [403],
  STAFF_ONLY: [403],
  STEP_UP_REQUIRED: [403],
  INVALID_CREDENTIALS: [401],
  INVALID_TOKEN: [401],
  EXPIRED_TOKEN: [401],
  INVALID_REFRESH_TOKEN: [401],
  INVALID_RESET_TOKEN: [401],
  INVALID_VERIFICATION_TOKEN: [401],
  EMAIL_VERIFICATION_REQUIRED: [409],
  ACCOUNT_HAS_MONEY: [409],
  PAYOUT_UNDER_WAY: [409],
  MAIL_NOT_CONFIGURED: [503],
  REPORTS_NOT_READY: [503],
  EXPIRED_REFRESH_TOKEN: [401],
  TOKEN_REVOKED: [401],
  INVALID_SIGNATURE: [401],
  MFA_REQUIRED: [401],
  INVALID_MFA_TOKEN: [401],
  INVALID_MFA_CODE: [401],
  USER_INACTIVE: [401],
  FORBIDDEN: [403],
  MFA_ENROLMENT_REQUIRED: [403],
  MFA_STEP_UP_REQUIRED: [403],
  NOT_FOUND: [404],
  EMAIL_ALREADY_REGISTERED: [409],
  EMAIL_NOT_VERIFIED: [409],
  EXTERNAL_REFERENCE_TAKEN: [409],
  ACTIVE_OFFER_ALREADY_EXISTS: [409],
  MERCHANT_ALREADY_EXISTS: [409],
  LAST_ACTIVE_ADMIN: [409],
  MFA_NOT_ENROLLED: [409],
  PARTNER_ALREADY_EXISTS: [409],
  AMBIGUOUS_REFERENCE: [409],
  AMENDMENT_CONFLICT: [409],
  DUPLICATE_PURCHASE: [409],
  INSUFFICIENT_BALANCE: [409],
  FEATURE_FLAG_SCOPE_ID_REQUIRED: [422],
  IDEMPOTENCY_IN_PROGRESS: [409],
  IDEMPOTENCY_KEY_REUSED: [409],
  WALLET_FULL: [409],
  WEBHOOK_ENDPOINT_INACTIVE: [409],
  WEBHOOK_ENDPOINT_LIMIT_REACHED: [409],
  PAYOUT_BLOCKED: [409],
  ADJUSTMENT_NOT_AWAITING_APPROVAL: [409],
  PURCHASE_ON_HOLD: [409],
  PURCHASE_NOT_HELD: [409],
  PAYLOAD_TOO_LARGE: [413],
  UNSUPPORTED_MEDIA_TYPE: [415],
  USER_NOT_ELIGIBLE: [422],
  EVENT_TOO_OLD: [422],
  MERCHANT_NOT_ELIGIBLE: [422],
  OFFER_NOT_AVAILABLE: [422],
  MERCHANT_NOT_ACTIVE: [422],
  UNSUPPORTED_CURRENCY: [422],
  INVALID_PURCHASE_STATUS: [422],
  PAYOUT_POLICY_VIOLATION: [422],
  RATE_LIMITED: [429],
  MFA_LOCKED: [429],
  INTERNAL_ERROR: [500],
  OVERLOADED: [503],
  SERVICE_UNAVAILABLE: [503],
};

type OperationObject = {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly in: string;
    readonly name?: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly required: boolean };
};

const platform = await startTestPlatform();
const openApi = await readOpenApi(platform);
const operations = operationsOf(openApi);
const committed = JSON.parse(readFileSync(join(PROJECT_DIRECTORY, 'openapi.json'), 'utf8'));

describe('the API description', () => {
  test('is OpenAPI 3.1, and has more than a few operations', () => {
    assert.match(openApi.openapi, /^3\.1\.\d+$/);
    assert.ok(operations.length >= 28);
  });

  test('requires what an operation needs, and no more', () => {
    const { paths } = committed as { paths: Record<string, Record<string, OperationObject>> };
    const all = Object.values(paths).flatMap((path) => Object.values(path));
    const required = all.flatMap(({ operationId, parameters = [] }) =>
      parameters
        .filter((parameter) => parameter.in === 'query' && parameter.required === true)
        .map(({ name }) => `${operationId} ${name}`),
    );

    assert.deepEqual(required, ['searchEverything q']);
    assert.equal(paths['/api/v1/purchases/{id}/reverse']?.patch?.requestBody?.required, false);
    assert.equal(paths['/api/v1/merchants/{id}']?.patch?.requestBody?.required, true);
    assert.equal(paths['/api/v1/purchases']?.post?.requestBody?.required, true);
  });

  test('shows what the items of a list body are', () => {
    const items = (name: string) => {
      const operation = operations.find((one) => one.name === name);
      const list = operation?.description.requestBody?.content['application/x-ndjson']?.schema;
      return (list as { items: { required: readonly string[] } }).items.required;
    };
    assert.deepEqual(items('POST /users/import'), ['email']);
    assert.ok(items('POST /purchases/batch').includes('external_id'));
  });

  test('is the committed openapi.json, but for the address of the server', () => {
    const { servers: _served, ...served } = openApi;
    const { servers: _written, ...written } = committed;
    assert.deepEqual(served, written);
  });

  test('describes each tag that it uses, and uses each that it describes', () => {
    const used = new Set(operations.flatMap(({ description }) => description.tags ?? []));
    assert.deepEqual([...used].sort(), openApi.tags.map(({ name }) => name).sort());
  });

  test('says in words what each pattern requires, for error messages', () => {
    const silent = nodesOf(committed).filter(
      (node) => typeof node.pattern === 'string' && !node['x-must-be'],
    );
    assert.deepEqual(silent, []);
  });

  test('names every operation by a verb and a noun, and none twice', () => {
    const ids = operations.map(({ name, description }) => [name, description.operationId ?? 'none'] as const);
    for (const [name, id] of ids) assert.match(id, /^[a-z]+([A-Z][a-z]+)+$/, name);
    assert.equal(new Set(ids.map(([, id]) => id)).size, ids.length);
    // None is left of an operation that is gone.
    const served = Object.entries(openApi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(Object.keys(API_NAMES.operations).sort(), served.sort());
  });

  test('has a type beside each enum, and keywords of its own with the prefix x- alone', () => {
    const { paths, components } = committed;
    const untyped = nodesOf({ paths, components }).filter((node) => Array.isArray(node.enum) && !node.type);
    assert.deepEqual(untyped, []);
    const keys = new Set(nodesOf({ paths, components }).flatMap((node) => Object.keys(node)));
    for (const own of ['mustBe', 'moneyIn', 'maxDecimals', 'ranges', 'readAs'])
      assert.ok(!keys.has(own), own);
    assert.ok(keys.has('x-must-be') && keys.has('x-money-in'));
  });

  test('has formats of its own only in what clients send, because serializers do not know them', () => {
    const { schemas } = committed.components;
    const seen = new Set<string>();
    const formats = new Set<unknown>();
    const collect = (part: object) => {
      for (const { format, $ref } of nodesOf(part) as { format?: string; $ref?: string }[]) {
        if (format !== undefined) formats.add(format);
        const name = $ref?.split('/').at(-1) ?? '';
        if (!(name in schemas) || seen.has(name)) continue;
        seen.add(name);
        collect(schemas[name]);
      }
    };
    for (const { description } of operations) collect(description.responses);
    assert.deepEqual([...formats].sort(), ['date', 'date-time', 'email', 'uuid']);
  });

  test('names what bodies are made of, and repeats no body', () => {
    const { schemas, parameters } = committed.components;
    for (const name of ['Offer', 'OfferPage', 'PurchaseDetail', 'Wallet', 'Tokens', 'Id', 'Money'])
      assert.ok(name in schemas, name);
    assert.deepEqual(schemas.OfferPage.properties.data.items, { $ref: '#/components/schemas/Offer' });
    assert.ok('Limit' in parameters && 'Cursor' in parameters);
    // Some 200 kB for 79 operations. More operations may take more, and no operation takes more than before.
    const { paths, webhooks } = committed as Record<string, Record<string, object>>;
    const operations = [paths, webhooks].flatMap((all = {}) =>
      Object.values(all).flatMap(Object.keys),
    ).length;
    assert.ok(JSON.stringify(committed).length / operations < 2_550);
  });

  test('names the objects and enumerations that repeat, for generated types', () => {
    const { schemas, parameters } = committed.components;
    const bodies = Object.values<Record<string, unknown>>(schemas).flatMap(withoutConditions);
    const inBodies = bodies.flatMap((schema) => Object.values(schema).flatMap(nodesOf)).filter(isSchema);
    // Name it in PROPERTY_TYPES of src/api-names.ts.
    const objects = inBodies
      .filter(({ properties }) => Object.keys(properties ?? {}).length > 0)
      .map(({ description: _, ...object }) => JSON.stringify(object));
    const enumerations = [...inBodies, ...nodesOf([committed.paths, parameters])]
      .filter(({ enum: values }) => Array.isArray(values))
      .map(({ enum: values }) => JSON.stringify(values));
    const repeated = [objects, enumerations].flatMap((all) =>
      all.filter((one, index) => all.indexOf(one) !== index),
    );
    assert.deepEqual(repeated, []);
    // Generators number what has one name twice.
    const names = [...Object.keys(schemas), ...Object.keys(parameters)];
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^([A-Z][a-z]+)+$/);
  });

  test('has no alternatives of which generators make types that lack fields', () => {
    const alternatives = nodesOf(committed.components.schemas).filter(
      ({ oneOf, properties }) => oneOf && properties,
    );
    assert.deepEqual(alternatives, []);
  });

  test('has each error response that repeats once', () => {
    const { paths } = committed as { paths: Record<string, Record<string, { responses: object }>> };
    const inline = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap(({ responses }) => Object.entries(responses))
      .filter(([status, response]) => Number(status) >= 400 && !('$ref' in response))
      .map((response) => JSON.stringify(response));
    assert.equal(new Set(inline).size, inline.length);
    assert.ok(inline.length < 30);
  });

  test('has full sentences as descriptions', () => {
    const { paths, components } = committed;
    const descriptions = nodesOf({ paths, components }).map(({ description }) => description);
    const texts = descriptions.filter((text) => typeof text === 'string');
    assert.ok(texts.length > 200);
    assert.deepEqual(
      [...new Set(texts)].filter((text) => !/^[A-Z`].*\.$/s.test(text)),
      [],
    );
  });

  test('gives every code the statuses of the contract, and knows no other code', () => {
    const statuses = new Map<string, Set<number>>();
    for (const { status, code } of operations.flatMap(errorsOf)) {
      statuses.set(code, (statuses.get(code) ?? new Set()).add(status));
    }
    const described = Object.fromEntries([...statuses].map(([code, set]) => [code, [...set].sort()]));
    assert.deepEqual(described, STATUSES);
  });

  test('knows every code that the sources define, with the status that its kind has', () => {
    const sources = globSync('src/**/*.ts', { cwd: PROJECT_DIRECTORY }).map((file) =>
      readFileSync(join(PROJECT_DIRECTORY, file), 'utf8'),
    );
    const definitions = sources.flatMap((text) => [
      ...text.matchAll(/= defineError\b[^=]*?\(\s*'(\w+)',\s*'([A-Z_]+)'/g),
    ]);
    const statuses = new Map<string, number[]>();
    for (const [, kind, code = ''] of definitions) {
      statuses.set(code, [...(statuses.get(code) ?? []), STATUS_OF_KIND[kind as ErrorKind]].sort());
    }
    assert.deepEqual(Object.fromEntries(statuses), { ...STATUSES, ...OUTSIDE_OPERATIONS });
  });
});

/** A schema without the conditions that its fields meet together: no types are made of them. */
function withoutConditions(schema: Record<string, unknown>): Record<string, unknown>[] {
  const conditions = ['if', 'then', 'else', 'allOf', 'dependentSchemas'];
  return [Object.fromEntries(Object.entries(schema).filter(([keyword]) => !conditions.includes(keyword)))];
}

/** Whether a node is a schema, rather than the map of a schema's properties. */
function isSchema(node: Record<string, unknown>): boolean {
  return typeof node.type === 'string' || Array.isArray(node.enum);
}

function nodesOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(nodesOf)];
}

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: {} });
const isEnvelope = ajv.compile({
  type: 'object',
  required: ['error'],
  additionalProperties: false,
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details'],
      additionalProperties: false,
      properties: {
        code: { type: 'string', pattern: '^[A-Z_]+$' },
        message: { type: 'string', minLength: 1 },
        details: { type: 'object' },
      },
    },
  },
});

for (const operation of operations) {
  const { name, description } = operation;

  describe(name, () => {
    test('has a summary, one tag, and says who may call it', () => {
      assert.match(description.summary ?? '', /^[A-Z].+[^.]$/);
      assert.equal(description.tags?.length, 1);
      assert.ok(Array.isArray(description.security));
      for (const scheme of description.security.flatMap(Object.keys)) {
        assert.ok(scheme in openApi.components.securitySchemes);
      }
    });

    test('has one success, or one more if it may be accepted without effect, each described', () => {
      const successes = Object.entries(description.responses).filter(([status]) => status.startsWith('2'));
      const isOneOfTwo = '202' in description.responses && !MAILED.includes(name);
      assert.equal(successes.length, isOneOfTwo ? 2 : 1);
      for (const [status, response] of successes) {
        assert.ok(response.description);
        assert.equal(response.content === undefined, status === '204');
      }
    });

    test('has every error with examples in the envelope', () => {
      const statuses = Object.keys(description.responses);
      const failures = statuses.filter((status) => Number(status) >= 400);
      const takesInput = description.requestBody !== undefined || (description.parameters ?? []).length > 0;
      const expected = [
        ...['500', '503'],
        ...(description.security?.length === 0 ? [] : ['401']),
        ...(takesInput ? ['422'] : []),
        ...(description.requestBody === undefined ? [] : ['413', '415']),
      ];
      for (const status of expected) assert.ok(failures.includes(status), `${status} is not documented`);
      for (const status of failures) {
        const content = description.responses[status]?.content?.['application/json'];
        assert.deepEqual(content?.schema, { $ref: '#/components/schemas/Error' });
        const examples = Object.entries(content.examples ?? {});
        assert.ok(examples.length > 0, `${status} has no example`);
        for (const [code, { value }] of examples) {
          const isSound: boolean = isEnvelope(value);
          assert.ok(isSound, `${status} ${code}: ${ajv.errorsText(isEnvelope.errors)}`);
          assert.equal((value as { error: { code: string } }).error.code, code);
        }
      }
    });

    test('names every parameter of its path', () => {
      const inPath = (description.parameters ?? []).filter((parameter) => parameter.in === 'path');
      const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      assert.deepEqual(
        inPath.map((parameter) => parameter.name),
        named,
      );
    });
  });
}

function errorsOf({ description }: (typeof operations)[number]): { status: number; code: string }[] {
  return Object.entries(description.responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([status, { content }]) =>
      Object.keys(content?.['application/json']?.examples ?? {}).map((code) => ({
        status: Number(status),
        code,
      })),
    );
}
