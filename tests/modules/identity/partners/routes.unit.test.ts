import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound, ruleViolation, validationError } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { partnerAlreadyExists } from '../../../../src/modules/identity/partners/errors.ts';
import { partnerRoutes } from '../../../../src/modules/identity/partners/routes.ts';
import type { PartnerService } from '../../../../src/modules/identity/partners/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { aPartner, aPartnerKey, KEY, PARTNER } from '../../../support/partner-builders.ts';
import { MERCHANT, NOW } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const partner = aPartner();
const signing = { current: 'encrypted', previous: null, previousUntil: null };
const signingPartner = aPartner({ signatureRequired: true, signing });
const shown = {
  id: PARTNER,
  name: 'Northwind Affiliates',
  active: true,
  signature_required: false,
  can_sign: false,
  external_id_scope: 'partner',
  merchant_ids: null,
  created_at: '2026-03-14T09:26:53Z',
};
const shownUse = { ...shown, keys: 2, last_used_at: '2026-03-14T09:26:53Z', refused_share: 0.25 };
const use = { partner, keys: 2, lastUsedAt: NOW, refusedShare: 0.25 };
const key = aPartnerKey({ name: 'back office', expiresAt: NOW.add({ hours: 1 }), lastUsedAt: NOW });
const shownKey = {
  id: KEY,
  name: 'back office',
  prefix: 'cnb_1f2e3d4c',
  scopes: ['purchases:write'],
  created_at: '2026-03-14T09:26:53Z',
  expires_at: '2026-03-14T10:26:53Z',
};

const { calls, called, refuse } = fakeCalls();
const service = fake<PartnerService>({
  createPartner: (input, { id }) =>
    called(
      input.signatureRequired
        ? { partner: signingPartner, signingSecret: 'whsec_x' }
        : { partner, signingSecret: null },
      input,
      id,
    ),
  changePartner: (id, changes, actor) => called({ ...partner, ...changes }, id, changes, actor.id),
  setMerchants: (id, merchantIds, actor) => called({ ...partner, merchantIds }, id, merchantIds, actor.id),
  rotateSigningSecret: (id, overlap, actor) => called('whsec_y', id, overlap, actor.id),
  issueKey: (id, input, actor) => called({ key, text: 'cnb_1f2e3d4c_secret' }, id, input, actor.id),
  revokeKey: (id, keyId, actor) => called(undefined, id, keyId, actor.id),
  getPartnerUse: (...call) => called(use, ...call),
  listPartners: (...call) => called({ items: [use], total: 41, nextKey: null }, ...call),
  listKeys: (...call) => called({ items: [key, aPartnerKey()], total: 41, nextKey: null }, ...call),
});
const api = await serveRoutes(partnerRoutes(service));
const token = 'admin';
const partnerNotFound = notFound('partner', PARTNER);
const nameTaken = partnerAlreadyExists({ name: 'Taken', partner_id: PARTNER });

const wrongNames = [
  ['an empty name', '', 'name'],
  ['a name of 256 characters', 'x'.repeat(256), 'name'],
  ['a name of spaces', '   ', 'name'],
  ['space around the name', ' Northwind', 'name'],
  ['a name that is a number', 7, 'name'],
] as const;

describe('access', () => {
  for (const [method, path] of [
    ['POST', '/partners'],
    ['GET', '/partners'],
    ['GET', `/partners/${PARTNER}`],
    ['PATCH', `/partners/${PARTNER}`],
    ['PUT', `/partners/${PARTNER}/merchants`],
    ['PATCH', `/partners/${PARTNER}/status`],
    ['POST', `/partners/${PARTNER}/signing-secret`],
    ['POST', `/partners/${PARTNER}/keys`],
    ['GET', `/partners/${PARTNER}/keys`],
    ['DELETE', `/partners/${PARTNER}/keys/${KEY}`],
  ] as const) {
    testAccess(api, method, path, ['admin']);
  }
});

describe('POST /partners', () => {
  const create = (body: unknown) => api('POST', '/partners', { token, body });

  test('answers 201 without a secret by default', async () => {
    const answer = await create({ name: 'Northwind' });
    assert.equal(answer.status, 201);
    assertEqual(answer.body, { ...shown, signing_secret: null });
    const input = { name: 'Northwind', signatureRequired: false, externalIdScope: 'partner' };
    assertEqual(calls.at(-1), [input, IDS.admin]);
  });

  test('answers 201 with the secret of a partner that must sign, which no cache keeps', async () => {
    const answer = await create({ name: 'Northwind', signature_required: true });
    assertEqual(answer.body, {
      ...shown,
      signature_required: true,
      can_sign: true,
      signing_secret: 'whsec_x',
    });
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  test('hands on where external ids are unique', async () => {
    await create({ name: 'Northwind', external_id_scope: 'merchant' });
    const input = { name: 'Northwind', signatureRequired: false, externalIdScope: 'merchant' };
    assertEqual(calls.at(-1), [input, IDS.admin]);
  });

  testRefusals(() => create({ name: 'Taken' }), refuse, [[409, nameTaken]]);

  for (const [title, name, field] of wrongNames) {
    test(`refuses ${title}`, async () => assertViolations(await create({ name }), [field]));
  }
  for (const [body, fields] of [
    [{}, ['name']],
    [{ name: 'x', signature_required: 'yes' }, ['signature_required']],
    [{ name: 'x', active: true }, ['active']],
    [{ name: 'x', external_id_scope: 'order' }, ['external_id_scope']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await create(body), fields));
  }
});

describe('GET /partners', () => {
  test('reads filter and page from the query, and answers the page', async () => {
    const answer = await api('GET', '/partners?active=false&name=wind&offset=40&limit=1', { token });
    assertEqual(answer.body, { data: [shownUse], pagination: { offset: 40, limit: 1, total: 41 } });
    assertEqual(calls.at(-1), [
      { active: false, name: 'wind' },
      { offset: 40, limit: 1 },
    ]);
  });

  for (const query of ['active=yes', 'limit=101', 'colour=x']) {
    test(`refuses ?${query}`, async () => {
      const [field = ''] = query.split('=');
      assertViolations(await api('GET', `/partners?${query}`, { token }), [field]);
    });
  }
});

describe('GET /partners/{id}', () => {
  const get = (id: string) => api('GET', `/partners/${id}`, { token });

  test('answers the partner without its secret', async () => {
    assertEqual((await get(PARTNER.toUpperCase())).body, shownUse);
    assertEqual(calls.at(-1), [PARTNER]);
  });

  testRefusals(() => get(PARTNER), refuse, [[404, partnerNotFound]]);

  test('refuses an id that is no UUID', async () => assertViolations(await get('me'), ['id']));
});

describe('PATCH /partners/{id}', () => {
  const patch = (body: unknown) => api('PATCH', `/partners/${PARTNER}`, { token, body });

  for (const [body, changes] of [
    [{ name: 'New name' }, { name: 'New name' }],
    [{ signature_required: true }, { signatureRequired: true }],
    [{ external_id_scope: 'merchant' }, { externalIdScope: 'merchant' }],
  ] as const) {
    test(`hands on only what ${JSON.stringify(body)} names`, async () => {
      assertEqual((await patch(body)).body, { ...shown, ...body });
      assertEqual(calls.at(-1), [PARTNER, changes, IDS.admin]);
    });
  }

  testRefusals(() => patch({ name: 'x' }), refuse, [
    [400, ruleViolation({ violations: [{ field: 'signature_required', reason: 'needs a secret' }] })],
    [404, partnerNotFound],
    [409, nameTaken],
  ]);

  for (const [title, name, field] of wrongNames) {
    test(`refuses ${title}`, async () => assertViolations(await patch({ name }), [field]));
  }
  for (const [body, fields] of [
    [{}, ['body']],
    [{ active: true }, ['active']],
    [{ signature_required: null }, ['signature_required']],
    [{ external_id_scope: null }, ['external_id_scope']],
    [{ merchant_ids: null }, ['merchant_ids']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await patch(body), fields));
  }
});

describe('PUT /partners/{id}/merchants', () => {
  const put = (body: unknown) => api('PUT', `/partners/${PARTNER}/merchants`, { token, body });

  for (const [title, sent, merchantIds] of [
    ['merchants, with ids in lower case', [MERCHANT.toUpperCase()], [MERCHANT]],
    ['no merchant', [], []],
    ['all merchants', null, null],
  ] as const) {
    test(`hands on ${title}`, async () => {
      const answer = await put({ merchant_ids: sent });
      assert.equal(answer.status, 200);
      assertEqual(answer.body, { ...shown, merchant_ids: merchantIds });
      assertEqual(calls.at(-1), [PARTNER, merchantIds, IDS.admin]);
    });
  }

  test('takes up to 1,000 merchants', async () => {
    const ids = Array.from({ length: 1_001 }, () => newId());
    assert.equal((await put({ merchant_ids: ids.slice(1) })).status, 200);
    assertViolations(await put({ merchant_ids: ids }), ['merchant_ids']);
  });

  testRefusals(() => put({ merchant_ids: null }), refuse, [
    [404, partnerNotFound],
    [422, validationError({ violations: [{ field: 'merchant_ids.0', reason: 'must be a merchant' }] })],
  ]);

  for (const [body, fields] of [
    [{}, ['merchant_ids']],
    [{ merchant_ids: MERCHANT }, ['merchant_ids']],
    [{ merchant_ids: ['shop'] }, ['merchant_ids.0']],
    [{ merchant_ids: [MERCHANT, MERCHANT] }, ['merchant_ids']],
    [{ merchant_ids: null, name: 'x' }, ['name']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await put(body), fields));
  }
});

describe('PATCH /partners/{id}/status', () => {
  const patch = (body: unknown) => api('PATCH', `/partners/${PARTNER}/status`, { token, body });

  for (const [status, active] of [
    ['active', true],
    ['inactive', false],
  ] as const) {
    test(`answers the new status ${status}`, async () => {
      assertEqual((await patch({ status })).body, { id: PARTNER, status });
      assertEqual(calls.at(-1), [PARTNER, { active }, IDS.admin]);
    });
  }

  testRefusals(() => patch({ status: 'active' }), refuse, [[404, partnerNotFound]]);

  for (const [body, fields] of [
    [{}, ['status']],
    [{ status: 'paused' }, ['status']],
    [{ status: 'active', name: 'x' }, ['name']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await patch(body), fields));
  }
});

describe('POST /partners/{id}/signing-secret', () => {
  const rotate = (body?: unknown) => api('POST', `/partners/${PARTNER}/signing-secret`, { token, body });

  for (const [title, body, overlap_s] of [
    ['without a body', undefined, 0],
    ['without an overlap', {}, 0],
    ['with the longest overlap', { overlap_seconds: 604_800 }, 604_800],
  ] as const) {
    test(`answers 201 with the new secret, which no cache keeps, ${title}`, async () => {
      const answer = await rotate(body);
      assertEqual([answer.status, answer.body], [201, { signing_secret: 'whsec_y' }]);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assertEqual(calls.at(-1), [PARTNER, overlap_s, IDS.admin]);
    });
  }

  testRefusals(rotate, refuse, [[404, partnerNotFound]]);

  for (const [body, fields] of [
    [{ overlap_seconds: -1 }, ['overlap_seconds']],
    [{ overlap_seconds: 604_801 }, ['overlap_seconds']],
    [{ overlap_seconds: 0.5 }, ['overlap_seconds']],
    [{ secret: 'mine' }, ['secret']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await rotate(body), fields));
  }
});

describe('POST /partners/{id}/keys', () => {
  const issue = (body: unknown) => api('POST', `/partners/${PARTNER}/keys`, { token, body });
  const scopes = ['purchases:write'];

  test('answers 201 with the key, which no cache keeps', async () => {
    const expires_at = '2026-03-14T12:26:53+02:00';
    const answer = await issue({ name: 'back office', scopes, expires_at });
    assert.equal(answer.status, 201);
    assertEqual(answer.body, { ...shownKey, key: 'cnb_1f2e3d4c_secret' });
    assert.equal(answer.headers['cache-control'], 'no-store');
    const input = { name: 'back office', scopes, expiresAt: NOW.add({ hours: 1 }) };
    assertEqual(calls.at(-1), [PARTNER, input, IDS.admin]);
  });

  test('hands on a key without a name that never expires by default', async () => {
    await issue({ scopes });
    assertEqual(calls.at(-1), [PARTNER, { name: null, scopes, expiresAt: null }, IDS.admin]);
  });

  testRefusals(() => issue({ scopes }), refuse, [
    [400, ruleViolation({ violations: [{ field: 'expires_at', reason: 'must be in the future' }] })],
    [404, partnerNotFound],
  ]);

  for (const [title, body, field] of [
    ['no scopes', {}, 'scopes'],
    ['an empty list of scopes', { scopes: [] }, 'scopes'],
    ['a scope that does not exist', { scopes: ['purchases:write', 'admin'] }, 'scopes.1'],
    ['a scope twice', { scopes: ['purchases:write', 'purchases:write'] }, 'scopes'],
    ['a time without a zone', { scopes, expires_at: '2027-01-01T00:00:00' }, 'expires_at'],
    ['an expiry that is null', { scopes, expires_at: null }, 'expires_at'],
    ['a key of its own', { scopes, key: 'cnb_mine' }, 'key'],
    ['a name of spaces', { scopes, name: ' ' }, 'name'],
  ] as const) {
    test(`refuses ${title}`, async () => assertViolations(await issue(body), [field]));
  }
});

describe('GET /partners/{id}/keys', () => {
  test('answers the page, without secrets', async () => {
    const answer = await api('GET', `/partners/${PARTNER}/keys?offset=40&limit=2`, { token });
    assertEqual(answer.body, {
      data: [
        { ...shownKey, revoked_at: null, last_used_at: '2026-03-14T09:26:53Z' },
        { ...shownKey, name: null, expires_at: null, revoked_at: null, last_used_at: null },
      ],
      pagination: { offset: 40, limit: 2, total: 41 },
    });
    assertEqual(calls.at(-1), [PARTNER, { offset: 40, limit: 2 }]);
  });

  testRefusals(() => api('GET', `/partners/${PARTNER}/keys`, { token }), refuse, [[404, partnerNotFound]]);

  test('refuses a filter', async () => {
    assertViolations(await api('GET', `/partners/${PARTNER}/keys?active=true`, { token }), ['active']);
  });
});

describe('DELETE /partners/{id}/keys/{key_id}', () => {
  const revoke = (id: string = PARTNER, keyId: string = KEY) =>
    api('DELETE', `/partners/${id}/keys/${keyId}`, { token });

  test('answers 204', async () => {
    const answer = await revoke();
    assertEqual([answer.status, answer.body], [204, '']);
    assertEqual(calls.at(-1), [PARTNER, KEY, IDS.admin]);
  });

  testRefusals(revoke, refuse, [[404, notFound('partner_key', KEY)]]);

  test('refuses ids that are no UUIDs', async () => {
    assertViolations(await revoke('me', 'mine'), ['id', 'key_id']);
  });
});
