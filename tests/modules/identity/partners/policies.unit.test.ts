import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KeyOfPartner } from '../../../../src/modules/identity/partners/model.ts';
import {
  requireFutureExpiry,
  requireSecretToSignWith,
  requireUsableKey,
} from '../../../../src/modules/identity/partners/policies.ts';
import { aKeyOfPartner, aPartner } from '../../../support/partner-builders.ts';
import { NOW } from '../../../support/purchases-builders.ts';

const EARLIER = NOW.subtract({ nanoseconds: 1 });
const LATER = NOW.add({ nanoseconds: 1 });
const inactive = { ...aKeyOfPartner().partner, active: false };

describe('a key', () => {
  const table: [string, Partial<KeyOfPartner>, string | undefined][] = [
    ['that never expires is usable', {}, undefined],
    ['is usable until it expires', { expiresAt: LATER }, undefined],
    ['has expired from its time on', { expiresAt: NOW }, 'EXPIRED_TOKEN'],
    ['is refused once it is revoked', { revokedAt: NOW, expiresAt: EARLIER }, 'TOKEN_REVOKED'],
    ['is refused while its partner is inactive', { partner: inactive }, 'USER_INACTIVE'],
    ['of an inactive partner is revoked first', { partner: inactive, revokedAt: NOW }, 'TOKEN_REVOKED'],
  ];
  for (const [title, fields, code] of table) {
    test(title, () => {
      const require = () => requireUsableKey(aKeyOfPartner(fields), NOW);
      if (code === undefined) assert.doesNotThrow(require);
      else assert.throws(require, { code });
    });
  }

  test('may expire never or later, and not in the past or now', () => {
    assert.doesNotThrow(() => requireFutureExpiry(null, NOW));
    assert.doesNotThrow(() => requireFutureExpiry(LATER, NOW));
    for (const expiresAt of [EARLIER, NOW]) {
      assert.throws(() => requireFutureExpiry(expiresAt, NOW), {
        kind: 'invalid',
        code: 'VALIDATION_ERROR',
        details: { violations: [{ field: 'expires_at', reason: 'must be in the future' }] },
      });
    }
  });
});

describe('a signature', () => {
  const signing = { current: 'encrypted', previous: null, previousUntil: null };

  test('can be required of a partner with a secret, and of no other', () => {
    assert.doesNotThrow(() => requireSecretToSignWith(aPartner()));
    assert.doesNotThrow(() => requireSecretToSignWith(aPartner({ signatureRequired: true, signing })));
    assert.throws(() => requireSecretToSignWith(aPartner({ signatureRequired: true })), {
      kind: 'invalid',
      code: 'VALIDATION_ERROR',
    });
  });
});
