import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import type { FlagSetting } from '../../../../src/modules/platform/feature-flags/model.ts';
import { flagRoutes } from '../../../../src/modules/platform/feature-flags/routes.ts';
import type { FlagService } from '../../../../src/modules/platform/feature-flags/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { MERCHANT, NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess } from '../../../support/routes.ts';

const UNKNOWN = 'never_set';
const GLOBAL = { type: 'global', id: null };
const ofUser = { type: 'user', id: SHOPPER };

const setting: FlagSetting = {
  id: newId(),
  key: 'auto',
  scope: { type: 'merchant', id: MERCHANT },
  enabled: false,
  description: 'Until spring.',
  createdAt: NOW,
  updatedAt: NOW.add({ minutes: 1 }),
};
const shown = {
  id: setting.id,
  key: 'auto',
  scope_type: 'merchant',
  scope_id: MERCHANT,
  enabled: false,
  description: 'Until spring.',
  created_at: '2026-03-14T09:26:53Z',
  updated_at: '2026-03-14T09:27:53Z',
};

/** The arguments of each call of the service. */
const calls: unknown[][] = [];
const service = fake<FlagService>({
  setFlag: async (input, { type, id }) => {
    calls.push([input, [type, id]]);
    if (input.key === UNKNOWN) throw notFound('user', SHOPPER);
    return setting;
  },
  getFlag: async (key, scope) => {
    calls.push([key, scope]);
    if (key === UNKNOWN) throw notFound('feature_flag', key);
    return setting;
  },
  removeFlag: async (key, scope, { type, id }) => {
    calls.push([key, scope, [type, id]]);
    if (key === UNKNOWN) throw notFound('feature_flag', key);
  },
  listFlags: async (filter, page) => {
    calls.push([filter, page]);
    return { items: [setting], total: 41, nextKey: null };
  },
  explainFlag: async (key, subject) => {
    calls.push([key, subject]);
    return { enabled: false, decidedBy: 'merchant', known: key !== UNKNOWN };
  },
});
const api = await serveRoutes(flagRoutes(service));
const token = 'admin';
const put = (key: string, body: unknown) => api('PUT', `/feature-flags/${key}`, { token, body });

describe('access', () => {
  testAccess(api, 'PUT', '/feature-flags/auto', ['admin']);
  testAccess(api, 'GET', '/feature-flags/auto', ['admin']);
  testAccess(api, 'DELETE', '/feature-flags/auto', ['admin']);
  testAccess(api, 'GET', '/feature-flags', ['admin']);
  testAccess(api, 'GET', '/feature-flags/auto/evaluate', ['admin']);
});

describe('PUT /feature-flags/{key}', () => {
  test('sets the global scope without a description by default, and answers the setting', async () => {
    const answer = await put('auto', { enabled: false });
    assert.equal(answer.status, 200);
    assertEqual(answer.body, shown);
    const input = { key: 'auto', scope: GLOBAL, enabled: false, description: null };
    assertEqual(calls.at(-1), [input, ['admin', IDS.admin]]);
  });

  test('reads an id in capitals as the same id', async () => {
    const scope = { scope_type: 'user', scope_id: SHOPPER.toUpperCase() };
    await put('auto', { enabled: true, ...scope, description: 'x' });
    const input = { key: 'auto', scope: ofUser, enabled: true, description: 'x' };
    assertEqual(calls.at(-1)?.[0], input);
  });

  test('answers 404 for a user who does not exist', async () => {
    const answer = await put(UNKNOWN, { enabled: true, scope_type: 'user', scope_id: SHOPPER });
    assertRefused(answer, 404, 'NOT_FOUND');
    assertEqual(answer.body.error.details, { resource_type: 'user', resource_id: SHOPPER });
  });

  test('answers 400 to an id in the global scope', async () => {
    const answer = await put('auto', { enabled: true, scope_id: SHOPPER });
    assertRefused(answer, 400, 'VALIDATION_ERROR');
    const reason = 'must be omitted in the global scope';
    assertEqual(answer.body.error.details.violations, [{ field: 'scope_id', reason }]);
  });

  for (const scope_type of ['user', 'merchant']) {
    test(`answers 422 to the scope of a ${scope_type} without an id`, async () => {
      const answer = await put('auto', { enabled: true, scope_type });
      assertRefused(answer, 422, 'FEATURE_FLAG_SCOPE_ID_REQUIRED');
      assertEqual(answer.body.error.details, { scope_type });
    });
  }

  for (const [field, key, body] of [
    ['enabled', 'sound', {}],
    ['enabled', 'sound', { enabled: 'yes' }],
    ['scope_type', 'sound', { enabled: true, scope_type: 'partner' }],
    ['scope_id', 'sound', { enabled: true, scope_type: 'user', scope_id: '7' }],
    ['description', 'sound', { enabled: true, description: '' }],
    ['description', 'sound', { enabled: true, description: 'x'.repeat(501) }],
    ['value', 'sound', { enabled: true, value: 1 }],
    ['key', 'Loud', { enabled: true }],
    ['key', '1st', { enabled: true }],
    ['key', 'a'.repeat(65), { enabled: true }],
  ] as const) {
    test(`refuses ${JSON.stringify(body).slice(0, 60)} for ${key.slice(0, 8)}: ${field}`, async () => {
      assertViolations(await put(key, body), [field]);
    });
  }
});

for (const method of ['GET', 'DELETE'] as const) {
  describe(`${method} /feature-flags/{key}`, () => {
    const send = (path: string) => api(method, `/feature-flags/${path}`, { token });

    test('names the global scope by default, and the requested one otherwise', async () => {
      for (const [query, scope] of [
        ['', GLOBAL],
        ['?scope_type=global', GLOBAL],
        [`?scope_type=user&scope_id=${SHOPPER.toUpperCase()}`, ofUser],
      ] as const) {
        const answer = await send(`auto${query}`);
        const expected = method === 'GET' ? [200, shown] : [204, ''];
        assertEqual([answer.status, answer.body], expected);
        assertEqual(calls.at(-1)?.slice(0, 2), ['auto', scope]);
      }
    });

    test('answers 404 for a scope without a setting', async () => {
      const answer = await send(UNKNOWN);
      assertRefused(answer, 404, 'NOT_FOUND');
      assertEqual(answer.body.error.details, { resource_type: 'feature_flag', resource_id: UNKNOWN });
    });

    test('answers 422 to the scope of a user without an id', async () => {
      assertRefused(await send('auto?scope_type=user'), 422, 'FEATURE_FLAG_SCOPE_ID_REQUIRED');
    });

    for (const [path, field] of [
      ['Loud', 'key'],
      ['auto?scope_type=partner', 'scope_type'],
      ['auto?scope_type=user&scope_id=7', 'scope_id'],
      ['auto?user_id=7', 'user_id'],
    ] as const) {
      test(`refuses ${path}`, async () => assertViolations(await send(path), [field]));
    }
  });
}

test('DELETE /feature-flags/{key} hands on who removes it', async () => {
  await api('DELETE', '/feature-flags/auto', { token });
  assertEqual(calls.at(-1), ['auto', GLOBAL, ['admin', IDS.admin]]);
});

describe('GET /feature-flags', () => {
  test('reads filter and page from the query, and answers the page', async () => {
    const query = `key=auto&scope_type=merchant&scope_id=${MERCHANT}&offset=40&limit=1`;
    const answer = await api('GET', `/feature-flags?${query}`, { token });
    assertEqual(answer.body, { data: [shown], pagination: { offset: 40, limit: 1, total: 41 } });
    const filter = { keys: ['auto'], scopeTypes: ['merchant'], scopeIds: [MERCHANT] };
    assertEqual(calls.at(-1), [filter, { offset: 40, limit: 1 }]);
  });

  for (const query of ['key=Loud', 'scope_type=partner', 'scope_id=7', 'enabled=true', 'limit=0']) {
    test(`refuses ?${query}`, async () => {
      const [field = ''] = query.split('=');
      assertViolations(await api('GET', `/feature-flags?${query}`, { token }), [field]);
    });
  }
});

describe('GET /feature-flags/{key}/evaluate', () => {
  test('answers the decision and the scope that decided', async () => {
    const query = `user_id=${SHOPPER.toUpperCase()}&merchant_id=${MERCHANT}`;
    const answer = await api('GET', `/feature-flags/auto/evaluate?${query}`, { token });
    assertEqual(answer.body, { key: 'auto', enabled: false, decided_by: 'merchant', known: true });
    assertEqual(calls.at(-1), ['auto', { userId: SHOPPER, merchantId: MERCHANT }]);
  });

  for (const [query, subject] of [
    [`scope_type=user&scope_id=${SHOPPER.toUpperCase()}`, { userId: SHOPPER }],
    [
      `scope_type=merchant&scope_id=${MERCHANT}&user_id=${SHOPPER}`,
      { userId: SHOPPER, merchantId: MERCHANT },
    ],
    ['scope_type=global', {}],
  ] as const) {
    test(`takes ${query}`, async () => {
      assert.equal((await api('GET', `/feature-flags/auto/evaluate?${query}`, { token })).status, 200);
      assertEqual(calls.at(-1)?.[1], { userId: undefined, merchantId: undefined, ...subject });
    });
  }

  test('says that the platform does not read a flag', async () => {
    const { body } = await api('GET', `/feature-flags/${UNKNOWN}/evaluate`, { token });
    assert.equal(body.known, false);
  });

  test('refuses a scope without its id, and two names of one subject', async () => {
    const ask = (query: string) => api('GET', `/feature-flags/auto/evaluate?${query}`, { token });
    const unnamed = await ask('scope_type=user');
    assertRefused(unnamed, 422, 'FEATURE_FLAG_SCOPE_ID_REQUIRED');
    assertEqual(unnamed.body.error.details, { scope_type: 'user' });
    const twice = await ask(`scope_type=user&scope_id=${SHOPPER}&user_id=${SHOPPER}`);
    assert.equal(twice.status, 400);
    assertEqual(twice.body.error.details.violations[0].field, 'user_id');
  });

  for (const [path, field] of [
    ['Loud/evaluate', 'key'],
    ['auto/evaluate?user_id=7', 'user_id'],
    ['auto/evaluate?merchant_id=7', 'merchant_id'],
    ['auto/evaluate?scope_type=partner', 'scope_type'],
  ] as const) {
    test(`refuses ${path}`, async () => {
      assertViolations(await api('GET', `/feature-flags/${path}`, { token }), [field]);
    });
  }
});
