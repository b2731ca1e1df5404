import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clientOf, deviceName, shortened } from '../../../../src/modules/identity/auth/clients.ts';

describe('the device of a user agent', () => {
  const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
  const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
  for (const [userAgent, name] of [
    [`${WINDOWS} ${CHROME}`, 'Chrome on Windows'],
    [`${WINDOWS} ${CHROME} Edg/141.0.0.0`, 'Edge on Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/141.0 Mobile Safari/604.1',
      'Chrome on iPhone',
    ],
    ['curl/8.5.0', 'curl'],
    ['node', 'node'],
    ['<script>', null],
    [null, null],
  ] as const) {
    test(`${userAgent} is ${name}`, () => assert.equal(deviceName(userAgent), name));
  }
});

describe('a network address', () => {
  for (const [address, network] of [
    ['203.0.113.77', '203.0.113.0'],
    ['::ffff:203.0.113.77', '203.0.113.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['no address', 'unknown'],
  ] as const) {
    test(`${address} is shortened to ${network}`, () => assert.equal(shortened(address), network));
  }
});

describe('the client of a request', () => {
  test('has a user agent of at most 255 characters, without control characters', () => {
    const client = clientOf({ ip: '10.1.2.3', headers: { 'user-agent': `a\u0000\u0085${'b'.repeat(300)}` } });
    assert.deepEqual(client, { userAgent: `a${'b'.repeat(254)}`, network: '10.1.2.0' });
  });

  test('may have no user agent', () => {
    assert.equal(clientOf({ ip: '10.1.2.3', headers: {} }).userAgent, null);
    assert.equal(clientOf({ ip: '10.1.2.3', headers: { 'user-agent': '' } }).userAgent, null);
  });
});
