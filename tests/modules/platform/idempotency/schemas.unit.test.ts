import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Routes } from '../../../../src/core/http/route.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import { RepeatedRefusal } from '../../../../src/modules/platform/idempotency/model.ts';
import {
  IdempotencyHeaders,
  idempotentRequest,
  responseBody,
} from '../../../../src/modules/platform/idempotency/schemas.ts';
import { assertEqual } from '../../../support/equality.ts';
import { assertRefused } from '../../../support/inject.ts';
import { assertViolations, IDS, serveRoutes } from '../../../support/routes.ts';

/** A route that shows the request it would repeat, and repeats what the query says. */
const routes: Routes = (server) => {
  server.post(
    '/things',
    { schema: { headers: IdempotencyHeaders }, config: { access: ['user'] } },
    async (request, reply) => {
      const repeatable = idempotentRequest(request, 'thing.make', { size: '1' });
      const { outcome } = request.headers;
      if (outcome === 'refused') {
        return responseBody(
          reply,
          failure(new RepeatedRefusal('conflict', 'NOT_FOUND', 'It was refused.', {})),
        );
      }
      return responseBody(reply, success({ answer: { repeatable }, replayed: outcome === 'replayed' }));
    },
  );
};
const api = await serveRoutes(routes);
const post = (headers: Record<string, string>) => api('POST', '/things', { token: 'user', headers });

describe('an idempotency key', () => {
  for (const [title, key] of [
    ['one character', 'x'],
    ['255 characters', '~'.repeat(255)],
    ['quotes, commas and braces', '{"a",\\\'b\'}'],
  ] as const) {
    test(`may be ${title}`, async () => {
      const { status, body } = await post({ 'idempotency-key': key });
      assert.equal(status, 200, JSON.stringify(body));
      const request = { callerId: IDS.user, key, operation: 'thing.make', content: { size: '1' } };
      assertEqual(body, { repeatable: request });
    });
  }

  for (const [title, key] of [
    ['empty', ''],
    ['256 characters', 'x'.repeat(256)],
    ['letters beyond ASCII', 'schlüssel'],
    ['a tab', 'a\tb'],
  ] as const) {
    test(`may not be ${title}`, async () => {
      assertViolations(await post({ 'idempotency-key': key }), ['Idempotency-Key']);
    });
  }

  test('may be left out: the request is then not repeatable', async () => {
    assertEqual((await post({})).body, {});
  });
});

describe('a response', () => {
  test('says when it repeats an earlier one, also when that was a refusal', async () => {
    const repeated = await post({ outcome: 'replayed' });
    assertEqual([repeated.status, repeated.headers['idempotency-replayed']], [200, 'true']);
    const refused = await post({ outcome: 'refused' });
    assertRefused(refused, 409, 'NOT_FOUND');
    assert.equal(refused.headers['idempotency-replayed'], 'true');
  });

  test('that is the first one says nothing', async () => {
    assert.equal((await post({})).headers['idempotency-replayed'], undefined);
  });
});
