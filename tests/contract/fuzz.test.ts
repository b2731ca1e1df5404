import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HOSTILE_JSON, HOSTILE_TEXT } from '../support/contract-hostile.ts';
import { type Operation, operationsOf, readOpenApi } from '../support/contract-openapi.ts';
import { type Client, openWorld, type Sample, sampleOf } from '../support/contract-requests.ts';
import { startTestPlatform } from '../support/platform.ts';

/** One place of a request and what is put there: text in a URL, the source text of a value in a body. */
type Fault = {
  readonly part: 'params' | 'query' | 'headers' | 'body';
  readonly field: string;
  readonly value: string;
};

type Request = {
  readonly method: Operation['method'];
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
};

/** Where a parameter of the API description stands in a request. */
const PARTS = { path: 'params', query: 'query', header: 'headers' } as const;

/** Items of lists are documented as anything; these are the fields that they have. */
const ITEM_FIELDS = [
  'email',
  'external_id',
  'purchase_id',
  'action',
  'reason',
  'user_id',
  'merchant_id',
  'amount',
  'currency',
  'purchased_at',
] as const;

const platform = await startTestPlatform();
const operations = operationsOf(await readOpenApi(platform));
const world = await openWorld(platform);
const callers: readonly (Client | undefined)[] = [undefined, world.shopper, world.partner, platform.admin];
const targets = await Promise.all(
  operations.map(async (operation) => ({
    operation,
    sample: await sampleOf(world, operation, platform.admin),
    fields: fieldsOf(operation),
  })),
);
type Target = (typeof targets)[number];
let sent = 0;

describe('a hostile value is accepted or refused, and never breaks anything', () => {
  for (const target of targets) {
    test(`in each field of ${target.operation.name}, one at a time`, async () => {
      for (const { part, field } of target.fields) {
        for (const value of part === 'body' ? HOSTILE_JSON : HOSTILE_TEXT) {
          await assertSound(target, [{ part, field, value }], platform.admin);
        }
      }
    });
  }

  test('in several fields at once, whoever sends them', async () => {
    const request = fc.constantFrom(...targets.filter(({ fields }) => fields.length > 0)).chain((target) => {
      const faults = fc.uniqueArray(
        fc
          .constantFrom(...target.fields)
          .chain(({ part, field }) =>
            fc
              .constantFrom(...(part === 'body' ? HOSTILE_JSON : HOSTILE_TEXT))
              .map((value): Fault => ({ part, field, value })),
          ),
        { minLength: 1, maxLength: 4, selector: ({ part, field }) => `${part}.${field}` },
      );
      return fc.tuple(fc.constant(target), faults, fc.constantFrom(...callers));
    });
    await fc.assert(
      fc.asyncProperty(request, ([target, faults, caller]) => assertSound(target, faults, caller)),
      { numRuns: 1_500 },
    );
  });

  test('as the whole body, in either media type', async () => {
    for (const target of targets.filter(({ operation }) => operation.description.requestBody !== undefined)) {
      for (const value of HOSTILE_JSON) {
        for (const type of ['application/json', 'application/x-ndjson', 'text/plain']) {
          const { method, url } = requestOf(target, []);
          await assertAnswersSoundly({ method, url, payload: value }, platform.admin, type);
        }
      }
    }
  });

  test('was tried a few thousand times', () => {
    assert.ok(sent > 5_000, `only ${sent} requests were sent`);
  });

  test('leaves the platform as well as it was', async () => {
    const { body } = await platform.api('GET', '/users/me', { token: platform.admin.token });
    assert.deepEqual([body.id, body.role, body.active], [platform.admin.id, 'admin', true]);
    assert.equal(({} as { admin?: unknown }).admin, undefined);
    const wallet = await platform.api('GET', '/users/me/wallet', { token: world.shopper.token });
    assert.match(wallet.body.pending_balance, /^\d+\.\d{2}$/);
  });
});

async function assertSound(
  target: Target,
  faults: readonly Fault[],
  caller: Client | undefined,
): Promise<void> {
  await assertAnswersSoundly(requestOf(target, faults), caller, 'application/json');
}

async function assertAnswersSoundly(
  { method, url, headers: own = {}, payload }: Request,
  caller: Client | undefined,
  type: string,
): Promise<void> {
  sent += 1;
  const headers = {
    ...own,
    ...(caller !== undefined && { authorization: `Bearer ${caller.token}` }),
    ...(payload !== undefined && { 'content-type': type }),
  };

  const response = await platform.platform.server.inject({
    method,
    url,
    headers,
    ...(payload !== undefined && { payload }),
  });

  const { statusCode: status, body } = response;
  const told = `${method} ${url.slice(0, 300)} ${(payload ?? '').slice(0, 500)} → ${status} ${body.slice(0, 500)}`;
  assert.ok(status < 500, told);
  assert.ok(response.headers['x-request-id'], told);
  if (status >= 400) {
    const { error } = JSON.parse(body);
    assert.deepEqual(Object.keys(error).sort(), ['code', 'details', 'message'], told);
    assert.match(error.code, /^[A-Z_]+$/, told);
    assert.equal(typeof error.message, 'string', told);
    assert.equal(typeof error.details, 'object', told);
    if (status === 422 && error.code === 'VALIDATION_ERROR')
      assert.ok(error.details.violations.length > 0, told);
    // Nothing of the database or of the code is let out.
    assert.doesNotMatch(body, /SQLSTATE|syntax error at|constraint|relation "|\bat .+\.ts:\d/, told);
  }
}

/** Everywhere a caller may write something: in the path, in the query, in the body or in the items of a list. */
function fieldsOf({ description: { parameters = [], requestBody } }: Operation): Omit<Fault, 'value'>[] {
  const inUrl = parameters.map(({ name, in: place }) => ({
    part: PARTS[place as keyof typeof PARTS],
    field: name,
  }));
  const schema = requestBody?.content['application/json']?.schema;
  const properties = schema?.type === 'array' ? ITEM_FIELDS : Object.keys(schema?.properties ?? {});
  const known = [...inUrl, ...properties.map((field) => ({ part: 'body' as const, field }))];
  if (known.length === 0) return [];
  const unknown = ['__proto__', 'constructor'].map((field) => ({
    part: schema === undefined ? ('query' as const) : ('body' as const),
    field,
  }));
  return [...known, ...unknown];
}

function requestOf({ operation: { method, path }, sample }: Target, faults: readonly Fault[]): Request {
  const of = (part: Fault['part']) => faults.filter((fault) => fault.part === part);
  const params = new Map([...Object.entries(sample.params ?? {}), ...pairsOf(of('params'))]);
  const query = new Map<string, string>([
    ...Object.entries(sample.query ?? {}).map(([name, value]) => [name, encodeURIComponent(value)] as const),
    ...pairsOf(of('query')),
  ]);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params.get(name) ?? '');
  const search = [...query].map(([name, value]) => `${name}=${value}`).join('&');
  const url = `/api/v1${filled}${search === '' ? '' : `?${search}`}`;
  const headers = Object.fromEntries(pairsOf(of('headers')));
  if (sample.body === undefined) return { method, url, headers };
  return { method, url, headers, payload: bodyOf(sample, of('body')) };
}

/** Written by hand, as no serializer writes what is sent here. */
function bodyOf({ body }: Sample, faults: readonly Fault[]): string {
  const [first, ...others] = Array.isArray(body) ? body : [body];
  const values = Object.entries(renewed(first)).map(
    ([name, value]) => [name, JSON.stringify(value)] as const,
  );
  const fields = new Map([...values, ...pairsOf(faults)]);
  const object = `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`;
  if (!Array.isArray(body)) return object;
  return `[${[object, ...others.map((item) => JSON.stringify(item))].join(', ')}]`;
}

/** The sample under a name of its own, so that more is reached than the check for duplicates. */
function renewed(fields: Record<string, unknown>): Record<string, unknown> {
  const fresh = world.unique();
  return {
    ...fields,
    ...('external_id' in fields && { external_id: fresh }),
    ...('name' in fields && { name: fresh }),
  };
}

function pairsOf(faults: readonly Fault[]): (readonly [string, string])[] {
  return faults.map(({ field, value }) => [field, value] as const);
}
