import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashRecoveryCode, newRecoveryCodes } from '../../../../src/modules/identity/auth/recovery-codes.ts';
import { newTotpSecret, otpauthUri, timeStepOf } from '../../../../src/modules/identity/auth/totp.ts';

/** "12345678901234567890", the secret of the examples in RFC 6238, appendix B. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const at = (seconds: number) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000);

describe('a code', () => {
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ] as const) {
    test(`of RFC 6238 at ${seconds} s belongs to its time step`, () => {
      assert.equal(timeStepOf(code, SECRET, at(seconds)), Math.floor(seconds / 30));
    });
  }

  test('is valid one step before and after its own, and no longer', () => {
    const step = Math.floor(1_234_567_890 / 30);
    const valid = [-2, -1, 0, 1, 2].map((steps) => timeStepOf('005924', SECRET, at((step + steps) * 30)));
    assert.deepEqual(valid, [undefined, step, step, step, undefined]);
  });

  test('of another secret is wrong', () => {
    assert.equal(timeStepOf('287082', newTotpSecret(), at(59)), undefined);
  });
});

test('a secret has 160 random bits in base32', () => {
  const secrets = new Set(Array.from({ length: 100 }, newTotpSecret));
  assert.equal(secrets.size, 100);
  for (const secret of secrets) assert.match(secret, /^[A-Z2-7]{32}$/);
});

test('the address for a QR code names platform, account and secret, as apps expect them', () => {
  assert.equal(
    otpauthUri(SECRET, 'carol+1@example.com'),
    `otpauth://totp/ClickNBack:carol%2B1%40example.com?issuer=ClickNBack&secret=${SECRET}&algorithm=SHA1&digits=6&period=30`,
  );
});

describe('recovery codes', () => {
  test('are ten, different, of 80 random bits', () => {
    const codes = newRecoveryCodes();
    assert.equal(new Set([...codes, ...newRecoveryCodes()]).size, 20);
    for (const code of codes) assert.match(code, /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
  });

  test('are the same in any case, with any spaces and dashes', () => {
    const hash = hashRecoveryCode('k7qp-3mxd-yf2w-aeov');
    assert.equal(hash.length, 32);
    assert.deepEqual(hashRecoveryCode(' K7QP3MXD yf2w-aeov'), hash);
    assert.notDeepEqual(hashRecoveryCode('k7qp-3mxd-yf2w-aeow'), hash);
  });
});
