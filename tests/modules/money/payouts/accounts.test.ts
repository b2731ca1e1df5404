import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { IBAN, MASKED } from '../../../support/payouts-builders.ts';
import { assertRefused, PASSWORD, startTestPlatform } from '../../../support/platform.ts';

/* The accounts to which payouts go, with a real database. */

const platform = await startTestPlatform({
  environment: { PAYOUT_MINIMUM: '10', PAYOUT_MONTHLY_LIMIT: '100', BANK_DETAILS_RETENTION_DAYS: '30' },
});
const { api, admin } = platform;

async function policyOf(token: string) {
  const { status, body } = await api('GET', '/users/me/payouts/policy', { token });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const detailsOf = async (id: string) => {
  await api('PATCH', `/payouts/${id}/process`, { token: admin.token, body: { status: 'processing' } });
  return (await api('GET', `/payouts/${id}/bank-details`, { token: admin.token })).body.details;
};

describe('a payout to the account of an earlier one', () => {
  test('goes there, once for a key, and is shown to its owner alone', async () => {
    const desk = await openPayoutDesk(platform);
    const first = await desk.requested();
    const details = { from_payout_id: first };
    const again = await Promise.all(
      Array.from({ length: 3 }, () => desk.request({ amount: '20.00', details }, { key: 'again' })),
    );
    const ids = new Set(again.map(({ body }) => body.id));
    assert.equal(ids.size, 1);
    const [id = ''] = ids;
    assert.equal(await desk.balances(), '0.0000 / 70.0000 / 30.0000');
    assert.deepEqual(await detailsOf(id), { iban: IBAN, account_holder: 'Erika Mustermann' });
    const shown = await api('GET', `/users/me/payouts/${id}`, { token: desk.user.token });
    assert.deepEqual([shown.body.details, shown.body.status], [MASKED, 'processing']);
    assertRefused(await api('GET', `/users/me/payouts/${id}`, { token: admin.token }), 404, 'NOT_FOUND');
    assertRefused(await desk.request({ amount: '20.00' }, { key: 'again' }), 409, 'IDEMPOTENCY_KEY_REUSED');
  });

  test('of another user is refused, like one that does not exist', async () => {
    const [owner, thief] = [await openPayoutDesk(platform), await openPayoutDesk(platform)];
    const details = { from_payout_id: await owner.requested() };
    const answer = await thief.request({ details });
    assertRefused(answer, 400, 'VALIDATION_ERROR');
    assert.equal(answer.body.error.details.violations[0].field, 'details.from_payout_id');
    assert.equal(await thief.balances(), '0.0000 / 100.0000 / 0.0000');
  });

  test('is offered until its bank details are shredded', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();
    await desk.process(id, { status: 'completed', external_reference: 'SEPA-1' });
    const { last_account: offered } = await policyOf(desk.user.token);
    assert.deepEqual(offered, { payout_id: id, ...MASKED });
    await platform.passTime({ hours: 24 * 31 });
    await platform.runJob('shred-bank-details');
    const login = { email: desk.user.email, password: PASSWORD };
    const { access_token } = (await api('POST', '/auth/login', { body: login })).body;
    const session = { ...desk.user, token: access_token };
    assert.equal((await policyOf(session.token)).last_account, null);
    const refused = await desk.request({ details: { from_payout_id: id } }, { person: session });
    assertRefused(refused, 400, 'VALIDATION_ERROR');
  });
});

test('the policy is what a request is decided by', async () => {
  const desk = await openPayoutDesk(platform, 150_00n);
  const { token } = desk.user;
  assert.deepEqual(await policyOf(token), {
    currency: 'EUR',
    minimum: '10.00',
    monthly_limit: '100.00',
    left_this_month: '100.00',
    available: '150.00',
    maximum: '100.00',
    blocked_by: [],
    last_account: null,
  });
  const id = await desk.requested({ amount: '95.00' });
  const used = await policyOf(token);
  assert.deepEqual(
    [used.left_this_month, used.available, used.maximum, used.blocked_by],
    ['5.00', '55.00', '0.00', ['monthly_limit']],
  );
  assertRefused(await desk.request(), 422, 'PAYOUT_POLICY_VIOLATION');
  await desk.process(id, { status: 'failed', reason: 'No such account.' });
  const back = await policyOf(token);
  // An account that failed is not offered again.
  assert.deepEqual([back.maximum, back.last_account], ['100.00', null]);
  assert.equal((await desk.request({ amount: back.maximum })).status, 201);
  assertRefused(
    await api('GET', '/users/me/payouts/policy?currency=JPY', { token }),
    422,
    'UNSUPPORTED_CURRENCY',
  );
});

describe('payouts for the bank', () => {
  const revealed = (ids: readonly string[]) =>
    runSql(
      platform.database.url,
      `select resource_id from audit_logs where action = 'payout.bank_details_revealed' and resource_id in ('${ids.join("','")}')`,
    );

  test('are taken together, each once, and leave in one file with a record of each', async () => {
    const desks = [await openPayoutDesk(platform), await openPayoutDesk(platform)];
    const ids = await Promise.all(desks.map((desk) => desk.requested()));
    const [cancelled = '', taken = ''] = ids;
    await desks[0]?.cancel(cancelled);
    const take = () =>
      api('POST', '/payouts/process', { token: admin.token, body: { ids, status: 'processing' } });
    const answers = await Promise.all([take(), take(), take()]);
    const results = answers.flatMap(({ body }) => body.results);
    assert.equal(results.filter(({ status }: { status: number }) => status === 200).length, 1);
    assert.deepEqual(
      new Set(results.map(({ id, error }) => `${id === taken} ${error?.code}`)),
      new Set(['false PAYOUT_INVALID_TRANSITION', 'true undefined', 'true PAYOUT_INVALID_TRANSITION']),
    );

    const file = (list: readonly string[], token = admin.token) =>
      api('POST', '/payouts/bank-file', { token, body: { ids: list } });
    assertRefused(await file(ids), 400, 'VALIDATION_ERROR');
    const colleague = await platform.registerUser();
    await platform.setStaffRoles(colleague.id, ['finance']);
    assertRefused(await file([taken], colleague.token), 400, 'VALIDATION_ERROR');
    assert.deepEqual(await revealed(ids), []);

    const { status, body } = await file([taken]);
    assert.equal(status, 200);
    const line = `${taken.replaceAll('-', '')},${IBAN},Erika Mustermann,10.00,EUR`;
    assert.equal(body, `reference,iban,account_holder,amount,currency\r\n${line}\r\n`);
    assert.deepEqual(await revealed(ids), [{ resource_id: taken }]);
  });
});

describe('warnings about an account', () => {
  const warningsOf = async (id: string) => {
    const { status, body } = await api('GET', `/payouts/${id}`, { token: admin.token });
    assert.equal(status, 200, JSON.stringify(body));
    return body.account;
  };
  const account = (iban: string) => ({ details: { iban, account_holder: 'Erika Mustermann' } });
  const sql = (statement: string) => runSql(platform.database.url, statement);
  const printOf = async (id: string) =>
    (await sql(`select account_fingerprint as print from payouts where id = '${id}'`))[0]?.print;

  test('are that it is new to its user, and that others use it', async () => {
    const [alice, bob] = [await openPayoutDesk(platform), await openPayoutDesk(platform)];
    const shared = account('GB29 NWBK 6016 1331 9268 19');
    const first = await alice.requested(shared);
    assert.deepEqual(await warningsOf(first), { is_new: true, other_users: 0 });
    const second = await alice.requested(shared);
    assert.deepEqual(await warningsOf(second), { is_new: true, other_users: 0 });
    await alice.process(first, { status: 'completed', external_reference: 'SEPA-7' });
    assert.deepEqual(await warningsOf(second), { is_new: false, other_users: 0 });
    assert.deepEqual(await warningsOf(first), { is_new: true, other_users: 0 });

    const third = await bob.requested(shared);
    assert.deepEqual(await warningsOf(third), { is_new: true, other_users: 1 });
    const { data } = (await api('GET', `/payouts?user_id=${alice.user.id}`, { token: admin.token })).body;
    assert.deepEqual(
      data.map((one: Record<string, unknown>) => [one.account, one.user_email, one.wallet_available]),
      [
        [{ is_new: false, other_users: 1 }, alice.user.email, '80.00'],
        [{ is_new: true, other_users: 1 }, alice.user.email, '80.00'],
      ],
    );

    const reference = third.replaceAll('-', '').toUpperCase();
    const found = await api('GET', `/payouts?reference=${reference}`, { token: admin.token });
    assert.deepEqual(
      found.body.data.map(({ id }: { id: string }) => id),
      [third],
    );
  });

  test('are unknown for a payout of an older version, until a job has compared it', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested(account('FR14 2004 1010 0505 0001 3M02 606'));
    const print = await printOf(id);
    await sql(`update payouts set account_fingerprint = null where id = '${id}'`);
    assert.equal(await warningsOf(id), null);
    await platform.runJob('fingerprint-accounts');
    assert.equal(await printOf(id), print);
    assert.deepEqual(await warningsOf(id), { is_new: true, other_users: 0 });
  });

  test('go with the bank details when these are shredded, also by an older version', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested(account('NL91 ABNA 0417 1643 00'));
    await desk.cancel(id);
    await sql(`update payouts set details_encrypted = '' where id = '${id}'`);
    assert.equal(await printOf(id), null);
    await assert.rejects(
      sql(`update payouts set account_fingerprint = 'x' where id = '${id}'`),
      /payouts_shredded_forget_the_account/,
    );
    await platform.runJob('fingerprint-accounts');
    assert.equal(await warningsOf(id), null);
  });
});
