import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { encryption } from '../../../src/core/secrets/encryption.ts';

const OLD = { id: 'old', key: randomBytes(32) };
const NEW = { id: 'new', key: randomBytes(32) };
const IBAN = 'DE89370400440532013000';

describe('secrets at rest', () => {
  test('a text is read back as it was, and is encrypted differently each time', () => {
    const { encrypt, decrypt } = encryption([NEW]);
    const [first, second] = [encrypt(IBAN, 'payout 1'), encrypt(IBAN, 'payout 1')];

    assert.equal(decrypt(first, 'payout 1'), IBAN);
    assert.notEqual(first, second);
    assert.doesNotMatch(first, /DE89/);
  });

  test('any letter may be in it', () => {
    const { encrypt, decrypt } = encryption([NEW]);
    assert.equal(decrypt(encrypt('Zoë Łukasz 李 🙂', 'x'), 'x'), 'Zoë Łukasz 李 🙂');
    assert.equal(decrypt(encrypt('', 'x'), 'x'), '');
  });

  test('a text moved to another row does not open', () => {
    const { encrypt, decrypt } = encryption([NEW]);
    assert.throws(() => decrypt(encrypt(IBAN, 'payout 1'), 'payout 2'));
  });

  test('a text with one changed byte does not open', () => {
    const { encrypt, decrypt } = encryption([NEW]);
    const [keyId, nonce, sealed = ''] = encrypt(IBAN, 'payout 1').split('.');
    const altered = Buffer.from(sealed, 'base64url');
    altered.writeUInt8(altered.readUInt8(0) ^ 1, 0);
    assert.throws(() => decrypt([keyId, nonce, altered.toString('base64url')].join('.'), 'payout 1'));
    assert.throws(() => decrypt('new.AAAA', 'payout 1'));
  });

  test('after a rotation older texts still open, and are known to be older', () => {
    const text = encryption([OLD]).encrypt(IBAN, 'payout 1');
    const rotated = encryption([NEW, OLD]);

    assert.equal(rotated.decrypt(text, 'payout 1'), IBAN);
    assert.equal(rotated.isCurrent(text), false);
    assert.equal(rotated.isCurrent(rotated.encrypt(IBAN, 'payout 1')), true);
  });

  test('a text whose key is gone says which key it needs', () => {
    const text = encryption([OLD]).encrypt(IBAN, 'payout 1');
    assert.throws(() => encryption([NEW]).decrypt(text, 'payout 1'), /"old" is not configured/);
  });

  test('it cannot be made without a key', () => {
    assert.throws(() => encryption([]), /at least one key/);
  });
});
