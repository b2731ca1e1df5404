import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { API_DESCRIPTION } from '../../src/api-description.ts';
import { type Caller, invalidToken } from '../../src/core/caller.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { DomainError } from '../../src/core/errors.ts';
import type { Routes } from '../../src/core/http/route.ts';
import { createHttpServer } from '../../src/core/http/server.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';
import { PERMISSIONS } from '../../src/modules/identity/users/staff.ts';
import { type Answer, type Api, assertRefused, inject } from './inject.ts';

const PEOPLE = {
  admin: {
    type: 'admin',
    id: '01936f2e-8c1b-7c3a-9d55-0000000000a1',
    permissions: PERMISSIONS,
    sessionId: 'session',
    mustEnrol: false,
    dueProof: null,
    requestId: '',
  },
  user: {
    type: 'user',
    id: '01936f2e-8c1b-7c3a-9d55-0000000000b1',
    permissions: [],
    sessionId: 'session',
    mustEnrol: false,
    dueProof: null,
    requestId: '',
  },
  partner: {
    type: 'partner',
    id: '01936f2e-8c1b-7c3a-9d55-0000000000c1',
    keyId: '01936f2e-8c1b-7c3a-9d55-0000000000c2',
    scopes: ['purchases:read', 'purchases:write', 'purchases:settle', 'webhooks:manage'],
    merchantIds: null,
    externalIdScope: 'partner',
    requestId: '',
    requireSignature: async () => undefined,
  },
} as const satisfies Record<string, Caller>;

/** Who the tokens belong to. */
export const IDS = { admin: PEOPLE.admin.id, user: PEOPLE.user.id, partner: PEOPLE.partner.id };

/**
 * Serves the routes of one module, whose service is replaced: the whole HTTP layer and nothing behind it. The tokens are
 * `admin`, `user` and `partner`. Called at the top of a test file.
 */
export async function serveRoutes(routes: Routes): Promise<Api> {
  const server = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    authenticate: async (token, requestId) => {
      if (token !== 'admin' && token !== 'user' && token !== 'partner') throw invalidToken();
      return { ...PEOPLE[token], requestId };
    },
    trustProxy: false,
    maxConnections: 10,
    publicUrl: 'http://localhost',
    api: API_DESCRIPTION,
    apiDocs: false,
  });
  await server.register(async (api) => routes(api), { prefix: '/api/v1' });
  await server.ready();
  after(() => server.close());
  return (method, path, request = {}) => inject(server, method, path, request);
}

/** Tests that only these callers reach the service. */
export function testAccess(
  api: Api,
  method: Parameters<Api>[0],
  path: string,
  allowed: readonly Caller['type'][],
): void {
  test(`${method} ${path} needs a token`, async () => {
    assertRefused(await api(method, path), 401, 'INVALID_TOKEN');
  });
  for (const token of ['admin', 'user', 'partner'] as const) {
    const isAllowed = allowed.includes(token);
    test(`${method} ${path} ${isAllowed ? 'accepts' : 'refuses'} the role ${token}`, async () => {
      const answer = await api(method, path, { token });
      if (isAllowed) assert.ok(![401, 403].includes(answer.status), String(answer.status));
      else assertRefused(answer, 403, 'FORBIDDEN');
    });
  }
}

/** Tests how a refusal by the service is answered: with this status, its code and its details. */
export function testRefusals(
  ask: () => Promise<Answer>,
  refuse: (error: Error) => void,
  refusals: readonly (readonly [status: number, error: DomainError])[],
): void {
  for (const [status, error] of refusals) {
    test(`answers ${status} for ${error.code}`, async () => {
      refuse(error);
      const answer = await ask();
      assertRefused(answer, status, error.code);
      assert.deepEqual(answer.body.error.details, error.details);
    });
  }
}

/** Asserts a refusal by the schema that names exactly these fields. */
export function assertViolations(answer: Answer, fields: readonly string[]): void {
  assertRefused(answer, 422, 'VALIDATION_ERROR');
  const named = answer.body.error.details.violations.map(({ field }: { field: string }) => field);
  assert.deepEqual([...named].sort(), [...fields].sort());
}

/** Sends requests to routes that are full, at once, and skips the seconds for which the server delays such refusals. */
export async function answersWhileFull(
  { mock }: TestContext,
  requests: readonly (() => Promise<Answer>)[],
): Promise<Answer[]> {
  mock.timers.enable({ apis: ['setTimeout'] });
  let isAnswered = false;
  const answers = Promise.all(requests.map((request) => request())).finally(() => {
    isAnswered = true;
  });
  while (!isAnswered) {
    mock.timers.tick(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  mock.timers.reset();
  return answers;
}
