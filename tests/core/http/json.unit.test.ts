import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { DomainError, Violation } from '../../../src/core/errors.ts';
import { decodeBody, RefusedItem, readJson, readNdjson } from '../../../src/core/http/json.ts';

const parseJson = (text: string) => readJson(text).parse();
const parseNdjson = (text: string) => readNdjson(text).parse() as unknown[];

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
    ['two byte order marks', '\ufeff{}', 'body', /valid JSON/],
    ['a field twice', '{"amount":"1.00","amount":"9.00"}', 'amount', /once/],
    ['a nested field twice', '{"details":{"iban":"a","iban":"b"}}', 'details.iban', /once/],
    ['a field twice in two spellings', '{"id":"a","\\u0069d":"b"}', 'id', /once/],
    ['a field twice after a number that is not exact', '{"n":1e2,"id":"a","id":"b"}', 'id', /once/],
    ['65 levels', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'body', /deeper than 64 levels/],
    ['100,000 levels', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'body', /deeper than 64 levels/],
    [
      '51 fields',
      JSON.stringify(
        Object.fromEntries(
          Array(51)
            .keys()
            .map((n) => [`f${n}`, n]),
        ),
      ),
      'body',
      /at most 50 fields/,
    ],
    [
      'a list of 10,000 elements',
      JSON.stringify({ scopes: Array(10_000).fill(1) }),
      'body',
      /at most 50 fields/,
    ],
    ['nothing but space', '   ', 'body', /valid JSON/],
  ];
  for (const [name, text, field, reason] of refused) {
    test(`with ${name} is refused and named`, () => {
      const [violation] = violationsIn(() => parseJson(text));
      assert.equal(violation?.field, field);
      assert.match(violation?.reason ?? '', reason);
    });
  }

  test('may have as many elements as its route takes, and no more', () => {
    const ids = (count: number) => JSON.stringify({ ids: Array(count).fill('x') });
    assert.deepEqual(readJson(ids(100), 100).parse(), { ids: Array(100).fill('x') });
    const [violation] = violationsIn(() => readJson(ids(101), 100).parse());
    assert.match(violation?.reason ?? '', /at most 100 fields/);
  });

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

  test('that is a list refuses the item alone that is nested too deep, has a field twice, or has too many', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const wide = `{${Array.from({ length: 51 }, (_, n) => `"f${n}":1`).join(',')}}`;
    const items = parseJson(`[{"a":"1"}, ${deep}, {"a":"2","a":"3"}, ${wide}, {"a":"], ["}]`) as unknown[];

    assert.deepEqual([items[0], items[4]], [{ a: '1' }, { a: '], [' }]);
    const reasons = items.slice(1, 4).map((item) => {
      assert.ok(item instanceof RefusedItem);
      const [violation] = (item.error as DomainError).details.violations as Violation[];
      return `${violation?.field} ${violation?.reason}`;
    });
    assert.deepEqual(reasons, [
      'body must not be nested deeper than 64 levels',
      'a must occur once',
      'body must have at most 50 fields',
    ]);
  });

  test('may have 64 levels, in a list each item', () => {
    const deepest = `{"a":${'['.repeat(63)}1${']'.repeat(63)}}`;
    assert.deepEqual(parseJson(deepest), JSON.parse(deepest));
    assert.deepEqual(parseJson(`[${deepest}]`), [JSON.parse(deepest)]);
  });

  test('counts its items before it is parsed', () => {
    const texts = ['[]', '[1]', ' [1,[2,3],{"a":4,"b":5},"6,7"]', '{"a":1,"b":2}', '[,,,'];
    assert.deepEqual(
      texts.map((text) => readJson(text).items),
      [1, 1, 4, 1, 4],
    );
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
    const parts = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '"\\u0061"',
      '1',
      '01',
      '1e5',
      'null',
      'nul',
      ' ',
    ];
    const nearlyJson = fc.array(fc.constantFrom(...parts, '"', '\\', '\u0001'), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          nearlyJson.map((some) => some.join('')),
        ),
        (text) => {
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
        },
      ),
      { numRuns: 2_000 },
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

  test('may begin with a byte order mark, which is skipped', () => {
    assert.equal(decodeBody(Buffer.from('\ufeff{}')), '{}');
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
  test('is a line what JSON.parse says of it, also after a broken line', () => {
    const parts = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u0061"',
      '-1',
      '01',
      '1.5',
      '1.',
      'true',
      'nul',
      '"',
      '\\',
    ];
    const lines = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(
          lines.map((some) => some.join('')),
          { minLength: 1, maxLength: 5 },
        ),
        (texts) => {
          for (const [index, item] of parseNdjson(['}', ...texts].join('\n'))
            .slice(1)
            .entries()) {
            if (!(item instanceof RefusedItem)) assert.deepEqual(item, JSON.parse(texts[index] ?? ''));
            else if (item.item === undefined) assert.throws(() => JSON.parse(texts[index] ?? ''));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('is read up to one line above the limit, and its bad lines cost one exception', (t) => {
    const parse = t.mock.method(JSON, 'parse');
    const body = readNdjson('x\n'.repeat(500_000), 1_000);
    assert.equal(body.items, 1_001);
    assert.equal(parse.mock.callCount(), 0);

    body.parse();

    assert.equal(parse.mock.callCount(), 1);
  });

  test('refuses the line alone that is nested too deep or has a field twice', () => {
    const deep = `{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`;
    const [first, ...refused] = parseNdjson(`{"a":1}\n${deep}\n{"a":1,"a":2}`);
    assert.deepEqual(first, { a: 1 });
    assert.ok(refused.length === 2 && refused.every((item) => item instanceof RefusedItem));
  });

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
