import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressOf, networkOf } from '../../../src/core/http/rate-limit.ts';

describe('the address that a limit counts for', () => {
  const table: [string, string][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:DB8:0001:0002::1', '2001:db8:1:2::'],
    ['2001:db8::1', '2001:db8::'],
    ['::1', '::'],
    ['fe80::1%eth0', 'fe80::'],
    ['Unknown', 'unknown'],
    ['', ''],
  ];
  for (const [ip, expected] of table) {
    test(`of "${ip}" is "${expected}"`, () => assert.equal(addressOf({ ip }), expected));
  }

  test('differs for two networks and for two hosts of IPv4', () => {
    assert.notEqual(addressOf({ ip: '2001:db8:1:2::1' }), addressOf({ ip: '2001:db8:1:3::1' }));
    assert.notEqual(addressOf({ ip: '203.0.113.7' }), addressOf({ ip: '203.0.113.8' }));
  });
});

describe('the network of a device', () => {
  for (const [ip, expected] of [
    ['203.0.113.7', '203.0.113.0'],
    ['::ffff:203.0.113.200', '203.0.113.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['Unknown', 'unknown'],
  ] as const) {
    test(`of "${ip}" is "${expected}"`, () => assert.equal(networkOf({ ip }), expected));
  }
});
