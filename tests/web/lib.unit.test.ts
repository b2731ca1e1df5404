import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addDays,
  daysOfMonth,
  formatAge,
  formatDate,
  formatDay,
  formatMonth,
  formatUtc,
  today,
} from '../../web/src/lib/dates.ts';
import { groupIban, isIban, maskIban, normalizeIban } from '../../web/src/lib/iban.ts';
import { plural } from '../../web/src/lib/plural.ts';
import { actionOf, type Key } from '../../web/src/lib/shortcuts.ts';
import { randomUuid } from '../../web/src/lib/uuid.ts';

test('shows calendar dates as they are, in any time zone', () => {
  assert.equal(formatDate('2026-11-26', 'en'), '26 Nov 2026');
  assert.equal(formatDate('2026-11-26', 'de'), '26. Nov. 2026');
  assert.equal(formatDay('2026-12-04', 'en'), 'Fri 4 Dec');
  assert.equal(formatMonth('2026-11', 'en'), 'November 2026');
  assert.equal(formatMonth('2026-11', 'de'), 'November 2026');
});

test('shows instants in UTC for the hover', () => {
  assert.equal(formatUtc('2026-11-26T09:14:03.123Z'), '2026-11-26 09:14:03 UTC');
});

test('shows an age in its largest unit', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  assert.equal(formatAge('2026-11-28T11:55:00Z', 'en', now), '5 minutes');
  assert.equal(formatAge('2026-11-28T10:00:00Z', 'en', now), '2 hours');
  assert.equal(formatAge('2026-11-25T12:00:00Z', 'de', now), '3 Tage');
  assert.equal(formatAge('2026-11-28T12:00:05Z', 'en', now), '0 minutes');
});

test('reckons with days', () => {
  assert.equal(addDays('2026-12-31', 1), '2027-01-01');
  assert.equal(addDays('2026-03-01', -1), '2026-02-28');
  assert.deepEqual(daysOfMonth('2028-02'), { from: '2028-02-01', to: '2028-02-29' });
  assert.match(today(), /^\d{4}-\d{2}-\d{2}$/);
});

test('accepts IBANs with spaces and dashes, and knows wrong check digits', () => {
  assert.equal(normalizeIban('de89-3704 0044 0532 0130 00'), 'DE89370400440532013000');
  assert.equal(isIban('DE89 3704 0044 0532 0130 00'), true);
  assert.equal(isIban('GB29NWBK60161331926819'), true);
  assert.equal(isIban('DE89 3704 0044 0532 0130 01'), false);
  assert.equal(isIban('DE89'), false);
});

test('groups an IBAN in fours, and masks it', () => {
  assert.equal(groupIban('de89370400440532013000'), 'DE89 3704 0044 0532 0130 00');
  assert.equal(maskIban('DE89370400440532013000'), 'DE89 … 3000');
});

test('counts in both languages', () => {
  assert.equal(plural('en', 1, 'purchase', 'purchases'), '1 purchase');
  assert.equal(plural('de', 1200, 'Einkauf', 'Einkäufe'), '1.200 Einkäufe');
});

test('makes UUIDs also where the browser offers none', (context) => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(randomUuid(), uuid);
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
  context.after(() => Reflect.deleteProperty(crypto, 'randomUUID'));
  assert.match(randomUuid(), uuid);
});

test('keys act where no text is typed, and single ones only if they are on', () => {
  const key = (pressed: string, more: Partial<Key> = {}): Key => ({
    key: pressed,
    hasModifier: false,
    isTyping: false,
    ...more,
  });
  assert.deepEqual(actionOf(key('k', { hasModifier: true, isTyping: true }), undefined, false), {
    kind: 'search',
  });
  assert.deepEqual(actionOf(key('j'), undefined, true), { kind: 'next' });
  assert.deepEqual(actionOf(key('p'), 'g', true), { kind: 'go', to: '/purchases' });
  assert.equal(actionOf(key('p'), undefined, true), undefined);
  assert.equal(actionOf(key('j', { isTyping: true }), undefined, true), undefined);
  assert.equal(actionOf(key('j'), undefined, false), undefined);
  assert.equal(actionOf(key('c', { hasModifier: true }), undefined, true), undefined);
});
