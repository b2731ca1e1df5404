import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import type { Database } from '../../../../src/core/database/index.ts';
import type { DomainError } from '../../../../src/core/errors.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { detailsCipher } from '../../../../src/modules/money/payouts/details.ts';
import { payoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { payoutRequests } from '../../../../src/modules/money/payouts/requests.ts';
import { walletRepository } from '../../../../src/modules/money/wallets/repository.ts';
import { walletService } from '../../../../src/modules/money/wallets/service.ts';
import { eventsModule } from '../../../../src/modules/platform/events/index.ts';
import { idempotencyModule } from '../../../../src/modules/platform/idempotency/index.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { ACCOUNT_HOLDER, IBAN } from '../../../support/payouts-builders.ts';
import { type Answer, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform({
  environment: { PAYOUT_MONTHLY_LIMIT: '5000.00' },
});
const { database, clock, config } = platform;

/** How often each status and code was answered: `201 3, 409 INSUFFICIENT_BALANCE 7`. */
function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const told = status < 400 ? String(status) : `${status} ${body.error.code}`;
    counts[told] = (counts[told] ?? 0) + 1;
  }
  return counts;
}

/**
 * So many requests in one process keep its event loop busy for seconds, and a connection that is opened meanwhile
 * may find its time up. Clients are elsewhere, where a platform runs.
 */
async function openAllConnections(): Promise<void> {
  const { ping } = platform.database;
  await Promise.all(Array.from({ length: platform.config.databaseConnections }, () => ping()));
}

async function assertBooksAreRight(): Promise<void> {
  const { faults } = await verifyLedger(platform.database);
  assert.deepEqual(faults, []);
}

describe('a thousand requests for payouts at once', () => {
  test('take out of one wallet exactly what it holds, and not one fails for our reasons', async () => {
    const desk = await openPayoutDesk(platform, 1_234_56n);
    await openAllConnections();

    const answers = await Promise.all(Array.from({ length: 1_000 }, () => desk.request({ amount: '12.34' })));

    assert.deepEqual(tally(answers), { '201': 100, '409 INSUFFICIENT_BALANCE': 900 });
    assert.equal(await desk.balances(), '0.0000 / 0.5600 / 1234.0000');
    assert.equal((await desk.journal()).length, 100);
    const [rows] = await desk.rows(
      `select count(*)::int as payouts, sum(amount)::text as total from payouts where user_id = '${desk.user.id}'`,
    );
    assert.deepEqual(rows, { payouts: 100, total: '1234.0000' });
    await assertBooksAreRight();
  });

  test('of several users, with and without keys, stop at each limit and each balance', async () => {
    const desks = await Promise.all([9_000_00n, 345_00n, 5n].map((held) => openPayoutDesk(platform, held)));
    const [rich, modest, poor] = desks;
    assert.ok(rich && modest && poor);

    const answers = await Promise.all(
      Array.from({ length: 600 }, (_, index) =>
        Promise.all(
          desks.map((desk) =>
            desk.request({ amount: '100.00' }, index % 3 === 0 ? { key: `key-${index % 120}` } : {}),
          ),
        ),
      ),
    );

    const [ofRich, ofModest, ofPoor] = [0, 1, 2].map((place) => {
      const own = answers.map((each) => each[place]).filter((answer) => answer !== undefined);
      return tally(own.filter(({ headers }) => headers['idempotency-replayed'] === undefined));
    });
    assert.equal(ofRich?.['201'], 50);
    assert.equal(ofModest?.['201'], 3);
    assert.equal(ofPoor?.['201'], undefined);
    const kinds = new Set([ofRich, ofModest, ofPoor].flatMap((counts) => Object.keys(counts ?? {})));
    for (const kind of kinds) {
      assert.match(kind, /^(201|409 INSUFFICIENT_BALANCE|422 PAYOUT_POLICY_VIOLATION)$/);
    }
    assert.equal(await rich.balances(), '0.0000 / 4000.0000 / 5000.0000');
    assert.equal(await modest.balances(), '0.0000 / 45.0000 / 300.0000');
    assert.equal(await poor.balances(), '0.0000 / 0.0500 / 0.0000');
    await assertBooksAreRight();
  });
});

describe('requests that no batch brings together, as in several processes', () => {
  test('stop at the limit of the month, and do not deadlock', async () => {
    const users = await Promise.all([9_000_00n, 9_000_00n].map((held) => openPayoutDesk(platform, held)));
    let attempts = 0;
    const counted: Database = {
      ...database,
      transaction: (work) =>
        database.transaction((trx) => {
          attempts += 1;
          return work(trx);
        }),
    };
    const requestPayouts = payoutRequests({
      database: counted,
      clock,
      logger: pino({ level: 'silent' }),
      repository: payoutRepository(),
      cipher: detailsCipher(config.encryptionKeys),
      idempotency: idempotencyModule({ database, clock }, { encryptionKeys: config.encryptionKeys }).client,
      wallets: walletService({ clock, repository: walletRepository() }),
      users: platform.platform.modules.users.client,
      events: eventsModule({ database, clock }).client,
      supportedCurrencies: config.supportedCurrencies,
      limits: config.payoutLimits,
      needsEmailProof: false,
    });
    const order = ({ user }: (typeof users)[number]) => ({
      actor: { type: 'user', id: user.id, requestId: null } as const,
      userId: user.id,
      amount: 700_00n,
      currency: 'EUR',
      method: 'bank_transfer' as const,
      bankDetails: { iban: IBAN, accountHolder: ACCOUNT_HOLDER },
      request: undefined,
    });
    const list = users.map(order);

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => requestPayouts(index % 2 === 0 ? list : list.toReversed())),
    );

    const codes = outcomes.flat().map((outcome) => (outcome.ok ? 'ok' : (outcome.error as DomainError).code));
    assert.equal(codes.filter((code) => code === 'ok').length, 14);
    assert.equal(codes.filter((code) => code === 'PAYOUT_POLICY_VIOLATION').length, 66);
    for (const desk of users) assert.equal(await desk.balances(), '0.0000 / 4100.0000 / 4900.0000');
    assert.equal(attempts, 40, 'a transaction was tried again, as after a deadlock');
  });
});

describe('of several who settle one payout at once', () => {
  const done = (answer: Answer) => (answer.status === 200 ? answer.body.status : answer.body.error.code);

  test('exactly one wins, and the money is where the winner says', async () => {
    for (let round = 0; round < 12; round += 1) {
      const desk = await openPayoutDesk(platform);
      const id = await desk.requested();

      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index + round) % 2 === 0
            ? desk.process(id, { status: 'completed', external_reference: `SEPA-${index}` })
            : desk.process(id, { status: 'failed', reason: 'account closed' }),
        ),
      );

      const outcomes = answers.map(done);
      const winners = outcomes.filter((outcome) => outcome !== 'PAYOUT_INVALID_TRANSITION');
      assert.equal(winners.length, 1, outcomes.join(', '));
      const [row] = await desk.rows(`select status from payouts where id = '${id}'`);
      assert.equal(row?.status, winners[0]);
      const expected =
        winners[0] === 'completed' ? '0.0000 / 90.0000 / 10.0000' : '0.0000 / 100.0000 / 0.0000';
      assert.equal(await desk.balances(), expected);
      assert.equal((await desk.audited()).length, 2);
    }
  });

  test('a cancellation and the begin of its payment never both succeed', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const desk = await openPayoutDesk(platform);
      const id = await desk.requested();
      const cancel = () => desk.cancel(id);
      const process = () => desk.process(id, { status: 'processing' });

      const answers = await Promise.all(round % 2 === 0 ? [cancel(), process()] : [process(), cancel()]);

      const winners = answers.map(done).filter((outcome) => outcome !== 'PAYOUT_INVALID_TRANSITION');
      assert.equal(winners.length, 1);
      seen.add(winners[0]);
      const expected =
        winners[0] === 'cancelled' ? '0.0000 / 100.0000 / 0.0000' : '0.0000 / 90.0000 / 10.0000';
      assert.equal(await desk.balances(), expected);
    }
    assert.deepEqual([...seen].sort(), ['cancelled', 'processing']);
  });
});

describe('a list', () => {
  test('of moves of one payout is decided one after the other', async () => {
    const desk = await openPayoutDesk(platform);
    const payoutId = await desk.requested();
    const actor = { type: 'admin', id: platform.admin.id, requestId: null } as const;
    const { movePayouts } = platform.platform.modules.payouts.service;

    const outcomes = await movePayouts([
      { actor, payoutId, to: 'processing' },
      { actor, payoutId, to: 'cancelled' },
      { actor, payoutId, to: 'failed', reason: 'account closed' },
      { actor, payoutId, to: 'completed', externalReference: 'SEPA-1' },
    ]);

    assert.deepEqual(
      outcomes.map((outcome) =>
        outcome.ok ? outcome.value.status : (outcome.error as { code: string }).code,
      ),
      ['processing', 'NOT_FOUND', 'failed', 'PAYOUT_INVALID_TRANSITION'],
    );
    assert.equal(await desk.balances(), '0.0000 / 100.0000 / 0.0000');
    assert.deepEqual((await desk.audited()).slice(1), [
      'payout.processing admin 10.00 EUR',
      'payout.failed admin 10.00 EUR',
    ]);
  });
});
