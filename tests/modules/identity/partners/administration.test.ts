import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { issueKey, openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { rowsOf } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform();
const { api, admin, clock } = platform;
const { token } = admin;

const auditOf = (id: string) =>
  rowsOf(
    platform,
    `select actor_type, actor_id, action, resource_type, details from audit_logs
    where resource_id = '${id}' order by id`,
  );

describe('a partner', () => {
  test('is registered by an administrator, without a secret unless it must sign', async () => {
    const body = { name: 'Northwind Affiliates' };

    const answer = await api('POST', '/partners', { token, body });

    const { id } = answer.body;
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.body, {
      id,
      name: 'Northwind Affiliates',
      active: true,
      signature_required: false,
      can_sign: false,
      external_id_scope: 'partner',
      merchant_ids: null,
      created_at: '2026-03-14T09:26:53Z',
      signing_secret: null,
    });
    const { signing_secret: _, ...shown } = answer.body;
    assert.deepEqual((await api('GET', `/partners/${id}`, { token })).body, {
      ...shown,
      keys: 0,
      last_used_at: null,
      refused_share: null,
    });
    assert.deepEqual(await auditOf(id), [
      {
        actor_type: 'admin',
        actor_id: admin.id,
        action: 'partner.created',
        resource_type: 'partner',
        details: { name: 'Northwind Affiliates', signature_required: false, external_id_scope: 'partner' },
      },
    ]);
  });

  test('that must sign gets its secret with it, shown once and kept encrypted', async () => {
    const body = { name: 'Signing Partner', signature_required: true };

    const answer = await api('POST', '/partners', { token, body });

    const { id, signing_secret: secret } = answer.body;
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.body.can_sign, true);
    const shown = await api('GET', `/partners/${id}`, { token });
    assert.equal('signing_secret' in shown.body, false);
    const [row] = await rowsOf(platform, `select signing_secret from partners where id = '${id}'`);
    assert.match(String(row?.signing_secret), /^development\./);
    assert.doesNotMatch(JSON.stringify(await auditOf(id)), /whsec_/);
  });

  test('has a name of its own', async () => {
    const first = await api('POST', '/partners', { token, body: { name: 'Twice' } });
    const other = await openPartner(platform);

    const again = await api('POST', '/partners', { token, body: { name: 'Twice' } });
    const renamed = await api('PATCH', `/partners/${other.id}`, { token, body: { name: 'Twice' } });
    for (const name of ['TWICE', 'Twi\u200bce', '\uff34wice']) {
      const alike = await api('POST', '/partners', { token, body: { name } });
      assert.equal(alike.body.error.code, 'PARTNER_ALREADY_EXISTS', name);
      assert.deepEqual(alike.body.error.details, { name, partner_id: first.body.id });
      const renamedAlike = await api('PATCH', `/partners/${other.id}`, { token, body: { name } });
      assert.equal(renamedAlike.body.error.code, 'PARTNER_ALREADY_EXISTS', name);
    }

    for (const { status, body } of [again, renamed]) {
      assert.equal(status, 409);
      assert.equal(body.error.code, 'PARTNER_ALREADY_EXISTS');
      assert.deepEqual(body.error.details, { name: 'Twice', partner_id: first.body.id });
    }
    const rows = await rowsOf(platform, "select id from partners where name = 'Twice'");
    assert.deepEqual(rows, [{ id: first.body.id }]);
    assert.equal((await auditOf(other.id)).length, 1);
  });

  test('is renamed, deactivated and activated, and each is audited', async () => {
    const { id } = await openPartner(platform);

    const renamed = await api('PATCH', `/partners/${id}`, { token, body: { name: 'New Name' } });
    const stopped = await api('PATCH', `/partners/${id}/status`, { token, body: { status: 'inactive' } });
    const inactive = await api('GET', '/partners?active=false', { token });
    const resumed = await api('PATCH', `/partners/${id}/status`, { token, body: { status: 'active' } });

    assert.equal(renamed.body.name, 'New Name');
    assert.deepEqual(stopped.body, { id, status: 'inactive' });
    assert.deepEqual(
      inactive.body.data.map((partner: { id: string }) => partner.id),
      [id],
    );
    assert.deepEqual(resumed.body, { id, status: 'active' });
    assert.deepEqual(
      (await auditOf(id)).slice(1).map(({ action, details }) => [action, details]),
      [
        ['partner.changed', { name: 'New Name' }],
        ['partner.changed', { active: false }],
        ['partner.changed', { active: true }],
      ],
    );
  });

  test('moves its external ids to its merchants for good, also in the database', async () => {
    const { id } = await openPartner(platform);
    const set = (scope: string) =>
      api('PATCH', `/partners/${id}`, { token, body: { external_id_scope: scope } });

    const moved = await set('merchant');
    const again = await set('merchant');
    const back = await set('partner');

    assert.deepEqual([moved.status, moved.body.external_id_scope], [200, 'merchant']);
    assert.deepEqual([again.status, again.body.external_id_scope], [200, 'merchant']);
    assert.equal(back.status, 400);
    assert.equal(back.body.error.code, 'VALIDATION_ERROR');
    assert.equal(back.body.error.details.violations[0].field, 'external_id_scope');
    const sql = `update partners set external_id_scope = 'partner' where id = '${id}'`;
    await assert.rejects(rowsOf(platform, sql), /update is refused on table partners/);
    assert.deepEqual((await auditOf(id)).at(1)?.details, { external_id_scope: 'merchant' });
  });

  test('must not sign before it can, and cannot be made to in the database either', async () => {
    const { id } = await openPartner(platform);
    const body = { signature_required: true };

    const early = await api('PATCH', `/partners/${id}`, { token, body });
    assert.equal(early.status, 400);
    assert.equal(early.body.error.code, 'VALIDATION_ERROR');
    assert.equal(early.body.error.details.violations[0].field, 'signature_required');
    await assert.rejects(
      rowsOf(platform, `update partners set signature_required = true where id = '${id}'`),
      /partners_can_sign_what_they_must/,
    );

    await api('POST', `/partners/${id}/signing-secret`, { token });
    const later = await api('PATCH', `/partners/${id}`, { token, body });
    assert.equal(later.status, 200);
    assert.deepEqual([later.body.signature_required, later.body.can_sign], [true, true]);
  });
});

describe('an API key', () => {
  test('is shown once, when it is issued, and never again', async () => {
    const { id } = await openPartner(platform);
    const body = {
      name: 'back office',
      scopes: ['purchases:settle'],
      expires_at: '2026-04-01T00:00:00+02:00',
    };

    const answer = await api('POST', `/partners/${id}/keys`, { token, body });

    assert.equal(answer.status, 201);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const { key, ...kept } = answer.body;
    assert.match(key, /^cnb_[0-9a-f]{8}_[\w-]{43}_[0-9a-f]{8}$/);
    assert.ok(key.startsWith(`${kept.prefix}_`));
    assert.deepEqual(kept, {
      id: kept.id,
      name: 'back office',
      prefix: kept.prefix,
      scopes: ['purchases:settle'],
      created_at: '2026-03-14T09:26:53Z',
      expires_at: '2026-03-31T22:00:00Z',
    });
    const list = await api('GET', `/partners/${id}/keys?limit=1`, { token });
    assert.deepEqual(list.body.data, [{ ...kept, revoked_at: null, last_used_at: null }]);
    assert.equal(list.body.pagination.total, 2);
    assert.doesNotMatch(JSON.stringify(list.body), new RegExp(key));
    assert.deepEqual(
      (await auditOf(kept.id)).map(({ action, details }) => [action, details]),
      [
        [
          'partner_key.issued',
          {
            partner_id: id,
            prefix: kept.prefix,
            scopes: 'purchases:settle',
            expires_at: '2026-03-31T22:00:00Z',
          },
        ],
      ],
    );
  });

  test('is revoked once, however often it is asked for', async () => {
    const { id, keyId } = await openPartner(platform);
    const revoke = () => api('DELETE', `/partners/${id}/keys/${keyId}`, { token });

    const answers = await Promise.all([revoke(), revoke()]);
    const revokedAt = '2026-03-14T09:26:53Z';
    clock.advance({ minutes: 1 });
    answers.push(await revoke());

    assert.deepEqual(
      answers.map(({ status }) => status),
      [204, 204, 204],
    );
    const list = await api('GET', `/partners/${id}/keys`, { token });
    assert.equal(list.body.data[0].revoked_at, revokedAt);
    const actions = (await auditOf(keyId)).map(({ action }) => action);
    assert.deepEqual(actions, ['partner_key.issued', 'partner_key.revoked']);
  });

  test('is not found at another partner', async () => {
    const [mine, other] = [await openPartner(platform), await openPartner(platform)];

    const answer = await api('DELETE', `/partners/${other.id}/keys/${mine.keyId}`, { token });

    assert.equal(answer.status, 404);
    assert.deepEqual(answer.body.error.details, { resource_type: 'partner_key', resource_id: mine.keyId });
    const [row] = await rowsOf(platform, `select revoked_at from partner_keys where id = '${mine.keyId}'`);
    assert.equal(row?.revoked_at, null);
  });

  test('of a partner that does not exist is neither issued, listed nor revoked', async () => {
    const path = `/partners/${newId()}/keys`;
    const body = { scopes: ['purchases:write'] };

    const answers = [
      await api('POST', path, { token, body }),
      await api('GET', path, { token }),
      await api('DELETE', `${path}/${newId()}`, { token }),
    ];

    for (const answer of answers) assert.equal(answer.body.error.details.resource_type, 'partner');
  });

  test('is one of many: each partner has as many as it needs', async () => {
    const { id } = await openPartner(platform);
    const keys = await Promise.all([1, 2, 3].map(() => issueKey(platform, id)));
    assert.equal(new Set(keys.map(({ key }) => key)).size, 3);
  });
});
