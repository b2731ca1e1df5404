import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encryption } from '../../../../src/core/secrets/encryption.ts';
import { reencryptSigningSecrets } from '../../../../src/modules/identity/partners/index.ts';
import { openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform();
const [oldKey] = platform.config.encryptionKeys;
const newKey = { id: 'new', key: randomBytes(32) };

test('signing secrets, also previous ones, are encrypted again with the first key and keep their values', async () => {
  assert.ok(oldKey);
  const keys = [newKey, oldKey];
  const { id, secret } = await openPartner(platform, { signs: true });
  await openPartner(platform);
  await openPartner(platform, { signs: true });
  const path = `/partners/${id}/signing-secret`;
  const body = { overlap_seconds: 3600 };
  const successor = (await platform.api('POST', path, { token: platform.admin.token, body })).body;

  await assert.rejects(reencryptSigningSecrets(platform.database, [newKey]), /is not configured/);
  const counts = [
    await reencryptSigningSecrets(platform.database, keys),
    await reencryptSigningSecrets(platform.database, keys),
  ];

  assert.deepEqual(counts, [2, 0]);
  const row = await platform.database.db
    .selectFrom('partners')
    .select(['signing_secret', 'previous_signing_secret', 'previous_signing_secret_until'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const { decrypt } = encryption([newKey]);
  assert.equal(decrypt(row.signing_secret ?? '', `partner ${id}`), successor.signing_secret);
  assert.equal(decrypt(row.previous_signing_secret ?? '', `partner ${id}`), secret);
  assert.equal(row.previous_signing_secret_until?.toString(), '2026-03-14T10:26:53Z');
});
