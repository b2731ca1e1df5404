import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCommand } from '../support/child-platform.ts';
import { createTestDatabase, runSql } from '../support/database.ts';
import { openPayoutDesk } from '../support/payouts.ts';
import { startTestPlatform } from '../support/platform.ts';

const verify = (url: string, ...options: readonly string[]) =>
  runCommand('src/cli/ledger-verify.ts', [...options], { DATABASE_URL: url });

describe('npm run ledger-verify', () => {
  test('prints totals by currency, says that the books are right, and exits with 0', async () => {
    const platform = await startTestPlatform();
    const desk = await openPayoutDesk(platform, 100_00n);
    await desk.requested({ amount: '25.00' });

    const { code, output } = await verify(platform.database.url);

    assert.match(output, /EUR +2 +2 +0\.00 +75\.00 +25\.00 +100\.00 +100\.00 +0$/m);
    assert.match(output, /The books are right/);
    assert.equal(code, 0);
  });

  test('prints a sentence for a fault, says that the books are wrong, and exits with 1', async () => {
    const platform = await startTestPlatform();
    const desk = await openPayoutDesk(platform, 100_00n);
    const id = await desk.requested({ amount: '25.00' });
    await runSql(
      platform.database.url,
      `set session_replication_role = replica; update payouts set amount = 2.5 where id = '${id}'`,
    );

    const { code, output } = await verify(platform.database.url, '--mail');

    const sentence = `disagrees with payout ${id}: amount 25.00 EUR instead of 2.50 EUR.`;
    assert.ok(output.includes(sentence), output);
    assert.match(output, /The books are WRONG: 2 faults\./);
    assert.equal(code, 1);
    assert.match(output, /Mails to members of staff: 1\./);
    const mails = await runSql(
      platform.database.url,
      "select template, outcome from mails where template = 'books-differ'",
    );
    assert.deepEqual(mails, [{ template: 'books-differ', outcome: null }]);
  });

  test('says that books without a wallet are empty, and exits with 2', async () => {
    const { url } = await createTestDatabase();
    const { code, output } = await verify(url);
    assert.match(output, /The books are empty: there is no wallet, so nothing was proven\./);
    assert.equal(code, 2);
  });
});
