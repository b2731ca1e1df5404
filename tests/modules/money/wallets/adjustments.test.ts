import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { runSql } from '../../../support/database.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { type Answer, assertRefused, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,JPY,KWD' } });
const { api, admin, database } = platform;

function adjust(userId: string, fields: Record<string, unknown> = {}, key?: string): Promise<Answer> {
  return api('POST', `/users/${userId}/wallet/adjustments`, {
    token: admin.token,
    body: { amount: '10.00', direction: 'credit', reason: 'Goodwill.', ...fields },
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });
}

const rowsAbout = async (userId: string) => ({
  adjustments: await runSql(
    database.url,
    `select amount, currency, direction, reason, admin_id from adjustments where user_id = '${userId}' order by id`,
  ),
  entries: await runSql(
    database.url,
    `select type, from_bucket, to_bucket, wallet_entries.amount, source_type, source_id from wallet_entries
     join wallets on wallets.id = wallet_id where user_id = '${userId}' order by sequence`,
  ),
  audit: await runSql(
    database.url,
    `select actor_id, details from audit_logs where action = 'wallet.adjusted' and resource_id = '${userId}' order by id`,
  ),
});

describe('an adjustment', () => {
  test('that credits makes money available, with its reason, on record in every book', async () => {
    const { id: userId } = await platform.registerUser();

    const answer = await adjust(userId.toUpperCase(), { amount: 12.5, reason: ' Goodwill. ' });

    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    const { id, ...rest } = answer.body;
    assert.deepEqual(rest, {
      user_id: userId,
      amount: '12.50',
      currency: 'EUR',
      direction: 'credit',
      reason: 'Goodwill.',
      status: 'completed',
      created_by: admin.id,
      created_at: '2026-03-14T09:26:53Z',
      expires_at: null,
      decided_by: null,
      decided_at: null,
      decision_reason: null,
      wallet: { pending_balance: '0.00', available_balance: '12.50', paid_balance: '0.00', currency: 'EUR' },
    });
    assert.deepEqual(await rowsAbout(userId), {
      adjustments: [
        { amount: '12.5000', currency: 'EUR', direction: 'credit', reason: 'Goodwill.', admin_id: admin.id },
      ],
      entries: [
        {
          type: 'adjustment',
          from_bucket: 'platform',
          to_bucket: 'available',
          amount: '12.5000',
          source_type: 'adjustment',
          source_id: id,
        },
      ],
      audit: [
        {
          actor_id: admin.id,
          details: {
            adjustment_id: id,
            direction: 'credit',
            amount: '12.50',
            currency: 'EUR',
            reason: 'Goodwill.',
          },
        },
      ],
    });
    assert.deepEqual((await verifyLedger(database)).faults, []);
  });

  test('that debits takes what is available down to nothing, and no cent further', async () => {
    const { user, balances } = await openPayoutDesk(platform, 10_00n);

    const taken = await adjust(user.id, { direction: 'debit', amount: '9.99' });
    const tooMuch = await adjust(user.id, { direction: 'debit', amount: '0.02' });
    const before = await rowsAbout(user.id);
    const last = await adjust(user.id, { direction: 'debit', amount: '0.01' });

    assert.deepEqual([taken.status, taken.body.wallet.available_balance], [201, '0.01']);
    assertRefused(tooMuch, 409, 'INSUFFICIENT_BALANCE');
    assert.deepEqual(tooMuch.body.error.details, {
      available_balance: '0.01',
      pending_balance: '0.00',
      requested_amount: '0.02',
      currency: 'EUR',
    });
    assert.deepEqual([before.adjustments.length, before.entries.length, before.audit.length], [2, 2, 2]);
    assert.equal(last.body.wallet.available_balance, '0.00');
    assert.equal(await balances(), '0.0000 / 0.0000 / 0.0000');
  });

  test('of a user who does not exist is NOT_FOUND, and leaves no wallet', async () => {
    const nobody = newId();
    const answer = await adjust(nobody);
    assertRefused(answer, 404, 'NOT_FOUND');
    assert.deepEqual(answer.body.error.details, { resource_type: 'user', resource_id: nobody });
    assert.deepEqual(await runSql(database.url, `select 1 from wallets where user_id = '${nobody}'`), []);
  });

  for (const [currency, amount] of [
    ['JPY', '900'],
    ['KWD', '0.001'],
  ] as const) {
    test(`in ${currency} opens a wallet there, and counts in its minor digits`, async () => {
      const { id } = await platform.registerUser();
      const answer = await adjust(id, { currency, amount });
      assert.deepEqual([answer.status, answer.body.wallet.available_balance], [201, amount]);
      assertRefused(await adjust(id, { currency, amount: '1.0005' }), 422, 'VALIDATION_ERROR');
    });
  }

  test('in a currency that the platform has not is refused', async () => {
    const { id } = await platform.registerUser();
    assertRefused(await adjust(id, { currency: 'USD' }), 422, 'UNSUPPORTED_CURRENCY');
    assertRefused(await adjust(id, { currency: 'ZZZ' }), 422, 'UNSUPPORTED_CURRENCY');
  });

  test('with an idempotency key happens once; another reason under the same key is refused', async () => {
    const { user, balances } = await openPayoutDesk(platform, 0n);

    const first = await adjust(user.id, {}, 'goodwill-1');
    const again = await adjust(user.id, { amount: 10 }, 'goodwill-1');
    const other = await adjust(user.id, { reason: 'Correction.' }, 'goodwill-1');

    assert.deepEqual([again.status, again.body], [201, first.body]);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assertRefused(other, 409, 'IDEMPOTENCY_KEY_REUSED');
    assert.equal(await balances(), '0.0000 / 10.0000 / 0.0000');
    assert.equal((await rowsAbout(user.id)).adjustments.length, 1);
  });

  test('that was refused under a key is refused alike, and leaves nothing but the key', async () => {
    const nobody = newId();
    const { id } = await platform.registerUser();
    const debit = { direction: 'debit' };
    const refusals = [
      [await adjust(nobody, {}, 'k-nobody'), await adjust(nobody, {}, 'k-nobody')],
      [await adjust(id, debit, 'k-debit'), await adjust(id, debit, 'k-debit')],
    ];
    for (const [first, again] of refusals) {
      assert.ok(first && again && first.status >= 400);
      assert.deepEqual([again.status, again.body], [first.status, first.body]);
      assert.deepEqual(
        [first.headers['idempotency-replayed'], again.headers['idempotency-replayed']],
        [undefined, 'true'],
      );
    }
    assert.deepEqual(await rowsAbout(id), { adjustments: [], entries: [], audit: [] });
  });

  test('fifty at once, each taking a fifth, take five fifths', async () => {
    const { user, balances } = await openPayoutDesk(platform, 50_00n);

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => adjust(user.id, { direction: 'debit' })),
    );

    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 201).length, 5);
    assert.equal(statuses.filter((status) => status === 409).length, 45);
    assert.equal(await balances(), '0.0000 / 0.0000 / 0.0000');
  });

  test('is never changed or deleted, in the database itself', async () => {
    const { id } = (await adjust((await platform.registerUser()).id)).body;
    for (const statement of [
      `update adjustments set reason = 'x' where id = '${id}'`,
      `delete from adjustments where id = '${id}'`,
      'truncate adjustments cascade',
    ]) {
      await assert.rejects(runSql(database.url, statement), /is refused on table adjustments/);
    }
  });
});
