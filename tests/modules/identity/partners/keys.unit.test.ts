import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { isApiKey, newKey, readKey } from '../../../../src/modules/identity/partners/keys.ts';
import { assertEqual } from '../../../support/equality.ts';

const { text, prefix, hash } = newKey();
const other = newKey().text;
const secretOf = (key: string) => key.slice(13, 56);

describe('an API key', () => {
  test('has a readable beginning, a secret and a checksum, and is kept as its SHA-256', () => {
    assert.match(text, /^cnb_[0-9a-f]{8}_[\w-]{43}_[0-9a-f]{8}$/);
    assert.ok(text.startsWith(`${prefix}_`));
    assertEqual(hash, createHash('sha256').update(text).digest());
    assertEqual(readKey(text), hash);
    assert.ok(isApiKey(text));
  });

  test('is another one each time', () => assert.notEqual(secretOf(text), secretOf(other)));

  test('is no access token', () => assert.equal(isApiKey('eyJhbGciOiJIUzI1NiJ9.e30.x'), false));
});

describe('a forged key', () => {
  const forgeries: Record<string, string> = {
    'another checksum': `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`,
    'no checksum': text.slice(0, -9),
    'a part cut off': text.slice(0, -1),
    'a sign too many': `${text}0`,
    'capitals throughout': text.toUpperCase(),
    'small letters throughout': text.toLowerCase(),
    'its checksum in capitals':
      text.slice(0, -8) +
      text
        .slice(-8)
        .toUpperCase()
        .replace(/[0-9]$/, 'A'),
    'the readable beginning alone': text.slice(0, 12),
    'another prefix': text.replace('cnb_', 'sk_'),
    'the secret of another key': text.replace(secretOf(text), secretOf(other)),
    SQL: `${prefix}_'or'1'='1`,
    'SQL in the place of the secret': text.replace(secretOf(text), "';select--".padEnd(43, '-')),
    'a NUL': `${text.slice(0, -1)}\0`,
    'a space within': `${text.slice(0, 20)} ${text.slice(20)}`,
    'a line break after it': `${text}\n`,
    nothing: '',
    'ten thousand signs': text.repeat(120),
  };
  for (const [what, forged] of Object.entries(forgeries)) {
    test(`with ${what} needs no lookup to be refused`, () => {
      assert.notEqual(forged, text);
      assert.equal(readKey(forged), undefined);
    });
  }

  test('with any one sign changed needs no lookup to be refused', () => {
    for (let position = 0; position < text.length; position += 1) {
      for (const sign of ['0', 'a', 'Z', '_', '-']) {
        const changed = text.slice(0, position) + sign + text.slice(position + 1);
        if (changed !== text) assert.equal(readKey(changed), undefined, changed);
      }
    }
  });
});
