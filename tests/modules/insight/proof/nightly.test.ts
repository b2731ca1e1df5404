import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nightlyProof } from '../../../../src/modules/insight/proof/nightly.ts';
import { resultRepository } from '../../../../src/modules/insight/proof/result-repository.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/service.ts';
import { testClock } from '../../../support/clock.ts';
import { runSql } from '../../../support/database.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const clock = testClock('2026-03-14T09:26:53Z');
const platform = await startTestPlatform({ clock });
const { api, admin, database, passTime, runJob } = platform;
const desk = await openPayoutDesk(platform, 100_00n);
const payoutId = await desk.requested({ amount: '25.00' });

async function verified() {
  const { body } = await api('GET', '/reports/books', { token: admin.token });
  return [body.verified_at, body.verified];
}

describe('the proof of a night', () => {
  test('is made at the first start of a small database, and shown with the trial balance', async () => {
    assert.deepEqual(await verified(), [null, null]);
    assert.deepEqual(await runJob('prove-books'), [2]);
    assert.deepEqual(await verified(), ['2026-03-14T09:26:53Z', true]);
  });

  test('waits for the next night', async () => {
    await passTime({ hours: 10 });
    assert.deepEqual(await runJob('prove-books'), []);
    await passTime({ hours: 8 });
    assert.deepEqual(await runJob('prove-books'), [2]);
    assert.deepEqual(await runJob('prove-books'), []);
    assert.deepEqual(await verified(), ['2026-03-15T03:26:53Z', true]);
  });

  test('ends early, without a result, when its process stops', async () => {
    await passTime({ hours: 24 });
    const stopping = new AbortController();
    const { prove } = nightlyProof({
      database,
      clock,
      logger: platform.platform.server.log as never,
      repository: resultRepository(),
      verify: (signal) => verifyLedger(database, { signal }),
      onWrong: async () => assert.fail('nothing is known to be wrong'),
    });
    stopping.abort(new Error('the process stops'));
    await assert.rejects(Array.fromAsync(prove(stopping.signal)), /the process stops/);
    assert.deepEqual(await verified(), ['2026-03-15T03:26:53Z', true]);
  });

  test('writes to those who keep the books if they are wrong', async () => {
    await runSql(
      database.url,
      `set session_replication_role = replica; update payouts set amount = 2.5 where id = '${payoutId}'`,
    );
    await runJob('prove-books');
    assert.deepEqual(await verified(), ['2026-03-16T03:26:53Z', false]);
    assert.deepEqual(
      await runSql(database.url, "select template from mails where template = 'books-differ'"),
      [{ template: 'books-differ' }],
    );
    const [result] = await runSql(
      database.url,
      'select verdict, faults::int from book_proofs order by id desc limit 1',
    );
    assert.deepEqual(result, { verdict: 'wrong', faults: 2 });
  });
});
