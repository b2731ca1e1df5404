import { HOSTILE_JSON, HOSTILE_TEXT } from '../../tests/support/contract-hostile.ts';

/** Hostile characters: each is put inside a word. */
const CHARACTERS = [
  ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)),
  ...'\u007f\u0080\u0085\u00a0\u00ad\u0300\u034f\u061c\u115f\u1680\u180e\u2000\u200b\u200c\u200d\u200e\u200f',
  ...'\u2028\u2029\u202a\u202e\u2060\u2066\u2069\u206f\u3000\u3164\ufdd0\ufe0f\ufeff\uffa0\ufff9\ufffd\uffff',
  ...'"\'`\\/;:,.<>()[]{}|&^%$#@!~*?=+-_',
  ...[
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    '\u{e0001}',
    '\u{10ffff}',
    '\u{1d7d8}',
    'ß',
    'İ',
    'ı',
    'ﬀ',
    'Å',
    'é',
  ],
];

/** Lengths around the limits that fields have. */
const LENGTHS = [2, 3, 63, 64, 65, 69, 70, 71, 127, 128, 129, 254, 255, 256, 499, 500, 501, 1_000, 5_000];

/** Numbers around the limits of types. Each is written as a number and as text. */
const NUMBERS = [
  ...['127', '128', '32767', '32768', '2147483647', '-2147483648', '4294967295', '9007199254740991'],
  ...['9007199254740992', '-9007199254740993', '9223372036854775807', '18446744073709551616', '1e-400'],
  ...['5e-324', '1.7976931348623157e308', '-1e400', '0.1', '0.01', '0.001', '0.0001', '1.0', '1.00', '1.10'],
  ...['99.99', '100.0001', '12.345', '12.3456', '1E2', '1e+2', '10e-1', '1.5e1', '9999999999.9999', '-0.0'],
  ...['19.995', '0.5', '0.05', '3.3333', '123456.78', '364', '365', '366', '1000', '1001', '86400'],
];

const JSON_TEXT = [
  ...CHARACTERS.map((character) => JSON.stringify(`a${character}b`)),
  ...CHARACTERS.slice(0, 20).map((character) => JSON.stringify(character)),
  ...LENGTHS.map((length) => JSON.stringify('y'.repeat(length))),
  ...LENGTHS.map((length) => JSON.stringify('é'.repeat(length))),
  ...NUMBERS,
  ...NUMBERS.map((number) => JSON.stringify(number)),
];

const URL_TEXT = [
  ...CHARACTERS.map((character) => encodeURIComponent(`a${character}b`)),
  ...CHARACTERS.slice(0, 40).map(encodeURIComponent),
  ...LENGTHS.slice(0, 17).map((length) => 'y'.repeat(length)),
  ...NUMBERS.map(encodeURIComponent),
];

/** The hostile values as source text for a JSON body. */
export const HOSTILE_BODY_VALUES: readonly string[] = [...new Set([...HOSTILE_JSON, ...JSON_TEXT])];

/** The hostile values as text for a URL or header. Percent-encoded, unless the encoding itself is hostile. */
export const HOSTILE_URL_VALUES: readonly string[] = [...new Set([...HOSTILE_TEXT, ...URL_TEXT])];
