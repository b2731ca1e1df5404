import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { detailsCipher } from '../../../../src/modules/money/payouts/details.ts';
import { assertEqual } from '../../../support/equality.ts';
import { BANK_DETAILS } from '../../../support/payouts-builders.ts';

const OLD = { id: 'old', key: randomBytes(32) };
const NEW = { id: 'new', key: randomBytes(32) };
const bankDetails = BANK_DETAILS;

describe('the fingerprint of an account', () => {
  const { fingerprintOf } = detailsCipher([NEW, OLD]);

  test('is equal for equal accounts of any holder, and does not contain them', () => {
    const print = fingerprintOf(bankDetails);
    assert.equal(fingerprintOf({ ...bankDetails, accountHolder: 'Max' } as typeof bankDetails), print);
    assert.notEqual(fingerprintOf({ iban: 'GB29NWBK60161331926819' }), print);
    assert.match(print, /^new\.[\w-]{43}$/);
    assert.doesNotMatch(print, /DE89/);
  });

  test('differs by key', () => {
    assert.notEqual(
      fingerprintOf(bankDetails).split('.')[1],
      detailsCipher([OLD]).fingerprintOf(bankDetails).split('.')[1],
    );
  });
});

describe('bank details at rest', () => {
  test('are read back as they were, and nothing of them is readable', () => {
    const { encrypt, decrypt } = detailsCipher([NEW]);
    const sealed = encrypt('payout 1', bankDetails);
    assertEqual(decrypt('payout 1', sealed), bankDetails);
    assert.doesNotMatch(sealed, /DE89|Erika/);
  });

  test('cannot be moved under another payout', () => {
    const { encrypt, decrypt } = detailsCipher([NEW]);
    const sealed = encrypt('payout 1', bankDetails);
    assert.throws(() => decrypt('payout 2', sealed));
  });

  test('of an older key are read, and written again with the first one', () => {
    const sealed = detailsCipher([OLD]).encrypt('payout 1', bankDetails);
    const { currentKeyId, encrypt, decrypt } = detailsCipher([NEW, OLD]);
    assertEqual(decrypt('payout 1', sealed), bankDetails);
    assert.equal(currentKeyId, 'new');
    assert.match(encrypt('payout 1', bankDetails), /^new\./);
  });
});
