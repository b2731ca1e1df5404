/*
 * Values that have broken other platforms, as the text in which they are sent. In a body they are JSON, some of it
 * such as no serializer writes; in a URL they are text, percent-encoded unless they are about the encoding.
 */

const LONG = 'x'.repeat(20_000);

const DATES = [
  '2026-02-30',
  '2026-13-01',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
  '10000-01-01',
  '+010000-01-01',
  '-000001-01-01',
  '2026-3-1',
  'infinity',
  'today',
];

const TIMESTAMPS = [
  '2026-02-30T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59-23:59',
  '2026-03-14T09:26:60Z',
  '2026-03-14T09:26:53.123456789Z',
  '2026-03-14T09:26:53',
  '2026-03-14T24:00:00Z',
];

const IDS = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01936F2E-8C1B-7C3A-9D55-0B1F2A3C4D5E',
  '{01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e}',
  '01936f2e8c1b7c3a9d550b1f2a3c4d5e',
  '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5g',
  'urn:uuid:01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e',
];

const NUMBERS = [
  '0',
  '-0',
  '-1',
  '0.00001',
  '1.005',
  '100',
  '101',
  '2147483648',
  '999999999.9999',
  '9999999999.99',
  '9007199254740993',
  '9223372036854775808',
  '1e2',
  '1e-7',
  '1e308',
  '1e400',
  '123456789012345678901234567890.12',
];

const TEXTS = [
  '',
  ' ',
  'active',
  'pending',
  'NaN',
  '-Infinity',
  '0x10',
  '١٢٣',
  '1,50',
  '10.05',
  '0.00',
  '-5.00',
  '9999999999.99',
  '99999999999.99',
  'EUR',
  'eur',
  'XXX',
  'JPY',
  'user@example.com',
  'a@b',
  "'; drop table users; --",
  "' or 1=1 --",
  '$1',
  '%s%n',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  '😀',
  'é\u0301\u202e',
  '\ufeff',
  '\u2028',
  '\r\nx-injected: 1',
  LONG,
  ...DATES,
  ...TIMESTAMPS,
  ...IDS,
];

export const HOSTILE_JSON: readonly string[] = [
  'null',
  'true',
  'false',
  '[]',
  '[null]',
  '[[[[[[[[[[]]]]]]]]]]',
  '{}',
  '{"__proto__": {"admin": true}}',
  '{"constructor": {"prototype": {}}}',
  '{"toString": 1, "valueOf": 2, "length": -1}',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"a\\u0000b"',
  'NaN',
  'undefined',
  '01',
  '"unterminated',
  ...NUMBERS,
  ...TEXTS.map((text) => JSON.stringify(text)),
];

export const HOSTILE_TEXT: readonly string[] = [
  '%',
  '%ZZ',
  '%00',
  '%FF%FE',
  '%ED%A0%80',
  '%C0%AF',
  '%2e%2e%2f',
  ...['1', '20', '99', '1000000000', '1000000001', '1.5', '+1', 'null', 'true'],
  ...['AAAA', '_-', 'Z'.repeat(128), 'Z'.repeat(129)],
  // Cursors in the clothes of ours: a sequence of 18 and of 19 digits, a negative one, an id in capitals.
  ...['1', '999999999999999999', '9223372036854775808', '-1', '0', ...IDS].map((key) =>
    Buffer.from(key).toString('base64url'),
  ),
  ...[...NUMBERS, ...TEXTS].filter((text) => text !== LONG).map(encodeURIComponent),
  'x'.repeat(2_000),
];
