import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { hashToken, tokenIssuer } from '../../../../src/modules/identity/auth/tokens.ts';
import { testClock } from '../../../support/clock.ts';
import { assertEqual } from '../../../support/equality.ts';
import { SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';

const PRESENT = { id: 'present', secret: 'the secret of the present key of 32 and more' };
const RETIRED = { id: 'retired', secret: 'the secret of the retired key of 32 and more' };
const KEY = { id: 'present', key: Buffer.alloc(32, 1) };
const OTHER = { id: 'other', key: Buffer.alloc(32, 2) };
const CLAIMS = { userId: SHOPPER, sessionId: STRANGER };

const clock = testClock();
const issuerOf = (...keys: (typeof PRESENT)[]) =>
  tokenIssuer({ clock, keys, encryptionKeys: [KEY], accessTtlSeconds: 900 });
const tokens = issuerOf(PRESENT, RETIRED);

describe('an access token', () => {
  test('says who it is of, as long as its time lasts', () => {
    const token = tokens.signAccessToken(CLAIMS, 'user');
    assertEqual(tokens.verifyAccessToken(token), CLAIMS);
    clock.advance({ seconds: 899 });
    assertEqual(tokens.verifyAccessToken(token), CLAIMS);
    clock.advance({ seconds: 1 });
    assert.throws(() => tokens.verifyAccessToken(token), { code: 'EXPIRED_TOKEN' });
  });

  test('ends with its session', () => {
    const token = tokens.signAccessToken(CLAIMS, 'user', clock().add({ seconds: 60 }));
    clock.advance({ seconds: 59 });
    assertEqual(tokens.verifyAccessToken(token), CLAIMS);
    clock.advance({ seconds: 1 });
    assert.throws(() => tokens.verifyAccessToken(token), { code: 'EXPIRED_TOKEN' });
  });

  test('is signed with the first key, and verified with any', () => {
    assertEqual(tokens.verifyAccessToken(issuerOf(RETIRED).signAccessToken(CLAIMS, 'user')), CLAIMS);
    const token = tokens.signAccessToken(CLAIMS, 'user');
    assertEqual(issuerOf(PRESENT).verifyAccessToken(token), CLAIMS);
    assert.throws(() => issuerOf(RETIRED).verifyAccessToken(token), { code: 'INVALID_TOKEN' });
  });

  for (const [title, forged] of [
    ['nothing', ''],
    ['no token', 'x.y.z'],
    ['no id of a user', tokens.signAccessToken({ ...CLAIMS, userId: 'root' }, 'user')],
    ['no id of a session', tokens.signAccessToken({ ...CLAIMS, sessionId: '' }, 'user')],
    [
      'the id of our key and another secret',
      issuerOf({ ...RETIRED, id: 'present' }).signAccessToken(CLAIMS, 'user'),
    ],
  ] as const) {
    test(`is refused with ${title}`, () => {
      assert.throws(() => tokens.verifyAccessToken(forged), { code: 'INVALID_TOKEN' });
    });
  }

  test('needs a key', () => assert.throws(() => issuerOf(), /at least one key/));
});

describe('an opaque token', () => {
  test('is 32 random bytes, and is stored as its SHA-256', () => {
    const [token, other] = [tokens.newOpaqueToken(), tokens.newOpaqueToken()];
    assert.equal(Buffer.from(token, 'base64url').length, 32);
    assert.notEqual(token, other);
    assertEqual(hashToken(token), createHash('sha256').update(token).digest());
  });

  test('has one successor for each device, which takes the key to know', () => {
    const token = tokens.newOpaqueToken();
    const [successor] = tokens.successorsOf(token, 'a device');
    assert.equal(tokens.successorsOf(token, 'a device')[0], successor);
    assert.notEqual(successor, token);
    assert.notEqual(tokens.successorsOf(token, 'another device')[0], successor);
    assert.notEqual(tokens.successorsOf(tokens.newOpaqueToken(), 'a device')[0], successor);
    const others = tokenIssuer({ clock, keys: [PRESENT], encryptionKeys: [OTHER], accessTtlSeconds: 900 });
    assert.notEqual(others.successorsOf(token, 'a device')[0], successor);
  });

  test('has the same successor whatever keys sign access tokens, and is found under older keys', () => {
    const token = tokens.newOpaqueToken();
    const [successor] = tokens.successorsOf(token, 'a device');
    assert.equal(issuerOf(RETIRED).successorsOf(token, 'a device')[0], successor);
    const rotated = tokenIssuer({
      clock,
      keys: [PRESENT],
      encryptionKeys: [OTHER, KEY],
      accessTtlSeconds: 900,
    });
    assert.equal(rotated.successorsOf(token, 'a device')[1], successor);
  });
});
