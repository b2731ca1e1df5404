import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { DomainError, Violation } from '../../src/core/errors.ts';
import { decodeBody, parseJson, parseNdjson, RefusedItem } from '../../src/core/http/json.ts';

describe('a JSON body', () => {
  const refused: [string, string, string, RegExp][] = [
    ['a number beyond the exact ones', '{"amount":9007199254740993}', 'amount', /plain decimal/],
    ['a number of 16 digits', '{"amount":1234567890.123456}', 'amount', /plain decimal/],
    ['a long decimal that a double cuts', '{"a":{"b":[0.12345678901234567]}}', 'a.b.0', /plain decimal/],
    ['an exponent', '{"amount":1e2}', 'amount', /plain decimal/],
    ['a negative exponent', '{"amount": 1.5e-3}', 'amount', /plain decimal/],
    ['a lone high surrogate', '{"external_id":"\\ud800"}', 'external_id', /Unicode/],
    ['a lone low surrogate', '{"external_id":"a\\uDC00b"}', 'external_id', /Unicode/],
    ['surrogates in the wrong order', '{"external_id":"\\udc00\\ud800"}', 'external_id', /Unicode/],
    ['NUL in a text', '{"external_id":"a\\u0000b"}', 'external_id', /NUL/],
    ['NUL in a key', '{"a\\u0000":1}', 'body', /named in well-formed Unicode/],
    ['a lone surrogate in a key', '{"\\ud800":1}', 'body', /named in well-formed Unicode/],
    ['a broken text', '{"a":', 'body', /valid JSON/],
    ['two texts', '{} {}', 'body', /valid JSON/],
    ['a trailing comma', '[1,]', 'body', /valid JSON/],
    ['a comment', '{/* */}', 'body', /valid JSON/],
    ['NaN', 'NaN', 'body', /valid JSON/],
    ['a byte order mark', '\ufeff{}', 'body', /valid JSON/],
    ['nothing but space', '   ', 'body', /valid JSON/],
  ];
  for (const [name, text, field, reason] of refused) {
    test(`with ${name} is refused and named`, () => {
      const [violation] = violationsIn(() => parseJson(text));
      assert.equal(violation?.field, field);
      assert.match(violation?.reason ?? '', reason);
    });
  }

  test('names every value that cannot be kept', () => {
    assert.deepEqual(
      violationsIn(() => parseJson('{"amount":1e2,"note":"\\ud800"}')).map(({ field }) => field),
      ['amount', 'note'],
    );
  });

  test('that is a list refuses the item alone whose value cannot be kept', () => {
    const [first, refused, last] = parseJson('[{"a":"1"},{"a":1e2},{"a":"3"}]') as unknown[];
    assert.deepEqual([first, last], [{ a: '1' }, { a: '3' }]);
    assert.ok(refused instanceof RefusedItem);
    const { details } = refused.error as DomainError;
    assert.deepEqual(details.violations, [
      { field: 'a', reason: 'must be a plain decimal of at most 15 digits' },
    ]);
  });

  test('with two values under one key has the last one, as everywhere in JavaScript', () => {
    assert.deepEqual(parseJson('{"amount":"1.00","amount":"9.00"}'), { amount: '9.00' });
    assert.deepEqual(parseJson('{"id":"1234567890123456","id":"x"}'), { id: 'x' });
  });

  const accepted: [string, unknown][] = [
    ['{"amount":49.90}', { amount: 49.9 }],
    ['{"amount":"49.90"}', { amount: '49.90' }],
    ['[123456789012345]', [123_456_789_012_345]],
    ['{"amount":-0.5}', { amount: -0.5 }],
    ['{"id":"1e2","note":"9007199254740993"}', { id: '1e2', note: '9007199254740993' }],
    ['"\\ud83d\\ude00"', '😀'],
    ['"😀"', '😀'],
    ['[0.000000000000001]', [0.000_000_000_000_001]],
    ['{"__proto__x":1}', JSON.parse('{"__proto__x":1}')],
    ['null', null],
  ];
  for (const [text, value] of accepted) {
    test(`${text} arrives as it was sent`, () => {
      assert.deepEqual(parseJson(text), value);
    });
  }

  test('is what JSON.parse says, or is refused', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        let value: unknown;
        try {
          value = parseJson(text);
        } catch (error) {
          assert.equal((error as DomainError).code, 'VALIDATION_ERROR');
          return;
        }
        const expected = JSON.parse(text);
        if (!Array.isArray(value)) return assert.deepEqual(value, expected);
        for (const [index, item] of value.entries()) {
          if (!(item instanceof RefusedItem)) assert.deepEqual(item, expected[index]);
        }
      }),
    );
  });

  test('with an integer either keeps it exactly or is refused', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 22n }), (integer) => {
        let value: unknown;
        try {
          value = parseJson(`{"amount":${integer}}`);
        } catch (error) {
          assert.equal((error as DomainError).code, 'VALIDATION_ERROR');
          assert.ok(integer >= 10n ** 15n, 'fifteen digits are always exact');
          return;
        }
        assert.equal(BigInt((value as { amount: number }).amount), integer);
      }),
    );
  });
});

describe('the bytes of a body', () => {
  test('are read as UTF-8', () => {
    assert.equal(decodeBody(Buffer.from('{"name":"Zoë 😀"}')), '{"name":"Zoë 😀"}');
  });

  for (const [name, bytes] of [
    ['Latin-1', Buffer.from('{"name":"Zoë"}', 'latin1')],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
    ['an overlong sequence', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ] as const) {
    test(`that are ${name} are refused, not repaired`, () => {
      assert.deepEqual(
        violationsIn(() => decodeBody(bytes)),
        [{ field: 'body', reason: 'must be UTF-8' }],
      );
    });
  }
});

describe('an NDJSON body', () => {
  test('is one value a line; blank lines and carriage returns do not count', () => {
    assert.deepEqual(parseNdjson('{"a":1}\r\n\n  \n[2]\n'), [{ a: 1 }, [2]]);
  });

  test('keeps a refusal at the place of a broken line, and spoils no other', () => {
    const [first, broken, inexact, last] = parseNdjson('{"a":1}\n{"a":\n{"a":1e5}\n{"a":2}');
    assert.deepEqual([first, last], [{ a: 1 }, { a: 2 }]);
    assert.ok(broken instanceof RefusedItem && inexact instanceof RefusedItem);
    assert.equal((broken.error as DomainError).code, 'VALIDATION_ERROR');
    assert.equal((inexact.error as DomainError).code, 'VALIDATION_ERROR');
  });

  test('of nothing is a list of nothing', () => {
    assert.deepEqual(parseNdjson('\n \n'), []);
  });
});

function violationsIn(read: () => unknown): readonly Violation[] {
  try {
    read();
  } catch (error) {
    const { code, details } = error as DomainError;
    assert.equal(code, 'VALIDATION_ERROR');
    return details.violations as Violation[];
  }
  assert.fail('it was taken');
}
