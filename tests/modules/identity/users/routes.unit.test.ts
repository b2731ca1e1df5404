import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failure, success } from '../../../../src/core/outcome.ts';
import {
  emailAlreadyRegistered,
  emailNotVerified,
  externalReferenceTaken,
  passwordNotComplexEnough,
} from '../../../../src/modules/identity/users/errors.ts';
import { userRoutes } from '../../../../src/modules/identity/users/routes.ts';
import type { UserService } from '../../../../src/modules/identity/users/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeLimits } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { aUser, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess } from '../../../support/routes.ts';

const CLAIMED = 'claimed@example.com';
const TAKEN = 'taken@example.com';
const WEAK = 'weak';
const user = aUser();
const shown = {
  id: SHOPPER,
  email: 'shopper@example.com',
  email_verified: false,
  locale: 'en',
  display_name: null,
  external_reference: null,
  active: true,
  role: 'user',
  staff_roles: [],
  created_at: '2026-03-14T09:26:53Z',
};

/** The arguments of each call of the service. */
const calls: unknown[][] = [];
const service = fake<UserService>({
  register: async (input, ...call) => {
    calls.push([input, ...call]);
    if (input.email === TAKEN) throw emailAlreadyRegistered({ email: TAKEN });
    if (input.password === WEAK)
      throw passwordNotComplexEnough({ violations: [{ field: 'password', reason: 'must have a digit' }] });
    return user;
  },
  getUser: async (id) => {
    calls.push([id]);
    return user;
  },
  changeProfile: async (id, change) => {
    calls.push([id, change]);
    return aUser({ emailVerifiedAt: user.createdAt, locale: 'de', displayName: 'Alice' });
  },
  listUsers: async (...call) => {
    calls.push(call);
    return { items: [user], total: 41, nextKey: SHOPPER };
  },
  setExternalReference: async (id, reference, { type }) => {
    calls.push([id, reference, type]);
    if (reference === 'taken')
      throw externalReferenceTaken({ external_reference: 'taken', user_id: SHOPPER });
    return aUser({ externalReference: reference });
  },
  importUsers: async (customers, { type, id }) => {
    calls.push([customers, [type, id]]);
    return customers.map(({ email }) =>
      email === TAKEN
        ? failure(emailAlreadyRegistered({ email, user_id: SHOPPER }))
        : email === CLAIMED
          ? failure(emailNotVerified({ email }))
          : success(aUser({ email })),
    );
  },
});
const { limitRate, counted } = fakeLimits();
const api = await serveRoutes(userRoutes(service, { limitRate, registrationsPerMinute: 3 }));
const token = 'admin';

describe('access', () => {
  testAccess(api, 'GET', '/users/me', ['user', 'admin']);
  testAccess(api, 'PATCH', '/users/me', ['user', 'admin']);
  testAccess(api, 'GET', '/users', ['admin']);
  testAccess(api, 'POST', '/users/import', ['admin']);
  testAccess(api, 'PATCH', `/users/${SHOPPER}`, ['admin']);
  testAccess(api, 'PUT', `/users/${SHOPPER}/staff-roles`, ['admin']);
});

describe('POST /users', () => {
  const sound = { email: 'alice@example.com', password: 'Str0ng!Pass' };
  const register = (body: unknown) => api('POST', '/users', { body });

  test('needs no token, and answers 201 with the account', async () => {
    const answer = await register(sound);
    assert.equal(answer.status, 201);
    assertEqual(answer.body, shown);
    assertEqual(calls.at(-1), [sound, answer.headers['x-request-id'], '127.0.0.1']);
  });

  test('answers 409 for a taken address', async () => {
    const answer = await register({ ...sound, email: TAKEN });
    assertRefused(answer, 409, 'EMAIL_ALREADY_REGISTERED');
    assertEqual(answer.body.error.details, { email: TAKEN });
  });

  test('answers 400 for a weak password, with each reason', async () => {
    const answer = await register({ ...sound, password: WEAK });
    assertRefused(answer, 400, 'PASSWORD_NOT_COMPLEX_ENOUGH');
    assertEqual(answer.body.error.details.violations, [{ field: 'password', reason: 'must have a digit' }]);
  });

  test('counts against the limits of the network address and of the account, in one spelling', async () => {
    counted.length = 0;
    await register({ ...sound, email: ' Alice@Example.com ' });
    assertEqual(counted, [
      ['registration by address', 3, '127.0.0.1'],
      ['registration by account', 3, 'alice@example.com'],
    ]);
  });

  test('does not count when it is malformed', async () => {
    counted.length = 0;
    await register({ ...sound, email: 'no address' });
    assertEqual(counted, []);
  });

  for (const extra of [
    { role: 'admin' },
    { role: 'user' },
    { active: true },
    { id: 'x' },
    { password_hash: 'x' },
  ]) {
    const [field = ''] = Object.keys(extra);
    test(`refuses ${JSON.stringify(extra)}`, async () => {
      const answer = await register({ ...sound, ...extra });
      assertViolations(answer, [field]);
      assertEqual(answer.body.error.details.violations, [{ field, reason: 'is not known here' }]);
    });
  }

  for (const [title, body, fields] of [
    ['every violation at once', { email: 'nobody', extra: 1 }, ['email', 'extra', 'password']],
    ['an address without a domain', { ...sound, email: 'alice@' }, ['email']],
    ['an address of 255 characters', { ...sound, email: `${'a'.repeat(243)}@example.com` }, ['email']],
    ['a password that is no text', { ...sound, password: 12_345_678 }, ['password']],
    ['a password of 1025 characters', { ...sound, password: 'x'.repeat(1_025) }, ['password']],
    ['a list', [], ['body']],
  ] as const) {
    test(`refuses ${title}`, async () => assertViolations(await register(body), fields));
  }
});

test('GET /users/me answers the account of the caller', async () => {
  const answer = await api('GET', '/users/me', { token: 'user' });
  assertEqual(answer.body, { ...shown, permissions: [] });
  assertEqual(calls.at(-1), [IDS.user]);
});

describe('PATCH /users/me', () => {
  const change = (body: unknown) => api('PATCH', '/users/me', { token: 'user', body });

  test('passes what is given, and answers the account', async () => {
    const answer = await change({ locale: 'de', display_name: 'Alice' });
    const changed = { email_verified: true, locale: 'de', display_name: 'Alice' };
    assertEqual(answer.body, { ...shown, ...changed, permissions: [] });
    assertEqual(calls.at(-1), [IDS.user, { locale: 'de', displayName: 'Alice' }]);
  });

  test('removes the name by null', async () => {
    await change({ display_name: null });
    assertEqual(calls.at(-1), [IDS.user, { locale: undefined, displayName: null }]);
  });

  for (const [title, body, field] of [
    ['no change', {}, 'body'],
    ['an unknown language', { locale: 'fr' }, 'locale'],
    ['a name of two lines', { display_name: 'Alice\nBcc: all@example.com' }, 'display_name'],
    ['a name of white space', { display_name: ' ' }, 'display_name'],
    ['a name of 101 characters', { display_name: 'a'.repeat(101) }, 'display_name'],
    ['another address', { email: 'other@example.com' }, 'email'],
  ] as const) {
    test(`refuses ${title}`, async () => assertViolations(await change(body), [field]));
  }
});

describe('GET /users', () => {
  test('reads filter and page from the query, and answers the page', async () => {
    const query = new URLSearchParams({
      email: 'SHOPPER@',
      external_reference: 'customer-1',
      role: 'user',
      status: 'inactive',
      from: '2026-03-14T09:00:00Z',
      to: '2026-03-14T11:00:00+01:00',
      limit: '1',
      offset: '2',
    });
    const answer = await api('GET', `/users?${query}`, { token });
    assertEqual(answer.body, {
      data: [shown],
      pagination: {
        offset: 2,
        limit: 1,
        total: 41,
        next_cursor: Buffer.from(SHOPPER).toString('base64url'),
      },
    });
    const [from, to] = ['2026-03-14T09:00:00.000000Z', '2026-03-14T10:00:00.000000Z'];
    const externalReference = 'customer-1';
    const filter = { email: 'shopper@', externalReference, roles: ['user'], active: false, from, to };
    assertEqual(calls.at(-1), [filter, { offset: 2, limit: 1 }]);
  });

  test('has no filter by default, and continues after a cursor', async () => {
    const some = { email: undefined, externalReference: undefined, roles: undefined, active: undefined };
    const none = { ...some, from: undefined, to: undefined };
    await api('GET', `/users?cursor=${Buffer.from(SHOPPER).toString('base64url')}`, { token });
    assertEqual(calls.at(-1), [none, { offset: 0, limit: 20, after: SHOPPER }]);
  });

  for (const query of [
    'email=ab',
    'email=a%20b%20c',
    'email=%00%00%00',
    'email=%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80',
    'role=owner',
    'status=true',
    'from=yesterday',
    'to=2026-03-14',
    'cursor=bm9uc2Vuc2U',
    'limit=101',
    'name=x',
  ]) {
    test(`refuses ?${query}`, async () => {
      const [field = ''] = query.split('=');
      assertViolations(await api('GET', `/users?${query}`, { token }), [field]);
    });
  }

  test('refuses a range that ends before it begins', async () => {
    const range = 'from=2026-03-14T09:00:01Z&to=2026-03-14T09:00:00Z';
    assertViolations(await api('GET', `/users?${range}`, { token }), ['to']);
  });
});

describe('PATCH /users/{id}', () => {
  const change = (body: unknown) => api('PATCH', `/users/${SHOPPER}`, { token, body });

  test('sets the external reference in its one spelling, and removes it', async () => {
    for (const [sent, stored] of [
      ['customer-1', 'customer-1'],
      ['ｃ１', 'c1'],
      [null, null],
    ]) {
      const answer = await change({ external_reference: sent });
      assert.equal(answer.status, 200);
      assertEqual(answer.body, { ...shown, external_reference: stored });
      assertEqual(calls.at(-1), [SHOPPER, stored, 'admin']);
    }
  });

  test('answers 409 for a reference of another user', async () => {
    assertRefused(await change({ external_reference: 'taken' }), 409, 'EXTERNAL_REFERENCE_TAKEN');
  });

  for (const text of ['', ' c-1', 'c-1 ', 'c\n1', 'c\u200b1', 'c\u0007', 'x'.repeat(256), 'ﷺ'.repeat(20)])
    test(`refuses ${JSON.stringify(text.slice(0, 10))} of ${text.length} characters`, async () => {
      assertViolations(await change({ external_reference: text }), ['external_reference']);
    });

  test('takes 255 characters, and spaces within', async () => {
    for (const text of ['x'.repeat(255), 'customer 1', 'k'])
      assert.equal((await change({ external_reference: text })).status, 200, text);
  });
});

describe('POST /users/import', () => {
  const importUsers = (body: unknown, headers = {}) => api('POST', '/users/import', { token, body, headers });

  test('answers each item in its place, and hands on only the readable ones', async () => {
    const { status, body } = await importUsers([
      { email: ' First@Example.com ', external_reference: 'c-1' },
      { email: TAKEN },
      { email: CLAIMED, take_over: true },
      { email: 'no address' },
      { email: 'extra@example.com', role: 'admin' },
      'text',
      null,
      {},
    ]);

    assert.equal(status, 200);
    assertEqual(body.summary, { total: 8, accepted: 1, duplicates: 2, refused: 5 });
    assertEqual(
      body.results.map(({ email, status: of, id, error }: Record<string, { code?: string }>) => [
        email,
        of,
        id,
        error?.code,
      ]),
      [
        [' First@Example.com ', 201, SHOPPER, undefined],
        [TAKEN, 409, SHOPPER, 'EMAIL_ALREADY_REGISTERED'],
        [CLAIMED, 409, undefined, 'EMAIL_NOT_VERIFIED'],
        ['no address', 422, undefined, 'VALIDATION_ERROR'],
        ['extra@example.com', 422, undefined, 'VALIDATION_ERROR'],
        [null, 422, undefined, 'VALIDATION_ERROR'],
        [null, 422, undefined, 'VALIDATION_ERROR'],
        [null, 422, undefined, 'VALIDATION_ERROR'],
      ],
    );
    const readable = [
      { email: ' First@Example.com ', takeOver: undefined, externalReference: 'c-1' },
      { email: TAKEN, takeOver: undefined, externalReference: undefined },
      { email: CLAIMED, takeOver: true, externalReference: undefined },
    ];
    assertEqual(calls.at(-1), [readable, ['admin', IDS.admin]]);
  });

  test('takes NDJSON, in which a broken line spoils no other', async () => {
    const lines =
      '{"email":"line-1@example.com"}\r\n{"email":\n\n{"email":"a\\u0000@example.com"}\n{"email":"line-4@example.com"}';
    const { body } = await importUsers(lines, { 'content-type': 'application/x-ndjson' });
    assertEqual(body.summary, { total: 4, accepted: 2, duplicates: 0, refused: 2 });
    assertEqual(
      body.results.map(({ status }: { status: number }) => status),
      [201, 422, 422, 201],
    );
  });

  for (const [name, body] of [
    ['an empty list', []],
    ['no list', { email: 'a@example.com' }],
    ['more than five thousand', Array(5_001).fill({})],
  ] as const) {
    test(`refuses ${name} as a whole`, async () => {
      assertRefused(await importUsers(body), 422, 'VALIDATION_ERROR');
    });
  }

  test('takes five thousand', async () => {
    const body = Array.from({ length: 5_000 }, (_, index) => ({ email: `bulk-${index}@example.com` }));
    assert.equal((await importUsers(body)).body.summary.accepted, 5_000);
  });
});
