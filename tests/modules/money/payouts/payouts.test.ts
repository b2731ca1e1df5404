import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { IBAN, MASKED } from '../../../support/payouts-builders.ts';
import { type Answer, assertRefused, PASSWORD, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform({
  environment: {
    SUPPORTED_CURRENCIES: 'EUR,JPY,KWD',
    PAYOUT_MINIMUM: '10.00,JPY:1500',
    PAYOUT_MONTHLY_LIMIT: '1000.00,JPY:150000',
  },
});
const { api, admin, clock } = platform;
const NOW = '2026-03-14T09:26:53Z';

describe('a request for a payout', () => {
  test('answers 201, moves the money from available to paid, and is audited', async () => {
    const desk = await openPayoutDesk(platform);

    const answer = await desk.request({ amount: '40.00' });

    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    const { id, ...rest } = answer.body;
    assert.deepEqual(rest, {
      status: 'requested',
      amount: '40.00',
      currency: 'EUR',
      method: 'bank_transfer',
      details: MASKED,
      requested_at: NOW,
      processing_at: null,
      settled_at: null,
      external_reference: null,
      failure_reason: null,
      returned_at: null,
      return_reason: null,
    });
    assert.equal(await desk.balances(), '0.0000 / 60.0000 / 40.0000');
    assert.deepEqual(await desk.journal(), ['payout available>paid 40.0000']);
    assert.deepEqual(await desk.audited(), ['payout.requested user 40.00 EUR']);
    const [entry] = await desk.rows(
      `select source_type, source_id from wallet_entries where type = 'payout' and source_id = '${id}'`,
    );
    assert.deepEqual(entry, { source_type: 'payout', source_id: id });
  });

  test('of everything that is there empties the wallet', async () => {
    const desk = await openPayoutDesk(platform, 10_00n);
    assert.equal((await desk.request({ amount: 10 })).status, 201);
    assert.equal(await desk.balances(), '0.0000 / 0.0000 / 10.0000');
  });

  test('of a cent more than is there answers 409 with the balances, and leaves no trace', async () => {
    const desk = await openPayoutDesk(platform, 20_00n);

    const answer = await desk.request({ amount: '20.01' });

    assertRefused(answer, 409, 'INSUFFICIENT_BALANCE');
    assert.deepEqual(answer.body.error.details, {
      available_balance: '20.00',
      pending_balance: '0.00',
      requested_amount: '20.01',
      currency: 'EUR',
    });
    assert.equal(await desk.balances(), '0.0000 / 20.0000 / 0.0000');
    assert.deepEqual(await desk.rows(`select 1 from payouts where user_id = '${desk.user.id}'`), []);
  });

  test('counts nothing but what is available', async () => {
    const desk = await openPayoutDesk(platform, 0n);
    assertRefused(await desk.request(), 409, 'INSUFFICIENT_BALANCE');
  });

  test('below the minimum and above the limit of the month answers 422 with both', async () => {
    const desk = await openPayoutDesk(platform, 2_000_00n);
    for (let count = 0; count < 2; count += 1) await desk.requested({ amount: '500.00' });

    const answer = await desk.request({ amount: '9.99' });

    assertRefused(answer, 422, 'PAYOUT_POLICY_VIOLATION');
    const { violations } = answer.body.error.details;
    assert.deepEqual(
      violations.map(({ rule, limit, used }: Record<string, string>) => [rule, limit, used]),
      [
        ['minimum_amount', '10.00', undefined],
        ['monthly_limit', '1000.00', '1000.00'],
      ],
    );
    assert.equal(await desk.balances(), '0.0000 / 1000.0000 / 1000.0000');
  });

  test('that failed or was cancelled does not count for the limit; each month starts at zero', async () => {
    const desk = await openPayoutDesk(platform, 3_000_00n);
    const [failed, cancelled] = [
      await desk.requested({ amount: '400.00' }),
      await desk.requested({ amount: '600.00' }),
    ];
    assertRefused(await desk.request(), 422, 'PAYOUT_POLICY_VIOLATION');

    await desk.process(failed, { status: 'failed', reason: 'account closed' });
    await desk.cancel(cancelled);

    await desk.requested({ amount: '1000.00' });
    assertRefused(await desk.request(), 422, 'PAYOUT_POLICY_VIOLATION');
    clock.advance({ hours: 24 * 18 });
    const { body } = await api('POST', '/auth/login', {
      body: { email: desk.user.email, password: PASSWORD },
    });
    const person = { ...desk.user, token: body.access_token };
    const nextMonth = await desk.request({ amount: '1000.00' }, { person });
    clock.advance({ hours: -24 * 18 });
    assert.equal(nextMonth.status, 201);
  });

  for (const [currency, available, amount, shown] of [
    ['JPY', 5_000n, '1500', '0.0000 / 3500.0000 / 1500.0000'],
    ['KWD', 20_001n, '10.001', '0.0000 / 10.0000 / 10.0010'],
  ] as const) {
    test(`of ${currency} counts in its minor digits`, async () => {
      const desk = await openPayoutDesk(platform, available, currency);

      const answer = await desk.request({ amount });

      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      assert.deepEqual([answer.body.amount, answer.body.currency], [amount, currency]);
      assert.equal(await desk.balances(), shown);
      assertRefused(
        await desk.request({ amount: `${amount}${amount.includes('.') ? '' : '.'}5` }),
        422,
        'VALIDATION_ERROR',
      );
    });
  }

  test('in a currency that the platform does not pay is refused and opens no wallet', async () => {
    const desk = await openPayoutDesk(platform);
    assertRefused(await desk.request({ currency: 'USD' }), 422, 'UNSUPPORTED_CURRENCY');
    const wallets = await desk.rows(`select currency from wallets where user_id = '${desk.user.id}'`);
    assert.deepEqual(wallets, [{ currency: 'EUR' }]);
  });

  test('in a currency that the user has no money in is not covered, and opens no wallet', async () => {
    const desk = await openPayoutDesk(platform);
    assertRefused(await desk.request({ currency: 'JPY', amount: 1_500 }), 409, 'INSUFFICIENT_BALANCE');
    assert.equal((await desk.rows(`select 1 from wallets where user_id = '${desk.user.id}'`)).length, 1);
  });
});

describe('bank details', () => {
  test('are revealed to the admin who pays, with an audit record each, and never cached', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();
    await desk.process(id, { status: 'processing' });
    const path = `/payouts/${id.toUpperCase()}/bank-details`;

    const first = await api('GET', path, { token: admin.token });
    await api('GET', path, { token: admin.token });
    const refused = await api('GET', path, { token: desk.user.token });

    assert.deepEqual(first.body, { id, details: { iban: IBAN, account_holder: 'Erika Mustermann' } });
    assert.equal(first.headers['cache-control'], 'no-store');
    assertRefused(refused, 403, 'FORBIDDEN');
    assert.deepEqual(await desk.audited(), [
      'payout.requested user 10.00 EUR',
      'payout.processing admin 10.00 EUR',
      'payout.bank_details_revealed admin',
      'payout.bank_details_revealed admin',
    ]);
  });
});

describe('an admin', () => {
  test('processes and completes a payout; the money stays paid', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();

    const processing = await desk.process(id, { status: 'processing' });
    clock.advance({ minutes: 5 });
    const completed = await desk.process(id.toUpperCase(), {
      status: 'completed',
      external_reference: 'SEPA-1',
    });
    clock.advance({ minutes: -5 });

    assert.deepEqual(
      [processing.status, processing.body.status, processing.body.processing_at],
      [200, 'processing', NOW],
    );
    assert.equal(completed.status, 200, JSON.stringify(completed.body));
    assert.deepEqual(completed.body, {
      ...processing.body,
      status: 'completed',
      settled_at: '2026-03-14T09:31:53Z',
      external_reference: 'SEPA-1',
      completed_by: admin.id,
    });
    assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
    assert.deepEqual(await desk.audited(), [
      'payout.requested user 10.00 EUR',
      'payout.processing admin 10.00 EUR',
      'payout.completed admin 10.00 EUR',
    ]);
  });

  for (const from of ['requested', 'processing']) {
    test(`fails a payout that is ${from}; the money comes back`, async () => {
      const desk = await openPayoutDesk(platform);
      const id = await desk.requested();
      if (from === 'processing') await desk.process(id, { status: 'processing' });

      const answer = await desk.process(id, { status: 'failed', reason: 'account closed' });

      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.deepEqual([answer.body.status, answer.body.failure_reason], ['failed', 'account closed']);
      assert.equal(await desk.balances(), '0.0000 / 100.0000 / 0.0000');
      assert.deepEqual(await desk.journal(), [
        'payout available>paid 10.0000',
        'payout_refund paid>available 10.0000',
      ]);
    });
  }

  test('that breaks a rule of the move changes nothing', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();
    const answer = await desk.process(id, { status: 'completed', reason: 'account closed' });
    assertRefused(answer, 400, 'VALIDATION_ERROR');
    assert.deepEqual(await desk.audited(), ['payout.requested user 10.00 EUR']);
  });

  test('lists payouts newest first, by status and user, page after page', async () => {
    const desk = await openPayoutDesk(platform);
    const ids = [await desk.requested(), await desk.requested(), await desk.requested()];
    await desk.process(ids[1] ?? '', { status: 'processing' });
    const list = async (query: string) =>
      (await api('GET', `/payouts?${query}`, { token: admin.token })).body;
    const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);

    const all = await list(`user_id=${desk.user.id.toUpperCase()}`);
    const first = await list(`user_id=${desk.user.id}&limit=2`);
    const second = await list(`user_id=${desk.user.id}&limit=2&cursor=${first.pagination.next_cursor}`);
    const processing = await list(`user_id=${desk.user.id}&status=processing`);

    assert.deepEqual(idsOf(all), ids.toReversed());
    assert.ok(all.data.every((payout: { user_id: string }) => payout.user_id === desk.user.id));
    assert.deepEqual([...idsOf(first), ...idsOf(second)], ids.toReversed());
    assert.deepEqual([all.pagination.total, second.pagination.next_cursor], [3, null]);
    assert.deepEqual(idsOf(processing), [ids[1]]);
    const shown = await api('GET', `/payouts/${ids[1]}`, { token: admin.token });
    assert.deepEqual(shown.body, processing.data[0]);
  });
});

describe('a user', () => {
  test('lists their own payouts alone, by status', async () => {
    const [desk, other] = [await openPayoutDesk(platform), await openPayoutDesk(platform)];
    const [kept, cancelled] = [await desk.requested(), await desk.requested()];
    await other.requested();
    await desk.cancel(cancelled);
    const list = async (query = '') => {
      const { body } = await api('GET', `/users/me/payouts${query}`, { token: desk.user.token });
      return body.data.map(({ id, status }: Record<string, string>) => `${id} ${status}`);
    };

    assert.deepEqual(await list(), [`${cancelled} cancelled`, `${kept} requested`]);
    assert.deepEqual(await list('?status=cancelled'), [`${cancelled} cancelled`]);
    assert.deepEqual(await list('?status=completed'), []);
  });

  test('cancels a payout once, and has the money back', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();

    const answer = await desk.cancel(id);
    const again = await desk.cancel(id);

    assert.deepEqual([answer.status, answer.body.status, answer.body.settled_at], [200, 'cancelled', NOW]);
    assertRefused(again, 400, 'PAYOUT_INVALID_TRANSITION');
    assert.deepEqual(again.body.error.details, {
      payout_id: id,
      status: 'cancelled',
      allowed_transitions: [],
    });
    assert.equal(await desk.balances(), '0.0000 / 100.0000 / 0.0000');
    assert.deepEqual(await desk.audited(), [
      'payout.requested user 10.00 EUR',
      'payout.cancelled user 10.00 EUR',
    ]);
  });

  test('does not cancel what is being paid', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();
    await desk.process(id, { status: 'processing' });

    const answer = await desk.cancel(id);

    assertRefused(answer, 400, 'PAYOUT_INVALID_TRANSITION');
    assert.deepEqual(answer.body.error.details.allowed_transitions, ['completed', 'failed']);
  });

  test("finds somebody else's payout as missing as one that never was", async () => {
    const [desk, stranger] = [await openPayoutDesk(platform), await platform.registerUser()];
    const [id, missing] = [await desk.requested(), newId()];

    const foreign = await desk.cancel(id, stranger.token);
    const unknown = await desk.cancel(missing, stranger.token);
    const forAdmin = await desk.cancel(id, admin.token);

    for (const answer of [foreign, unknown, forAdmin]) assertRefused(answer, 404, 'NOT_FOUND');
    const withoutId = ({ body }: Answer) => JSON.stringify(body).replaceAll(/[0-9a-f-]{36}/g, '');
    assert.equal(withoutId(foreign), withoutId(unknown));
    assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
  });
});

describe('the database itself', () => {
  const statuses = ['requested', 'processing', 'completed', 'returned', 'failed', 'cancelled'] as const;
  const legal = new Set([
    'requested>processing',
    'requested>completed',
    'requested>failed',
    'requested>cancelled',
    'processing>completed',
    'processing>failed',
    'completed>returned',
  ]);
  const columns = {
    requested: 'processing_at = null, settled_at = null, external_reference = null, failure_reason = null',
    processing: 'processing_at = now(), settled_at = null, external_reference = null, failure_reason = null',
    completed: "settled_at = now(), external_reference = 'x', failure_reason = null",
    failed: "settled_at = now(), external_reference = null, failure_reason = 'x'",
    cancelled: 'settled_at = now(), external_reference = null, failure_reason = null',
    returned: "settled_at = now(), external_reference = 'x', returned_at = now(), return_reason = 'x'",
  };
  const waysTo: Record<string, readonly (typeof statuses)[number][]> = {
    processing: ['processing'],
    completed: ['completed'],
    returned: ['completed', 'returned'],
    failed: ['failed'],
    cancelled: ['cancelled'],
    requested: [],
  };

  for (const from of statuses) {
    for (const to of statuses.filter((status) => status !== from)) {
      const isLegal = legal.has(`${from}>${to}`);
      test(`${isLegal ? 'lets' : 'never lets'} a payout go from ${from} to ${to}`, async () => {
        const desk = await openPayoutDesk(platform);
        const id = await desk.requested();
        const move = (status: (typeof statuses)[number]) =>
          desk.rows(`update payouts set status = '${status}', ${columns[status]} where id = '${id}'`);
        for (const status of waysTo[from] ?? []) await move(status);

        if (isLegal) await move(to);
        else await assert.rejects(move(to), /has no transition from/);

        const [row] = await desk.rows(`select status from payouts where id = '${id}'`);
        assert.equal(row?.status, isLegal ? to : from);
      });
    }
  }

  test('keeps what a payout is, and payouts themselves', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();
    const facts = [
      'amount = 1',
      "currency = 'JPY'",
      'user_id = user_id',
      "iban_masked = 'x'",
      'requested_at = now()',
    ];
    for (const fact of facts) {
      await assert.rejects(
        desk.rows(`update payouts set ${fact} where id = '${id}'`),
        /is refused on table payouts/,
      );
    }
    await assert.rejects(desk.rows(`delete from payouts where id = '${id}'`), /is refused on table payouts/);
    await assert.rejects(
      desk.rows(`update payouts set status = 'completed', settled_at = now() where id = '${id}'`),
      /payouts_completed_has_a_reference/,
    );
  });
});

test('the name of an account holder is kept in the Unicode form in which it was sent', async () => {
  const desk = await openPayoutDesk(platform);
  const holder = 'Jose\u0301\u2000Garci\u0301a';
  const id = await desk.requested({ details: { iban: IBAN, account_holder: holder } });

  await desk.process(id, { status: 'processing' });
  const { body } = await platform.api('GET', `/payouts/${id}/bank-details`, { token: platform.admin.token });

  assert.equal(body.details.account_holder, holder);
});
