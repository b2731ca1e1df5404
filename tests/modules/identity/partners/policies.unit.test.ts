import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KeyOfPartner } from '../../../../src/modules/identity/partners/model.ts';
import {
  requireFutureExpiry,
  requireSecretToSignWith,
  requireUsableKey,
  rotate,
  validSecrets,
} from '../../../../src/modules/identity/partners/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
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

describe('a new signing secret', () => {
  const first = { current: null, previous: null, previousUntil: null };
  const second = { current: 'second', previous: 'first', previousUntil: LATER };
  const none = { previous: null, previousUntil: null };

  for (const [title, signing, overlap_s, expected] of [
    ['is the only one of a partner that had none', first, 60, { current: 'new', ...none }],
    ['ends the previous one without an overlap', second, 0, { current: 'new', ...none }],
    [
      'keeps the previous one for the overlap',
      second,
      60,
      { current: 'new', previous: 'second', previousUntil: NOW.add({ seconds: 60 }) },
    ],
  ] as const) {
    test(title, () => assertEqual(rotate(signing, 'new', overlap_s, NOW), expected));
  }

  for (const [title, signing, expected] of [
    ['none', first, []],
    ['the current one', { current: 'only', ...none }, ['only']],
    ['both during the overlap', second, ['second', 'first']],
    ['the current one from its end on', { ...second, previousUntil: NOW }, ['second']],
  ] as const) {
    test(`leaves as valid: ${title}`, () => assertEqual(validSecrets(signing, NOW), expected));
  }
});
