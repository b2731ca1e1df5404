import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { encryption } from '../../../../src/core/secrets/encryption.ts';
import { readKey } from '../../../../src/modules/identity/partners/keys.ts';
import type { KeyOfPartner, Partner, PartnerKey } from '../../../../src/modules/identity/partners/model.ts';
import type { PartnerRepository } from '../../../../src/modules/identity/partners/repository.ts';
import { partnerService } from '../../../../src/modules/identity/partners/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { constraintViolation, fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { aPartner, aPartnerKey, KEY, PARTNER } from '../../../support/partner-builders.ts';
import { adminActor, MERCHANT, NOW, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(newId());
const secrets = encryption([{ id: 'key', key: Buffer.alloc(32) }]);
const opened = (secret: string | null | undefined, id = PARTNER) =>
  secret && secrets.decrypt(secret, `partner ${id}`);
const partnerNotFound = { resource_type: 'partner', resource_id: PARTNER };

function partners(replaced: Partial<PartnerRepository>) {
  const { kernel, ...seen } = fakeKernel();
  const updated: Partner[] = [];
  const service = partnerService({
    ...kernel,
    keys: kernel.openCache({ table: 'partner_keys', load: async () => new Map<string, KeyOfPartner>() }),
    encryption: secrets,
    findMerchants: async (_db, ids) => new Map(ids.filter((id) => id === MERCHANT).map((id) => [id, {}])),
    findRefusedShares: async (ids) => new Map(ids.filter((id) => id === PARTNER).map((id) => [id, 0.25])),
    repository: fake<PartnerRepository>({
      update: async (_trx, partner) => void updated.push(partner),
      ...replaced,
    }),
  });
  const told = () =>
    seen.events.map(({ type, resourceId, actor, details }) => [type, resourceId, actor, details]);
  return { service, updated, told, ...seen };
}

describe('creating a partner', () => {
  for (const signatureRequired of [false, true]) {
    const title = signatureRequired ? 'that must sign returns its secret once' : 'needs no secret by default';
    test(`${title}, and stores no secret in clear`, async () => {
      const stored: Partner[] = [];
      const { service, told, events, clock } = partners({
        insert: async (_trx, partner) => stored.push(partner) > 0,
      });
      const input = { name: 'Northwind', signatureRequired, externalIdScope: 'merchant' } as const;

      const { partner, signingSecret } = await service.createPartner(input, ADMIN);

      const { id, signing, ...rest } = partner;
      assertEqual(rest, { ...input, active: true, merchantIds: null, createdAt: clock() });
      assertEqual(stored, [partner]);
      assert.equal(opened(signing.current, id), signingSecret);
      if (signatureRequired) assert.match(String(signingSecret), /^whsec_[A-Za-z0-9+/]{43}=$/);
      else assert.equal(signingSecret, null);
      assertEqual(told(), [
        [
          'partner.created',
          id,
          ADMIN,
          { name: 'Northwind', signature_required: signatureRequired, external_id_scope: 'merchant' },
        ],
      ]);
      assert.doesNotMatch(JSON.stringify([stored, events]), /whsec_/);
    });
  }

  test('refuses a name that is taken, and names its holder', async () => {
    const { service, told } = partners({ insert: async () => false, findByName: async () => aPartner() });
    await rejectsWith(
      service.createPartner(
        { name: 'Northwind', signatureRequired: false, externalIdScope: 'partner' },
        ADMIN,
      ),
      'PARTNER_ALREADY_EXISTS',
      { name: 'Northwind', partner_id: PARTNER },
    );
    assertEqual(told(), []);
  });
});

describe('changing a partner', () => {
  for (const [changes, details] of [
    [{ name: 'New name' }, { name: 'New name' }],
    [{ active: false }, { active: false }],
    [{ externalIdScope: 'merchant' }, { external_id_scope: 'merchant' }],
    [
      { signatureRequired: false, name: 'Both' },
      { signature_required: false, name: 'Both' },
    ],
  ] as const) {
    test(`keeps what is not named in ${JSON.stringify(changes)}, and forgets all keys`, async () => {
      const { service, updated, told, forgotten } = partners({ lock: async () => aPartner() });
      const changed = await service.changePartner(PARTNER, changes, ADMIN);
      assertEqual(changed, { ...aPartner(), ...changes });
      assertEqual(updated, [changed]);
      assertEqual(told(), [['partner.changed', PARTNER, ADMIN, details]]);
      assertEqual(forgotten, ['all']);
    });
  }

  test('refuses to require signatures of a partner without a secret', async () => {
    const { service, updated, told } = partners({ lock: async () => aPartner() });
    await rejectsWith(service.changePartner(PARTNER, { signatureRequired: true }, ADMIN), 'VALIDATION_ERROR');
    assertEqual([updated, told()], [[], []]);
  });

  test('refuses to make ids that are unique at each merchant unique for the partner', async () => {
    const { service, updated, told } = partners({
      lock: async () => aPartner({ externalIdScope: 'merchant' }),
    });
    await rejectsWith(
      service.changePartner(PARTNER, { externalIdScope: 'partner' }, ADMIN),
      'VALIDATION_ERROR',
    );
    assertEqual([updated, told()], [[], []]);
  });

  test('refuses a partner that does not exist', async () => {
    const { service } = partners({ lock: async () => undefined });
    await rejectsWith(service.changePartner(PARTNER, { active: false }, ADMIN), 'NOT_FOUND', partnerNotFound);
  });

  test('refuses a name that is taken, and names its holder', async () => {
    const holder = aPartner({ id: newId(), name: 'Taken' });
    const { service, told } = partners({
      lock: async () => aPartner(),
      update: () => Promise.reject(constraintViolation('partners_name_folded_key')),
      findByName: async (_db, name) => (name === 'Taken' ? holder : undefined),
    });
    await rejectsWith(service.changePartner(PARTNER, { name: 'Taken' }, ADMIN), 'PARTNER_ALREADY_EXISTS', {
      name: 'Taken',
      partner_id: holder.id,
    });
    assertEqual(told(), []);
  });

  test('hands any other error on', async () => {
    const broken = constraintViolation('partners_can_sign_what_they_must');
    const { service } = partners({ lock: async () => aPartner(), update: () => Promise.reject(broken) });
    await assert.rejects(service.changePartner(PARTNER, { name: 'x' }, ADMIN), broken);
  });
});

describe('setting the merchants of a partner', () => {
  for (const [title, merchantIds, recorded] of [
    ['limits it to them', [MERCHANT], MERCHANT],
    ['limits it to no merchant', [], ''],
    ['lifts the limit', null, null],
  ] as const) {
    test(`${title}, and forgets all keys`, async () => {
      const { service, updated, told, forgotten } = partners({
        lock: async () => aPartner({ merchantIds: [STRANGER], externalIdScope: 'merchant' }),
      });
      const changed = await service.setMerchants(PARTNER, merchantIds, ADMIN);
      assertEqual(changed, aPartner({ merchantIds, externalIdScope: 'merchant' }));
      assertEqual(updated, [changed]);
      assertEqual(told(), [['partner.merchants_changed', PARTNER, ADMIN, { merchant_ids: recorded }]]);
      assertEqual(forgotten, ['all']);
    });
  }

  test('refuses merchants that do not exist, and names each', async () => {
    const { service, updated, told } = partners({ lock: async () => aPartner() });
    const reason = 'must be the id of a merchant';
    await rejectsWith(
      service.setMerchants(PARTNER, [STRANGER, MERCHANT, PARTNER], ADMIN),
      'VALIDATION_ERROR',
      {
        violations: [
          { field: 'merchant_ids.0', reason },
          { field: 'merchant_ids.2', reason },
        ],
      },
    );
    assertEqual([updated, told()], [[], []]);
  });

  test('refuses a partner that does not exist', async () => {
    const { service } = partners({ lock: async () => undefined });
    await rejectsWith(service.setMerchants(PARTNER, null, ADMIN), 'NOT_FOUND', partnerNotFound);
  });
});

describe('rotating the signing secret', () => {
  test('returns the new one in clear once, and keeps the previous one for the overlap', async () => {
    const signing = { current: 'before', previous: null, previousUntil: null };
    const { service, updated, told, forgotten, clock } = partners({
      lock: async () => aPartner({ signing }),
    });

    const secret = await service.rotateSigningSecret(PARTNER, 60, ADMIN);

    const [{ signing: rotated, ...rest } = aPartner()] = updated;
    assert.equal(opened(rotated.current), secret);
    assertEqual([rotated.previous, rotated.previousUntil], ['before', clock().add({ seconds: 60 })]);
    const { signing: _, ...kept } = aPartner();
    assertEqual(rest, kept);
    assertEqual(told(), [['partner.signing_secret_rotated', PARTNER, ADMIN, { overlap_seconds: 60 }]]);
    assertEqual(forgotten, ['all']);
  });

  test('refuses a partner that does not exist', async () => {
    const { service } = partners({ lock: async () => undefined });
    await rejectsWith(service.rotateSigningSecret(PARTNER, 0, ADMIN), 'NOT_FOUND', partnerNotFound);
  });
});

describe('issuing a key', () => {
  const scopes = ['purchases:write', 'purchases:settle'] as const;
  const input = { name: 'back office', scopes, expiresAt: NOW.add({ hours: 1 }) };

  test('stores its hash, and returns the key in clear once', async () => {
    const stored: [PartnerKey, Buffer][] = [];
    const { service, told, events, clock } = partners({
      lock: async () => aPartner(),
      insertKey: async (_trx, key, hash) => void stored.push([key, hash]),
    });

    const { key, text } = await service.issueKey(PARTNER, input, ADMIN);

    const { id, prefix } = key;
    const blank = { createdAt: clock(), revokedAt: null, lastUsedAt: null };
    assertEqual(key, { id, partnerId: PARTNER, prefix, ...input, ...blank });
    assert.ok(text.startsWith(`${prefix}_`));
    assertEqual(stored, [[key, readKey(text)]]);
    const details = {
      partner_id: PARTNER,
      prefix,
      scopes: 'purchases:write purchases:settle',
      expires_at: '2026-03-14T10:26:53Z',
    };
    assertEqual(told(), [['partner_key.issued', id, ADMIN, details]]);
    assert.doesNotMatch(JSON.stringify([stored, events]), new RegExp(text));
  });

  test('may never expire', async () => {
    const { service, events } = partners({
      lock: async () => aPartner(),
      insertKey: async () => undefined,
    });
    await service.issueKey(PARTNER, { ...input, expiresAt: null }, ADMIN);
    assert.equal(events[0]?.details.expires_at, null);
  });

  test('refuses an expiry that is not in the future', async () => {
    const { service, transactions } = partners({});
    await rejectsWith(service.issueKey(PARTNER, { ...input, expiresAt: NOW }, ADMIN), 'VALIDATION_ERROR', {
      violations: [{ field: 'expires_at', reason: 'must be in the future' }],
    });
    assert.equal(transactions(), 0);
  });

  test('refuses a partner that does not exist', async () => {
    const { service, told } = partners({ lock: async () => undefined });
    await rejectsWith(service.issueKey(PARTNER, input, ADMIN), 'NOT_FOUND', partnerNotFound);
    assertEqual(told(), []);
  });
});

describe('revoking a key', () => {
  const revoking = (key: PartnerKey | undefined, partner: Partner | undefined = aPartner()) => {
    const revoked: unknown[] = [];
    const world = partners({
      lock: async () => partner,
      lockKey: async (_trx, partnerId, id) => (partnerId === PARTNER && id === KEY ? key : undefined),
      revokeKey: async (_trx, ...call) => void revoked.push(call),
    });
    return { revoked, revoke: (id = KEY) => world.service.revokeKey(PARTNER, id, ADMIN), ...world };
  };

  test('stores when, records it, and forgets all keys', async () => {
    const { revoke, revoked, told, forgotten, clock } = revoking(aPartnerKey());
    await revoke();
    assertEqual(revoked, [[KEY, clock()]]);
    const details = {
      partner_id: PARTNER,
      prefix: 'cnb_1f2e3d4c',
      scopes: 'purchases:write',
      expires_at: null,
    };
    assertEqual(told(), [['partner_key.revoked', KEY, ADMIN, details]]);
    assertEqual(forgotten, ['all']);
  });

  test('does nothing to a key that is revoked', async () => {
    const { revoke, revoked, told } = revoking(aPartnerKey({ revokedAt: NOW }));
    await revoke();
    assertEqual([revoked, told()], [[], []]);
  });

  test('refuses a key that the partner does not have', async () => {
    const id = newId();
    const { revoke, told } = revoking(aPartnerKey());
    await rejectsWith(revoke(id), 'NOT_FOUND', { resource_type: 'partner_key', resource_id: id });
    assertEqual(told(), []);
  });

  test('refuses a partner that does not exist', async () => {
    const { service } = partners({ lock: async () => undefined });
    await rejectsWith(service.revokeKey(PARTNER, KEY, ADMIN), 'NOT_FOUND', partnerNotFound);
  });
});

describe('reading partners', () => {
  const page = { offset: 0, limit: 20 };

  test('finds one, and refuses one that does not exist', async () => {
    const partner = aPartner();
    const { service } = partners({ find: async (_db, id) => (id === PARTNER ? partner : undefined) });
    assert.equal(await service.getPartner(PARTNER), partner);
    const id = newId();
    await rejectsWith(service.getPartner(id), 'NOT_FOUND', { resource_type: 'partner', resource_id: id });
    await rejectsWith(service.listKeys(id, page), 'NOT_FOUND', { resource_type: 'partner', resource_id: id });
  });

  test('lists partners with the use of their keys, and the keys of one', async () => {
    const asked: unknown[] = [];
    const listed = { items: [], total: 0, nextKey: null };
    const [used, unused] = [aPartner(), aPartner({ id: newId() })];
    const { service, clock } = partners({
      find: async () => used,
      list: async (_db, ...call) => {
        asked.push(call);
        return { items: [used, unused], total: 2, nextKey: null };
      },
      findKeyUse: async (_db, ids, now) => {
        asked.push([ids, now]);
        return new Map([[PARTNER, { keys: 2, lastUsedAt: NOW }]]);
      },
      listKeys: async (_db, ...call) => {
        asked.push(call);
        return listed;
      },
    });
    const use = { partner: used, keys: 2, lastUsedAt: NOW, refusedShare: 0.25 };
    assertEqual(await service.listPartners({ active: true }, page), {
      items: [use, { partner: unused, keys: 0, lastUsedAt: null, refusedShare: null }],
      total: 2,
      nextKey: null,
    });
    assertEqual(await service.getPartnerUse(PARTNER), use);
    assert.equal(await service.listKeys(PARTNER, page), listed);
    assertEqual(asked, [
      [{ active: true }, page],
      [[PARTNER, unused.id], clock()],
      [[PARTNER], clock()],
      [PARTNER, page],
    ]);
  });

  test('names partners, and asks for none if there are none', async () => {
    const { service } = partners({ findNames: async () => new Map([[PARTNER, 'Northwind']]) });
    const db = fakeTransaction();
    assertEqual(await service.findPartnerNames(db, [PARTNER]), new Map([[PARTNER, 'Northwind']]));
    assertEqual(await partners({}).service.findPartnerNames(db, []), new Map());
  });
});
