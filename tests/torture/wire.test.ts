import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { messageSplitter, transactionFollower } from '../../torture/harness/wire.ts';

function message(type: string, ...texts: readonly string[]): Buffer {
  const body = Buffer.from(texts.map((text) => `${text}\0`).join(''));
  const head = Buffer.alloc(type.length + 4);
  head.write(type);
  head.writeInt32BE(body.length + 4, type.length);
  return Buffer.concat([head, body]);
}

function ready(status: 'I' | 'T'): Buffer {
  const bytes = Buffer.from([90, 0, 0, 0, 5, 0]);
  bytes.write(status, 5);
  return bytes;
}

describe('the messages of a connection', () => {
  test('are complete, for any split of their bytes', () => {
    const bytes = Buffer.concat([message('', 'start'), message('Q', 'select 1'), message('X')]);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const split = messageSplitter({ startsUntyped: true });
      const messages = [];
      for (let start = 0; start < bytes.length; start += size)
        messages.push(...split(bytes.subarray(start, start + size)));
      assert.deepEqual(
        messages.map(({ type }) => type),
        ['', 'Q', 'X'],
      );
      assert.deepEqual(Buffer.concat(messages.map((one) => one.bytes)), bytes);
    }
  });
});

describe('the transactions of a connection', () => {
  test('include prepared statements: a COMMIT is recognised by the name of its statement', () => {
    const follow = transactionFollower();
    const send = (type: string, ...texts: readonly string[]) => {
      const { number, isCommit } = follow('toServer', type, message(type, ...texts));
      return [number, isCommit];
    };
    const answer = (bytes: Buffer) => {
      const { number, isCommit } = follow('toClient', String.fromCharCode(bytes[0] ?? 0), bytes);
      return [number, isCommit];
    };
    assert.deepEqual(send('P', 'b', 'begin isolation level read committed'), [1, false]);
    assert.deepEqual(send('B', '', 'b'), [2, false]);
    assert.deepEqual(send('E', ''), [3, false]);
    assert.deepEqual(answer(message('C', 'BEGIN')), [1, false]);
    assert.deepEqual(answer(ready('T')), [2, false]);
    assert.deepEqual(send('P', 'c', 'commit'), [4, false]);
    assert.deepEqual(send('B', '', 'c'), [5, false]);
    assert.deepEqual(send('E', ''), [6, true]);
    assert.deepEqual(answer(message('C', 'COMMIT')), [3, true]);
    assert.deepEqual(answer(ready('I')), [4, false]);

    assert.deepEqual(send('P', 's', 'select 1'), [undefined, false]);
    assert.deepEqual(send('B', '', 'b'), [1, false]);
    assert.deepEqual(answer(ready('I')), [1, false]);
    assert.deepEqual(send('Q', 'begin'), [1, false]);
    assert.deepEqual(send('Q', 'commit'), [2, true]);
  });
});
