import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Fault, fieldsOf, type RawRequest, requestOf, type Target } from '../support/contract-faults.ts';
import { HOSTILE_JSON, HOSTILE_TEXT } from '../support/contract-hostile.ts';
import { operationsOf, readOpenApi } from '../support/contract-openapi.ts';
import { type Client, openWorld, sampleOf } from '../support/contract-requests.ts';
import { startTestPlatform } from '../support/platform.ts';

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
let sent = 0;

describe('a hostile value is accepted or refused, and never breaks anything', () => {
  for (const target of targets) {
    test(`in each field of ${target.operation.name}, one at a time`, async () => {
      for (const [index, { part, field }] of target.fields.entries()) {
        for (const value of everyThird(part === 'body' ? HOSTILE_JSON : HOSTILE_TEXT, index)) {
          await assertSound(target, [{ part, field, value }], platform.admin);
        }
      }
    });
  }

  test('in several fields together, from every kind of caller', async () => {
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
    const withBody = targets.filter(({ operation }) => operation.description.requestBody !== undefined);
    for (const [index, target] of withBody.entries()) {
      for (const value of everyThird(HOSTILE_JSON, index)) {
        for (const type of ['application/json', 'application/x-ndjson']) {
          const { method, url } = requestOf(world, target, []);
          await assertAnswersSoundly({ method, url, payload: value }, platform.admin, type);
        }
      }
    }
  });

  test('as a body of a media type that is not taken', async () => {
    for (const target of targets.filter(({ operation }) => operation.description.requestBody !== undefined)) {
      const { method, url } = requestOf(world, target, []);
      await assertAnswersSoundly({ method, url, payload: '{}' }, platform.admin, 'text/plain');
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

/** A third of the values, another third for the next place. `make torture` sends all of them everywhere. */
function everyThird(values: readonly string[], offset: number): readonly string[] {
  return values.filter((_, index) => (index + offset) % 3 === 0);
}

async function assertSound(
  target: Target,
  faults: readonly Fault[],
  caller: Client | undefined,
): Promise<void> {
  await assertAnswersSoundly(requestOf(world, target, faults), caller, 'application/json');
}

async function assertAnswersSoundly(
  { method, url, headers: own = {}, payload }: RawRequest,
  caller: Client | undefined,
  type: string,
): Promise<void> {
  sent += 1;
  // A logout must not end the session of the caller. It takes a refresh token as well.
  const isAnonymous = caller === undefined || url.endsWith('/auth/logout');
  const headers = {
    ...own,
    ...(!isAnonymous && { authorization: `Bearer ${caller.token}` }),
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
