/* The figures, the banner and the charts of the overview. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf, rowsOf } from '../../web/src/features/books/words.ts';
import { dailyBars, refusalBars } from '../../web/src/features/overview/chart-data.ts';
import { figuresOf } from '../../web/src/features/overview/figures.ts';
import { landingOf } from '../../web/src/features/overview/landing.ts';
import { booksState, booksText, shareText } from '../../web/src/features/overview/words.ts';
import { createFormat } from '../../web/src/lib/format.ts';
import * as booksMessages from '../../web/src/messages/books.ts';
import * as messages from '../../web/src/messages/overview.ts';

const english = createFormat('en');
const german = createFormat('de');

const books = {
  currency: 'EUR',
  as_of: '2026-11-28T10:42:00Z',
  platform: '-1054.20',
  pending: '54.20',
  available: '900.00',
  paid: '100.00',
  difference: '0.00',
  entries: 1154,
  verified: true,
  verified_at: '2026-11-27T03:00:00Z',
};

test('the banner is green for proven books, amber for unproven ones, red for wrong ones', () => {
  assert.equal(booksState(books), 'right');
  assert.equal(booksState({ ...books, verified: null }), 'unproven');
  assert.equal(booksState({ ...books, verified: false }), 'wrong');
  assert.equal(booksState({ ...books, difference: '-0.01' }), 'wrong');
});

test('the banner says what was found, when it was proven, and how many entries there are', () => {
  assert.match(
    booksText(books, messages.en, english),
    /^Books agree, verified 27 Nov 2026, .*, 1,154 entries$/,
  );
  const unproven = { ...books, verified: null, verified_at: null };
  assert.equal(
    booksText(unproven, messages.de, german),
    'Die Bücher stimmen, noch nicht geprüft, 1.154 Buchungen',
  );
  assert.match(
    booksText({ ...books, difference: '-0.01' }, messages.en, english),
    /^The books differ by \u22120\.01\u00a0€, /,
  );
});

test('the trial balance and its file have the four buckets and the difference', () => {
  assert.deepEqual(
    rowsOf(books, booksMessages.de).map(({ id, sum }) => [id, sum]),
    [
      ['platform', '-1054.20'],
      ['pending', '54.20'],
      ['available', '900.00'],
      ['paid', '100.00'],
    ],
  );
  assert.equal(csvOf(books).split('\r\n')[5], 'difference,0.00,EUR,2026-11-28T10:42:00Z');
});

test('a share is a percentage with one digit, or none', () => {
  assert.equal(shareText(0.9132, messages.en, english), '91.3\u00a0%');
  assert.equal(shareText(1, messages.de, german), '100\u00a0%');
  assert.equal(shareText(null, messages.en, english), 'None');
});

test('each of the eight figures leads to its rows', () => {
  const nothing = { amount: '0.00', count: 0, oldest_at: null, share: null };
  const figures = figuresOf(
    {
      currency: 'EUR',
      as_of: books.as_of,
      owed: { ...nothing, pending: '0.00', available: '0.00', payouts_under_way: '0.00' },
      withdrawable: { ...nothing, minimum: '10.00' },
      payouts_due: { ...nothing, amount: '15.00', count: 1, oldest_at: new Date().toISOString() },
      overdue: { ...nothing, blocked_by: [{ reason: 'merchant_inactive', amount: '1.00', count: 2 }] },
      held: nothing,
      converted: { ...nothing, share: 0.5, confirmed: 1, reversed: 1, count: 2 },
      owed_to_us: { ...nothing, count: 1 },
      refused: { ...nothing, amount: null, since: books.as_of },
    },
    messages.en,
    english,
  );
  assert.equal(figures.length, 8);
  const pages = [
    '/books',
    '/shoppers',
    '/payouts',
    '/purchases',
    '/holds',
    '/purchases',
    '/shoppers',
    '/refusals',
  ];
  assert.deepEqual(
    figures.map(({ to }) => to),
    pages,
  );
  const detailOf = (label: string) => figures.find((figure) => figure.label === label)?.detail;
  assert.equal(detailOf('Payouts due'), '1 payout, oldest 0 minutes');
  assert.equal(detailOf('Overdue pending'), '0 purchases: 2 of inactive merchants');
  assert.equal(detailOf('Refused, last 24 hours'), 'No report in these hours');
  assert.equal(figures.find(({ alert }) => alert)?.label, 'Owed to us');
});

test('a day without a report stays a gap', () => {
  const row = (day: string) => ({ day, recorded: '2.37', confirmed: '0.00', reversed: '0.00' });
  const bars = dailyBars([row('2026-11-28'), row('2026-11-26')]);
  assert.deepEqual(
    bars.map(({ day, recorded }) => [day, recorded]),
    [
      ['2026-11-26', 2.37],
      ['2026-11-27', undefined],
      ['2026-11-28', 2.37],
    ],
  );
  assert.deepEqual(dailyBars([]), []);
});

test('four reasons of refusals have a series each; beyond that the rest is gathered', () => {
  const rows = ['A', 'B', 'C', 'D'].map((code, index) => ({ day: '2026-11-26', code, count: 9 - index }));
  assert.deepEqual(refusalBars(rows).codes, ['A', 'B', 'C', 'D']);
  const more = refusalBars([...rows, { day: '2026-11-28', code: 'E', count: 1 }]);
  assert.deepEqual(more.codes, ['A', 'B', 'C', null]);
  assert.deepEqual(
    more.days.map(({ counts }) => counts),
    [
      [9, 8, 7, 6],
      [0, 0, 0, 0],
      [0, 0, 0, 1],
    ],
  );
});

test('a day of work begins where the role works', () => {
  assert.equal(landingOf({ staff_roles: ['fraud'] }), '/holds');
  assert.equal(landingOf({ staff_roles: ['partnerships'] }), '/offers');
  assert.equal(landingOf({ staff_roles: ['finance'] }), undefined);
  assert.equal(landingOf({ staff_roles: ['fraud', 'finance'] }), undefined);
});
