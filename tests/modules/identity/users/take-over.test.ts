import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../../../src/config.ts';
import { runSql } from '../../../support/database.ts';
import { assertRefused, PASSWORD, type Person, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform();
const { api, admin, database, registerUser } = platform;
const NEW_PASSWORD = 'An0ther!Pass';
const token = admin.token;
const sql = (statement: string) => runSql(database.url, statement);

async function importOne(item: { readonly email: string; readonly take_over?: boolean }) {
  const answer = await api('POST', '/users/import', { token, body: [item] });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.results[0];
}

async function resetTokenOf(userId: string): Promise<string> {
  return (await api('POST', `/users/${userId}/password-reset`, { token })).body.token;
}

const resetPassword = (resetToken: string) =>
  api('POST', '/auth/password-reset', { body: { token: resetToken, new_password: NEW_PASSWORD } });
const login = (email: string, password: string) => api('POST', '/auth/login', { body: { email, password } });
const me = ({ token }: Pick<Person, 'token'>) => api('GET', '/users/me', { token });
const statusOf = (id: string, status: string) =>
  api('PATCH', `/users/${id}/status`, { token, body: { status } });

let orders = 0;
function report(userId: string, merchantId: string) {
  orders += 1;
  return api('POST', '/purchases', {
    token,
    body: {
      external_id: `order-${orders}`,
      user_id: userId,
      merchant_id: merchantId,
      amount: '100.00',
      currency: 'EUR',
    },
  });
}

describe('an import of an address', () => {
  test('that an account only claims is refused without its id: EMAIL_NOT_VERIFIED', async () => {
    const stranger = await registerUser('claimed@example.com');

    const result = await importOne({ email: ' Claimed@Example.com' });

    assert.equal(result.status, 409);
    assert.deepEqual(result.error.details, { email: 'claimed@example.com' });
    assert.equal(result.error.code, 'EMAIL_NOT_VERIFIED');
    assert.ok(!JSON.stringify(result).includes(stranger.id));
    assert.equal((await me(stranger)).status, 200);
  });

  test('that was imported before is refused with the id of the customer', async () => {
    const first = await importOne({ email: 'customer@example.com' });
    for (const take_over of [false, true]) {
      const again = await importOne({ email: 'customer@example.com', take_over });
      assert.deepEqual(
        [again.status, again.error.code, again.id],
        [409, 'EMAIL_ALREADY_REGISTERED', first.id],
      );
    }
  });

  test('whose account has used a reset token is refused with its id, and is not taken over', async () => {
    const owner = await registerUser('proven@example.com');
    assert.equal((await resetPassword(await resetTokenOf(owner.id))).status, 200);

    const result = await importOne({ email: 'proven@example.com', take_over: true });

    assert.deepEqual([result.error.code, result.id], ['EMAIL_ALREADY_REGISTERED', owner.id]);
    assert.equal((await login(owner.email, NEW_PASSWORD)).status, 200);
  });

  test('of staff is never taken over', async () => {
    const colleague = await platform.registerStaff('support');
    for (const { id, email } of [colleague, admin]) {
      const result = await importOne({ email, take_over: true });
      assert.deepEqual([result.error.code, result.id], ['EMAIL_ALREADY_REGISTERED', id]);
    }
    assert.equal((await me(colleague)).status, 200);
  });
});

describe('a take-over', () => {
  test('closes the account of the stranger, keeps its history, and creates the customer', async () => {
    const stranger = await registerUser('taken@example.com');
    const resetToken = await resetTokenOf(stranger.id);
    const merchantId = await platform.createMerchant();
    await platform.createOffer(merchantId);
    const before = await report(stranger.id, merchantId);

    const answer = await api('POST', '/users/import', {
      token,
      body: [{ email: 'taken@example.com', take_over: true }],
    });

    const [result] = answer.body.results;
    assert.equal(result.status, 201);
    assert.notEqual(result.id, stranger.id);
    assertRefused(await me(stranger), 401, 'USER_INACTIVE');
    assertRefused(await login('taken@example.com', PASSWORD), 401, 'INVALID_CREDENTIALS');
    assertRefused(await resetPassword(resetToken), 401, 'INVALID_RESET_TOKEN');
    assert.deepEqual(
      await sql(`select id, email, active, password_hash is null as is_new, email_verified_at is not null as proven
                 from users where id in ('${stranger.id}', '${result.id}') order by id`),
      [
        {
          id: stranger.id,
          email: `${stranger.id}@taken-over.invalid`,
          active: false,
          is_new: false,
          proven: false,
        },
        { id: result.id, email: 'taken@example.com', active: true, is_new: true, proven: true },
      ],
    );
    const purchase = await api('GET', `/purchases/${before.body.id}`, { token });
    assert.equal(purchase.body.cashback_amount, '5.00');
    const [owner] = await sql(`select user_id from purchases where id = '${before.body.id}'`);
    assert.equal(owner?.user_id, stranger.id);
    const audit = await sql(
      `select action, actor_id, resource_id, details from audit_logs
       where request_id = '${answer.headers['x-request-id']}' order by action`,
    );
    assert.deepEqual(audit, [
      {
        action: 'user.address_taken_over',
        actor_id: admin.id,
        resource_id: stranger.id,
        details: { successor_id: result.id },
      },
      { action: 'user.imported', actor_id: admin.id, resource_id: result.id, details: {} },
    ]);
  });

  test('lets feeds reward the customer and never the stranger', async () => {
    const stranger = await registerUser('feed@example.com');
    const merchantId = await platform.createMerchant();
    await platform.createOffer(merchantId);
    const { id } = await importOne({ email: 'feed@example.com', take_over: true });

    assertRefused(await report(stranger.id, merchantId), 422, 'USER_NOT_ELIGIBLE');
    assert.equal((await report(id, merchantId)).status, 201);
  });

  test('lets the owner prove the address with a reset token, and log in', async () => {
    await registerUser('owner@example.com');
    const { id } = await importOne({ email: 'owner@example.com', take_over: true });

    assert.equal((await resetPassword(await resetTokenOf(id))).status, 200);

    const answer = await login('owner@example.com', NEW_PASSWORD);
    assert.equal((await me({ token: answer.body.access_token })).body.id, id);
  });

  test('leaves no session that lives again if the account is activated', async () => {
    const stranger = await registerUser('again@example.com');
    await importOne({ email: 'again@example.com', take_over: true });

    assert.equal((await statusOf(stranger.id, 'active')).status, 200);

    assertRefused(await me(stranger), 401, 'TOKEN_REVOKED');
    assertRefused(await login('again@example.com', PASSWORD), 401, 'INVALID_CREDENTIALS');
  });

  test('and a proof at once: one of them wins', async () => {
    for (let round = 0; round < 12; round += 1) {
      const email = `race-${round}@example.com`;
      const claimant = await registerUser(email);
      const resetToken = await resetTokenOf(claimant.id);

      const [result, proof] = await Promise.all([
        importOne({ email, take_over: true }),
        resetPassword(resetToken),
      ]);

      const isTakenOver = result.status === 201;
      assert.equal(proof.status, isTakenOver ? 401 : 200, JSON.stringify([result, proof.body]));
      assert.equal((await login(email, NEW_PASSWORD)).status, isTakenOver ? 401 : 200);
    }
  });

  test('of one address in several items creates one customer', async () => {
    await registerUser('twice@example.com');
    const body = [{ email: 'twice@example.com' }, { email: 'twice@example.com', take_over: true }];
    const { results } = (await api('POST', '/users/import', { token, body })).body;
    assert.deepEqual([results[0].status, results[1].status], [201, 409]);
    assert.equal(results[1].id, results[0].id);
  });
});

test('migration 0049 takes accounts as proven where the audit log shows it', async () => {
  const text = readFileSync(join(PROJECT_DIRECTORY, 'migrations/0049_proven-emails.sql'), 'utf8');
  const [, backfill = ''] = /^(update users.+?;)$/ms.exec(text) ?? [];
  const claimed = await registerUser('before-claimed@example.com');
  const reset = await registerUser('before-reset@example.com');
  await resetPassword(await resetTokenOf(reset.id));
  const imported = await importOne({ email: 'before-imported@example.com' });
  const ids = [claimed.id, reset.id, imported.id, admin.id];
  await sql(`update users set email_verified_at = null where id in ('${ids.join("', '")}')`);

  await sql(backfill);

  const proven = await sql(
    `select id, email_verified_at from users where id in ('${ids.join("', '")}') and email_verified_at is not null`,
  );
  assert.deepEqual(proven.map(({ id }) => id).sort(), [reset.id, imported.id, admin.id].sort());
});
