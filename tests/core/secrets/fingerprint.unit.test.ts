import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fingerprints } from '../../../src/core/secrets/fingerprint.ts';

describe('fingerprints', () => {
  const key = (id: string) => ({ id, key: Buffer.alloc(32, id) });

  test('distinguish equal texts from others, and nothing else', () => {
    const { fingerprint, matches } = fingerprints([key('a')]);
    const taken = fingerprint('DE89370400440532013000');
    assert.ok(matches(taken, 'DE89370400440532013000'));
    assert.ok(!matches(taken, 'DE89370400440532013001'));
    assert.ok(!matches('a.', 'DE89370400440532013000'));
    assert.doesNotMatch(taken, /DE89/);
  });

  test('of another key differ, so that texts cannot be guessed without it', () => {
    const taken = fingerprints([key('a')]).fingerprint('x');
    const other = fingerprints([{ id: 'a', key: Buffer.alloc(32, 'b') }]).fingerprint('x');
    assert.notEqual(taken, other);
  });

  test('need a key', () => {
    assert.throws(() => fingerprints([]), /at least one key/);
  });
});
