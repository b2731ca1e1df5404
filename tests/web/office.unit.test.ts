/* The words and drafts of the office's pages: offers, merchants, partners, audit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionText, detailsOf, pageOf } from '../../web/src/features/audit/words.ts';
import { isDays, isRate, merchantOf } from '../../web/src/features/merchants/merchant-draft.ts';
import { offerOf } from '../../web/src/features/offers/offer-draft.ts';
import { barOf, rateText, spanOf, stateOf } from '../../web/src/features/offers/words.ts';
import { keyLook, keyName, signingText } from '../../web/src/features/partners/words.ts';
import { instantsOf } from '../../web/src/lib/day-range.ts';
import { createFormat } from '../../web/src/lib/format.ts';
import { parseCount } from '../../web/src/lib/json-number.ts';
import * as audit from '../../web/src/messages/audit.ts';
import * as offers from '../../web/src/messages/offers.ts';
import * as partners from '../../web/src/messages/partners.ts';

const english = createFormat('en');
const german = createFormat('de');
const offer = {
  cashback_type: 'percent' as const,
  cashback_value: 2.5,
  currency: 'EUR',
  status: 'active' as const,
  start_date: '2026-11-01',
  end_date: '2026-11-30',
};

test('a rate is a percentage, or an amount for each purchase', () => {
  assert.equal(rateText(offer, offers.en, english), '2.5\u00a0%');
  assert.equal(
    rateText({ ...offer, cashback_type: 'fixed', cashback_value: 7.5 }, offers.de, german),
    'je 7,50\u00a0€',
  );
});

test('an offer stands where its days say, unless it is switched off', () => {
  assert.equal(stateOf(offer, '2026-11-30'), 'active');
  assert.equal(stateOf(offer, '2026-10-31'), 'upcoming');
  assert.equal(stateOf(offer, '2026-12-01'), 'ended');
  assert.equal(stateOf({ ...offer, status: 'inactive' }, '2026-11-15'), 'off');
});

test('the line of offers covers all of them and today', () => {
  const span = spanOf([offer, { start_date: '2026-12-01', end_date: '2026-12-31' }], '2026-10-31');
  assert.deepEqual(span, { from: '2026-10-31', to: '2026-12-31' });
  assert.deepEqual(barOf('2026-11-01', '2026-11-30', '2026-11-01', '2026-12-10'), {
    left: '0.00%',
    width: '75.00%',
  });
});

test('a new offer keeps the numbers that were typed, and no limit means none', () => {
  const draft = {
    merchant_id: 'm',
    cashback_type: 'percent' as const,
    cashback_value: '2,5',
    currency: 'EUR',
    monthly_cap: '',
    start_date: '2026-11-01',
    end_date: '2026-11-30',
  };
  const { monthly_cap, ...rest } = draft;
  assert.deepEqual(offerOf(draft), { ...rest, cashback_value: 2.5 });
  assert.equal(offerOf({ ...draft, monthly_cap: '1.000,50' }).monthly_cap, 1000.5);
});

test('a merchant without days takes those of the platform', () => {
  assert.equal(isRate('2,5'), true);
  assert.equal(isRate('two'), false);
  assert.equal(isDays(''), true);
  assert.equal(isDays('366'), false);
  assert.deepEqual(
    merchantOf({ name: ' Corner Books ', default_cashback_percentage: '5', confirmation_days: '' }),
    { name: 'Corner Books', default_cashback_percentage: 5, confirmation_days: null },
  );
});

test('a key is valid until it is revoked or its time is over', () => {
  const key = { revoked_at: null, expires_at: '2026-11-26T00:00:00Z' };
  const at = (instant: string) => keyLook(key, Date.parse(instant), partners.en).text;
  assert.equal(at('2026-11-25T23:59:59Z'), 'Valid');
  assert.equal(at('2026-11-26T00:00:00Z'), 'Expired');
  assert.equal(keyLook({ ...key, revoked_at: '2026-11-01T00:00:00Z' }, 0, partners.de).text, 'Gesperrt');
  assert.equal(keyName({ name: null, prefix: 'cnb_12' }), 'cnb_12…');
  assert.equal(signingText({ signature_required: false, can_sign: true }, partners.en), 'Possible');
});

test('the audit log speaks in words, and shows every detail', () => {
  assert.equal(actionText('offer.extended', audit.en), 'Moved the end of the offer');
  assert.equal(actionText('moon.landed', audit.en), 'moon.landed');
  assert.deepEqual(detailsOf({ details: { end_date: '2026-12-31', staff_roles: ['fraud'], cap: null } }), [
    { name: 'end date', value: '2026-12-31' },
    { name: 'staff roles', value: 'fraud' },
    { name: 'cap', value: '–' },
  ]);
  const record = { resource_type: 'merchant', resource_id: 'm' } as Parameters<typeof pageOf>[0];
  assert.deepEqual(pageOf(record), { to: '/merchants/$id', params: { id: 'm' } });
  assert.equal(pageOf({ ...record, resource_type: 'session' }), undefined);
});

test('both languages name the same actions', () => {
  assert.deepEqual(Object.keys(audit.de.actions), Object.keys(audit.en.actions));
});

test('days become instants of the local time zone, with their last second', () => {
  const { from = '', to = '' } = instantsOf({ from: '2026-11-26', to: '2026-11-26' });
  assert.equal(Date.parse(to) - Date.parse(from), 86_399_000);
  assert.deepEqual(instantsOf({}), {});
});

test('a count has its bounds', () => {
  assert.equal(parseCount('40', 1, 40), 40);
  assert.equal(parseCount('41', 1, 40), undefined);
  assert.equal(parseCount('4.0', 1, 40), undefined);
});
