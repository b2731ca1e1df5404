import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { encryption } from '../../../../src/core/secrets/encryption.ts';
import type { Partner } from '../../../../src/modules/identity/partners/model.ts';
import { reencrypt } from '../../../../src/modules/identity/partners/rotation.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeKernel } from '../../../support/fakes.ts';
import { aPartner } from '../../../support/partner-builders.ts';
import { NOW } from '../../../support/purchases-builders.ts';

const [OLDER, NEWER] = ['older', 'newer'].map((id) => ({ id, key: Buffer.alloc(32, id) }));
assert.ok(OLDER && NEWER);
const [before, after] = [encryption([OLDER]), encryption([NEWER])];

function aSigningPartner(current: string, previous: string | null): Partner {
  const id = newId();
  const sealed = (secret: string | null) => secret && before.encrypt(secret, `partner ${id}`);
  return aPartner({
    id,
    signatureRequired: true,
    signing: {
      current: sealed(current),
      previous: sealed(previous),
      previousUntil: previous === null ? null : NOW,
    },
  });
}

/** A repository that has these partners, and hands them out one at a time. */
function repositoryOf(partners: Partner[]) {
  const left = new Map(partners.map((partner) => [partner.id, partner]));
  const updated: Partner[] = [];
  const asked = new Set<string>();
  return {
    updated,
    asked,
    lockEncryptedOtherwise: async (_trx: unknown, keyId: string, limit: number) => {
      asked.add(`${keyId} ${limit}`);
      return [...left.values()].slice(0, 1);
    },
    update: async (_trx: unknown, partner: Partner) => {
      updated.push(partner);
      left.delete(partner.id);
    },
  };
}

describe('the rotation of the encryption key', () => {
  test('encrypts each secret again, one transaction a batch, and changes nothing else', async () => {
    const partners = [aSigningPartner('one', null), aSigningPartner('two', 'earlier')];
    const { kernel, transactions } = fakeKernel();
    const repository = repositoryOf(partners);

    const count = await reencrypt({ database: kernel.database, repository, keys: [NEWER, OLDER] });

    assert.equal(count, 2);
    assert.equal(transactions(), 3, 'the last one finds none');
    assertEqual([...repository.asked], ['newer 100']);
    for (const [index, { signing, ...rest }] of repository.updated.entries()) {
      const { signing: old, ...kept } = partners[index] ?? aPartner();
      assertEqual(rest, kept);
      assertEqual(signing.previousUntil, old.previousUntil);
    }
    const opened = repository.updated.map(({ id, signing }) =>
      [signing.current, signing.previous].map((secret) => secret && after.decrypt(secret, `partner ${id}`)),
    );
    assertEqual(opened, [
      ['one', null],
      ['two', 'earlier'],
    ]);
  });

  test('does nothing where no other key is in use', async () => {
    const repository = repositoryOf([]);
    const { database } = fakeKernel().kernel;
    assert.equal(await reencrypt({ database, repository, keys: [NEWER] }), 0);
    assertEqual(repository.updated, []);
  });

  test('fails without the key that a secret was encrypted with', async () => {
    const repository = repositoryOf([aSigningPartner('one', null)]);
    const { database } = fakeKernel().kernel;
    await assert.rejects(reencrypt({ database, repository, keys: [NEWER] }), /"older" is not configured/);
    assertEqual(repository.updated, []);
  });
});
