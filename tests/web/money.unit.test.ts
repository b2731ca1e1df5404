import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currencyOf,
  formatDecimal,
  formatMoney,
  formatPercent,
  isNegative,
  isZero,
  parseAmount,
} from '../../web/src/lib/money.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('formats decimal strings exactly, also those that no floating point number holds', () => {
  assert.equal(plain(formatMoney('90071992547409931234.57', 'EUR', 'en')), '90,071,992,547,409,931,234.57 €');
  assert.equal(plain(formatMoney('0.10', 'EUR', 'de')), '0,10 €');
});

test('shows all minor digits of the currency, and further digits as they are given', () => {
  assert.equal(plain(formatMoney('5', 'EUR', 'en')), '5.00 €');
  assert.equal(plain(formatMoney('1234', 'JPY', 'en')), '1,234 ¥');
  assert.equal(plain(formatMoney('1.5', 'KWD', 'en')), '1.500 KWD');
  assert.equal(plain(formatMoney('2.3675', 'EUR', 'en')), '2.3675 €');
});

test('writes the minus sign as a minus, and a plus on request', () => {
  assert.equal(plain(formatMoney('-15.00', 'EUR', 'en')), '−15.00 €');
  assert.equal(plain(formatMoney('-1234.50', 'EUR', 'de')), '−1.234,50 €');
  assert.equal(plain(formatMoney('2.37', 'EUR', 'en', { signed: true })), '+2.37 €');
  assert.equal(plain(formatMoney('0.00', 'EUR', 'en', { signed: true })), '0.00 €');
  assert.equal(plain(formatMoney('-0.00', 'EUR', 'en')), '0.00 €');
});

test('refuses what is no decimal number', () => {
  for (const text of ['', '1,5', '1e3', 'NaN', '--1', '1.'])
    assert.throws(() => formatMoney(text, 'EUR', 'en'), TypeError);
});

test('formats rates without the zeros at their end', () => {
  assert.equal(plain(formatPercent('2.50', 'en')), '2.5 %');
  assert.equal(plain(formatPercent('10', 'de')), '10 %');
  assert.equal(plain(formatPercent(7.5, 'de')), '7,5 %');
});

test('keeps the digits of a number that is no money', () => {
  assert.equal(formatDecimal('1234.5', 'de'), '1.234,5');
  assert.equal(formatDecimal('-3', 'en'), '−3');
});

test('reads amounts with comma or point, with and without groups', () => {
  const cases = {
    '152.77': '152.77',
    '152,77': '152.77',
    '1.234,50': '1234.50',
    '1,234.50': '1234.50',
    '1 234,5': '1234.5',
    '12': '12',
    '007': '7',
    '1.234': '1234',
    '1,234,567': '1234567',
    '0,5': '0.5',
  };
  for (const [typed, expected] of Object.entries(cases)) assert.equal(parseAmount(typed), expected, typed);
  for (const typed of ['', '-5', 'abc', '1.2.3', '1,23,4', '1e5', '5 €', '1.234.56'])
    assert.equal(parseAmount(typed), undefined, typed);
});

test('knows sign and zero without arithmetic', () => {
  assert.equal(isNegative('-0.01'), true);
  assert.equal(isNegative('-0.00'), false);
  assert.equal(isZero('0.000'), true);
  assert.equal(isZero('0.001'), false);
});

test('has a symbol and the digits of each currency', () => {
  assert.deepEqual(currencyOf('EUR', 'en'), { symbol: '€', digits: 2 });
  assert.deepEqual(currencyOf('JPY', 'de'), { symbol: '¥', digits: 0 });
  assert.equal(currencyOf('KWD', 'en').digits, 3);
});
