import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PLACES } from '../../../../src/modules/insight/personal-data/tables.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { testClock } from '../../../support/clock.ts';
import { runSql } from '../../../support/database.ts';
import { mailsTo, tokenIn } from '../../../support/outbox.ts';
import { fundWallet, openPayoutDesk } from '../../../support/payouts.ts';
import { IBAN } from '../../../support/payouts-builders.ts';
import { assertRefused, PASSWORD, type Person, startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';
import { sealRecords } from '../../../support/seals.ts';
import { enrol, totpCode } from '../../../support/second-factor.ts';

/* Seals are made of records that are in the past of the database. */
const platform = await startTestPlatform({ clock: testClock('2025-06-15T10:00:00Z') });
const { api, admin, database, clock } = platform;
const sql = (statement: string) => runSql(database.url, statement);
const shop = await openShop(platform);

const erase = ({ token }: Pick<Person, 'token'>, body = {}) =>
  api('DELETE', '/users/me', { token, body: { password: PASSWORD, ...body } });
const exportOf = async ({ token }: Pick<Person, 'token'>) =>
  (await api('GET', '/users/me/export', { token })).body.data;

/** What names the person: none of it may be anywhere afterwards. */
const NAMES = ['quartz', IBAN, 'DE89 3704'];

/** Somebody who has done everything that leaves personal data behind. */
async function registerWilhelmina() {
  const email = 'wilhelmina.quartz@example.com';
  await api('POST', '/users', { body: { email, password: PASSWORD } });
  const [welcome] = await mailsTo(platform, email);
  assert.ok(welcome);
  await api('POST', '/auth/email-verification', { body: { token: tokenIn(welcome) } });
  const login = await api('POST', '/auth/login', {
    body: { email, password: PASSWORD },
    headers: { 'user-agent': 'QuartzBrowser/7' },
  });
  const token = login.body.access_token;
  const { id } = (await api('GET', '/users/me', { token })).body;
  await api('PATCH', '/users/me', { token, body: { display_name: 'Wilhelmina Quartz' } });
  const reference = await api('PATCH', `/users/${id}`, {
    token: admin.token,
    body: { external_reference: 'customer-quartz' },
  });
  assert.equal(reference.status, 200, JSON.stringify(reference.body));
  const change = { new_email: 'w.quartz@example.net', password: PASSWORD };
  await api('POST', '/users/me/email', { token, body: change });
  await api('POST', '/auth/password-reset-requests', { body: { email } });
  await platform.runLoop('mail-password-resets');
  return { id, email, token };
}

function requestPayout({ token }: Pick<Person, 'token'>) {
  const details = { iban: IBAN, account_holder: 'Wilhelmina Quartz' };
  return api('POST', '/users/me/payouts', {
    token,
    body: { amount: '10.00', method: 'bank_transfer', details },
    headers: { 'idempotency-key': 'quartz-payout' },
  });
}

/** The rows of the whole database that contain one of these texts, as `table: row`. */
async function rowsWith(texts: readonly string[]): Promise<string[]> {
  const tables = await sql(
    `select schemaname || '.' || tablename as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql(`select '${name}: ' || to_jsonb(row_of)::text as text from ${name} as row_of`);
    for (const { text } of rows)
      if (texts.some((one) => String(text).toLowerCase().includes(one.toLowerCase())))
        found.push(String(text));
  }
  return found;
}

describe('the erasure of an account', () => {
  test('leaves its id alone: the whole database names the person nowhere, and the books are right', async () => {
    const person = await registerWilhelmina();
    await fundWallet(platform, person.id, 30_00n);
    const { id: payoutId } = (await requestPayout(person)).body;
    const pending = await shop.buy({ user_id: person.id });
    await sealRecords(database);

    assertRefused(await erase(person, { forfeit: true }), 409, 'PAYOUT_UNDER_WAY');
    const paid = { status: 'completed', external_reference: 'bank-1' };
    await api('PATCH', `/payouts/${payoutId}/process`, { token: admin.token, body: paid });
    const refused = await erase(person);
    assertRefused(refused, 409, 'ACCOUNT_HAS_MONEY');
    assert.equal(refused.body.error.details.balances[0].available_balance, '20.00');
    assertRefused(await erase(person, { password: 'Wr0ng!Pass' }), 401, 'INVALID_CREDENTIALS');

    const exported = await exportOf(person);
    for (const text of [
      person.email,
      'Wilhelmina Quartz',
      'customer-quartz',
      IBAN,
      'QuartzBrowser/7',
      'w.quartz@example.net',
    ])
      assert.ok(JSON.stringify(exported).includes(text), `the export lacks ${text}`);
    assert.deepEqual(
      [
        'profile',
        'sessions',
        'wallets',
        'wallet_entries',
        'adjustments',
        'payouts',
        'purchases',
        'rewards',
        'mails',
        'events',
      ].filter((section) => exported[section].length === 0),
      [],
    );
    assert.ok(!JSON.stringify(exported).includes('$2'), 'the export has a hash of the password');
    const tables = (await rowsWith(NAMES)).map((row) => row.split(':')[0]);
    assert.deepEqual(
      [...new Set(tables)].sort(),
      ['email_proofs', 'idempotency_keys', 'sessions', 'users'].map((table) => `public.${table}`),
    );

    assert.equal((await erase(person, { forfeit: true })).status, 204);

    assert.deepEqual(await rowsWith(NAMES), []);
    assertRefused(await api('GET', '/users/me', { token: person.token }), 401, 'INVALID_TOKEN');
    const body = { email: person.email, password: PASSWORD };
    assertRefused(await api('POST', '/auth/login', { body }), 401, 'INVALID_CREDENTIALS');
    const { email, active } = (await api('GET', `/users/${person.id}`, { token: admin.token })).body;
    assert.deepEqual([email, active], [`${person.id}@erased.invalid`, false]);
    const reference = { token: admin.token, body: { external_reference: 'customer-1042' } };
    assertRefused(await api('PATCH', `/users/${person.id}`, reference), 404, 'NOT_FOUND');

    // Pending cashback follows its purchase, and is forfeited when it becomes available.
    await shop.confirm(pending.id);
    await platform.runJob('forfeit-erased');
    assert.deepEqual(
      await sql(`select pending::int, available::int, paid::int from wallets where user_id = '${person.id}'`),
      [{ pending: 0, available: 0, paid: 10 }],
    );
    await sealRecords(database);
    const { verdict, faults } = await verifyLedger(database);
    assert.deepEqual([verdict, faults], ['right', []]);

    // The address is free.
    assert.equal((await api('POST', '/users', { body })).status, 201);
  });

  test('needs a fresh code of a second factor, and removes the factor', async () => {
    const user = await enrol(platform, await platform.registerUser(), 0);
    await sql(
      `update sessions set factor_proven_at = factor_proven_at - interval '301 seconds' where user_id = '${user.id}'`,
    );
    assertRefused(await erase(user), 403, 'MFA_STEP_UP_REQUIRED');
    assertRefused(await api('GET', '/users/me/export', { token: user.token }), 403, 'MFA_STEP_UP_REQUIRED');
    const code = totpCode(user.secret, clock(), 1);
    await api('POST', '/auth/mfa/step-up', { token: user.token, body: { code } });
    assert.equal((await erase(user)).status, 204);
    assert.deepEqual(await sql(`select user_id from second_factors where user_id = '${user.id}'`), []);
  });

  test('of two at once, one succeeds, and a payout that comes with it is refused or counts', async () => {
    const { user, request } = await openPayoutDesk(platform);
    const answers = await Promise.all([
      erase(user, { forfeit: true }),
      request(),
      erase(user, { forfeit: true }),
    ]);
    const [account] = await sql(`select active from users where id = '${user.id}'`);
    const open = await sql(`select id from payouts where user_id = '${user.id}' and settled_at is null`);
    assert.equal(account?.active === false && open.length > 0, false, JSON.stringify(answers));
    assert.equal((await verifyLedger(database)).verdict, 'right');
  });

  test('is refused to the last administrator', async () => {
    const { token } = admin;
    assertRefused(await erase({ token }), 409, 'LAST_ACTIVE_ADMIN');
  });
});

test('the database keeps an erased account empty', async () => {
  const user = await platform.registerUser();
  await erase(user);
  for (const change of ["display_name = 'Alice'", "email = 'alice@example.com'", 'active = true'])
    await assert.rejects(sql(`update users set ${change} where id = '${user.id}'`), /users_erased_are_empty/);
});

test('the bank details of a settled payout are shredded after 400 days, and of one under way never', async () => {
  const { user, requested, process } = await openPayoutDesk(platform);
  const [settled, open] = [await requested(), await requested()];
  await process(settled, { status: 'completed', external_reference: 'bank-2' });
  const detailsOf = async (id: string) =>
    (await sql(`select details_encrypted as details from payouts where id = '${id}'`))[0]?.details;
  await platform.passTime({ hours: 24 * 399 });
  await platform.runJob('shred-bank-details');
  assert.notEqual(await detailsOf(settled), '');
  await platform.passTime({ hours: 25 });
  await platform.runJob('shred-bank-details');
  assert.equal(await detailsOf(settled), '');
  assert.notEqual(await detailsOf(open), '');
  await assert.rejects(
    sql(`update payouts set details_encrypted = '' where id = '${open}'`),
    /payouts_shredded_are_settled/,
  );
  const shown = (await api('GET', `/payouts/${settled}`, { token: admin.token })).body;
  assert.equal(shown.user_id, user.id);
});

test('each table that refers to a user is exported, or its rows prove nothing to their owner', async () => {
  const references = await sql(
    `select distinct table_name as name from information_schema.columns
     where table_schema = 'public' and column_name in ('user_id', 'email')`,
  );
  const left = references
    .map(({ name }) => String(name))
    .filter((name) => !('section' in (PLACES[name as keyof typeof PLACES] ?? {})));
  assert.deepEqual(left.sort(), ['password_reset_requests', 'recovery_codes']);
});
