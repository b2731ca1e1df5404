import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keepBooks, proveAltered } from '../../../support/altered-books.ts';
import { testClock } from '../../../support/clock.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { sealRecords } from '../../../support/seals.ts';

/* What somebody with the database's password may do, in more than one row. */

// Records are in the past of the database, so that they can be sealed.
const platform = await startTestPlatform({ clock: testClock('2025-06-15T10:00:00Z') });
const books = await keepBooks(platform);
const { names } = books;

describe('a million from nowhere', () => {
  const MINTED = `
    insert into wallet_entries
    select
      gen_random_uuid(), wallets.id, last_sequence + 1, 'adjustment', 'platform', 'available', 1000000, 'adjustment',
      '01936f2e-8c1b-7c3a-9d55-000000000009', pending, available + 1000000, paid, now()
    from wallets where id = :wallet;
    update wallets set available = available + 1000000, last_sequence = last_sequence + 1 where id = :wallet`;

  test('is found, although every trigger and constraint accepts it', async () => {
    const { faults } = await proveAltered(books, { statement: MINTED, asSuperuser: false });
    assert.equal(faults.length, 1);
    assert.match(
      faults[0]?.sentence ?? '',
      /adjustment of 1000000\.00 EUR, names adjustment 01936f2e-8c1b-7c3a-9d55-000000000009, which is missing/,
    );
  });

  test('is found with an adjustment made up for it, as the audit log has none', async () => {
    const statement = `
      insert into adjustments
      values ('01936f2e-8c1b-7c3a-9d55-000000000009', :user, 1000000, 'EUR', 'credit', 'Goodwill.', :admin, now());
      ${MINTED}`;
    const { faults } = await proveAltered(books, { statement, asSuperuser: false });
    assert.deepEqual(
      faults.map(({ sentence }) => sentence),
      ['The audit log has no record wallet.adjusted of adjustment 01936f2e-8c1b-7c3a-9d55-000000000009.'],
    );
  });
});

describe('a reward raised together with its entries and their successors', () => {
  const RAISED = `
    update cashback_transactions set amount = 55, uncapped_amount = 55 where purchase_id = :confirmed;
    update wallet_entries set amount = 55 where source_id = :confirmed`;
  const AUDITED = `
    update audit_logs set details = details || '{"cashback_amount": "55.00"}' where resource_id = :confirmed`;
  const GIVES = new RegExp(
    `reward of purchase ${names.confirmed} .* amount 55\\.00 EUR instead of 5\\.00 EUR`,
  );

  const sentencesOf = async (statement: string) => {
    const { faults } = await proveAltered(books, { statement, isHidden: true });
    return faults.map(({ sentence }) => sentence);
  };

  test('is found in the reward alone', async () => {
    const sentences = await sentencesOf(
      'update cashback_transactions set amount = 55, uncapped_amount = 55 where purchase_id = :confirmed',
    );
    assert.ok(sentences.some((sentence) => GIVES.test(sentence)));
  });

  test('is found by its offer, and by the audit log', async () => {
    const sentences = await sentencesOf(RAISED);
    assert.equal(sentences.length, 3);
    assert.ok(sentences.some((sentence) => GIVES.test(sentence)));
    assert.equal(sentences.filter((sentence) => sentence.startsWith('Audit record')).length, 2);
  });

  test('is found by its offer, when the audit log was altered too', async () => {
    const sentences = await sentencesOf(`${RAISED}; ${AUDITED}`);
    assert.equal(sentences.length, 1);
    assert.match(sentences[0] ?? '', GIVES);
  });

  test('is found by the audit log, when the purchase was raised too', async () => {
    const sentences = await sentencesOf(
      `${RAISED}; update purchases set amount = 1100 where id = :confirmed`,
    );
    assert.deepEqual(
      sentences.map((sentence) => sentence.replace(/Audit record \S+ /, '')),
      [
        `purchase.confirmed of purchase ${names.confirmed}, disagrees with it: cashback 5.00 EUR instead of 55.00 EUR.`,
        `purchase.recorded of purchase ${names.confirmed}, disagrees with it: amount 100.00 EUR instead of 1100.00 EUR, cashback 5.00 EUR instead of 55.00 EUR.`,
      ],
    );
  });
});

describe('a history that was erased', () => {
  const ABOUT = {
    journal: 'delete from wallet_entries where wallet_id = :wallet',
    purchases: `
      delete from cashback_cap_usage where user_id = :user;
      delete from cashback_transactions where user_id = :user;
      delete from purchases where user_id = :user`,
    payouts: 'delete from payouts where user_id = :user',
    adjustments: 'delete from adjustments where user_id = :user',
    audit: `
      delete from audit_logs
      where resource_id = :user
        or resource_id in (select id from purchases where user_id = :user)
        or resource_id in (select id from payouts where user_id = :user)`,
  };
  /** The audit log first, as it is found by the others. */
  const ORDER = ['audit', 'journal', 'purchases', 'payouts', 'adjustments'] as const;
  const erase = (parts: readonly string[]) =>
    ORDER.filter((part) => parts.includes(part))
      .map((part) => ABOUT[part])
      .join(';');

  test('is found where purchases are left: journal, payouts, adjustments and audit records gone', async () => {
    const statement = erase(['journal', 'payouts', 'adjustments', 'audit']);
    const { verdict, faults } = await proveAltered(books, { statement, isHidden: true });
    assert.equal(verdict, 'wrong');
    assert.ok(faults.some(({ sentence }) => sentence.includes(names.confirmed ?? '')));
  });

  for (const left of ORDER) {
    test(`is found as long as only ${left} contain a trace`, async () => {
      const statement = erase(ORDER.filter((part) => part !== left));
      const { verdict } = await proveAltered(books, { statement, isHidden: true });
      assert.equal(verdict, 'wrong');
    });
  }

  test('is found as long as the wallet holds its money', async () => {
    const { faults } = await proveAltered(books, { statement: erase(ORDER) });
    assert.equal(faults.length, 1);
    assert.match(faults[0]?.sentence ?? '', /but its journal states 0\.00 pending, 0\.00 available/);
  });

  test('is found by the seals of the audit log when every trace is gone', async () => {
    await sealRecords(platform.database);
    const { faults } = await proveAltered(books, { statement: erase(ORDER), isHidden: true });
    assert.equal(faults.length, 1);
    assert.match(
      faults[0]?.sentence ?? '',
      /^Seal 1 of the audit log covers \d+ records, of which the audit log has \d+\.$/,
    );
  });
});
