import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { runSql } from '../../../support/database.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { type Answer, assertRefused, PASSWORD, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,JPY' } });
const { api, admin, clock } = platform;
const other = await platform.registerStaff('finance');
const support = await platform.registerStaff('support');

type Fields = Readonly<Record<string, unknown>>;

function adjust(userId: string, fields: Fields = {}, token = admin.token, key?: string): Promise<Answer> {
  return api('POST', `/users/${userId}/wallet/adjustments`, {
    token,
    body: { amount: '1000.01', direction: 'credit', reason: 'A correction.', ...fields },
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });
}

const approve = (id: string, token = other.token) => api('POST', `/adjustments/${id}/approval`, { token });

const reject = (id: string, token = other.token) =>
  api('POST', `/adjustments/${id}/rejection`, { token, body: { reason: ' The amount is wrong. ' } });

const show = async (id: string) => (await api('GET', `/adjustments/${id}`, { token: support.token })).body;

async function balanceOf(userId: string): Promise<string> {
  return (await api('GET', `/users/${userId}/wallet`, { token: admin.token })).body.available_balance;
}

async function awaiting(fields: Fields = {}) {
  const { id: userId } = await platform.registerUser();
  const answer = await adjust(userId, fields);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return { userId, id: answer.body.id as string };
}

function assertForbidden(answer: Answer, reason: string | RegExp): void {
  assertRefused(answer, 403, 'FORBIDDEN');
  if (typeof reason === 'string') assert.equal(answer.body.error.details.reason, reason);
  else assert.match(answer.body.error.details.reason, reason);
}

describe('an adjustment above FOUR_EYES_ABOVE', () => {
  test('answers 202 and moves nothing until another administrator approves it', async () => {
    const { id: userId } = await platform.registerUser();

    const made = await adjust(userId);

    const { id, ...rest } = made.body;
    const said = {
      user_id: userId,
      amount: '1000.01',
      currency: 'EUR',
      direction: 'credit',
      reason: 'A correction.',
      created_by: admin.id,
      created_at: '2026-03-14T09:26:53Z',
    };
    const pending = { status: 'awaiting_approval', expires_at: '2026-03-21T09:26:53Z' };
    const undecided = { decided_by: null, decided_at: null, decision_reason: null };
    assert.deepEqual([made.status, rest], [202, { ...said, ...pending, ...undecided }]);
    assert.equal(await balanceOf(userId), '0.00');
    assertForbidden(await approve(id, admin.token), 'four_eyes');
    assert.equal(await balanceOf(userId), '0.00');

    const approved = await approve(id);

    const decided = { decided_by: other.id, decided_at: said.created_at, decision_reason: null };
    const wallet = {
      pending_balance: '0.00',
      available_balance: '1000.01',
      paid_balance: '0.00',
      currency: 'EUR',
    };
    const completed = { id, ...said, status: 'completed', expires_at: null, ...decided };
    assert.deepEqual([approved.status, approved.body], [200, { ...completed, wallet }]);
    assert.deepEqual(await show(id), completed);
    const audit = await runSql(
      platform.database.url,
      `select action, actor_id from audit_logs where resource_id = '${userId}' and resource_type = 'wallet' order by id`,
    );
    assert.deepEqual(audit, [
      { action: 'wallet.adjustment_requested', actor_id: admin.id },
      { action: 'wallet.adjusted', actor_id: other.id },
    ]);
    assert.deepEqual((await verifyLedger(platform.database)).faults, []);
  });

  test('of exactly the limit takes effect immediately', async () => {
    const { id } = await platform.registerUser();
    assert.equal((await adjust(id, { amount: '1000.00' })).status, 201);
    assert.equal((await adjust(id, { amount: '1001', currency: 'JPY' })).status, 202);
  });

  test('is approved once, however many approve and reject it at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { userId, id } = await awaiting();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => (index % 3 === round % 3 ? reject(id) : approve(id))),
      );
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      for (const answer of answers.filter(({ status }) => status !== 200))
        assertRefused(answer, 409, 'ADJUSTMENT_NOT_AWAITING_APPROVAL');
      const { status } = await show(id);
      assert.equal(await balanceOf(userId), status === 'completed' ? '1000.01' : '0.00');
    }
    assert.deepEqual((await verifyLedger(platform.database)).faults, []);
  });

  test('is rejected with a reason, also by the one who made it, and is final then', async () => {
    for (const token of [other.token, admin.token]) {
      const { userId, id } = await awaiting();
      const rejected = await reject(id, token);
      assert.deepEqual(
        [rejected.status, rejected.body.status, rejected.body.decision_reason],
        [200, 'rejected', 'The amount is wrong.'],
      );
      const late = await approve(id);
      assertRefused(late, 409, 'ADJUSTMENT_NOT_AWAITING_APPROVAL');
      assert.deepEqual(late.body.error.details, { adjustment_id: id, status: 'rejected' });
      assert.equal(await balanceOf(userId), '0.00');
    }
  });

  test('asks for the balance when it is made and again when it is approved', async () => {
    const desk = await openPayoutDesk(platform, 2_000_00n);
    const debit = { direction: 'debit', amount: '1500.00' };
    assertRefused(await adjust(desk.user.id, { ...debit, amount: '2000.01' }), 409, 'INSUFFICIENT_BALANCE');
    const { body } = await adjust(desk.user.id, debit);
    await desk.requested({ amount: '600.00' });

    assertRefused(await approve(body.id), 409, 'INSUFFICIENT_BALANCE');
    assert.equal((await show(body.id)).status, 'awaiting_approval');
    await adjust(desk.user.id, { amount: '100.00' });
    assert.equal((await approve(body.id)).status, 200);
    assert.equal(await desk.balances(), '0.0000 / 0.0000 / 600.0000');
  });

  test('expires after seven days, and is not approved later, not even before the job has run', async () => {
    const { userId, id } = await awaiting();
    const later = (await awaiting()).id;
    clock.advance({ hours: 24 * 7 - 1 });
    assert.deepEqual(await platform.runJob('expire-adjustments'), [0]);
    clock.advance({ hours: 1 });
    const body = { email: other.email, password: PASSWORD };
    const token = (await api('POST', '/auth/login', { body })).body.access_token;

    const early = await approve(id, token);
    assertRefused(early, 409, 'ADJUSTMENT_NOT_AWAITING_APPROVAL');
    assert.equal(early.body.error.details.status, 'expired');
    const [expired = 0] = await platform.runJob('expire-adjustments');
    assert.ok(expired >= 2);
    clock.advance({ hours: -24 * 7 });

    const states = [await show(id), await show(later)].map(({ status, decided_by }) => [status, decided_by]);
    assert.deepEqual(states, [
      ['expired', null],
      ['expired', null],
    ]);
    assert.equal(await balanceOf(userId), '0.00');
    assert.deepEqual((await verifyLedger(platform.database)).faults, []);
  });

  test('is repeated as 202 under its idempotency key, also after its approval', async () => {
    const { id: userId } = await platform.registerUser();
    const first = await adjust(userId, {}, admin.token, 'large-1');
    await approve(first.body.id);
    const again = await adjust(userId, {}, admin.token, 'large-1');
    assert.deepEqual([again.status, again.body], [202, first.body]);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(await balanceOf(userId), '1000.01');
  });

  test('is found by colleagues, by status and user, page after page', async () => {
    const { userId, id } = await awaiting();
    const rejected = (await adjust(userId)).body.id;
    await reject(rejected);
    const approved = (await adjust(userId)).body.id;
    await approve(approved);
    const small = (await adjust(userId, { amount: '1.00' })).body.id;
    const list = async (query: string) =>
      (await api('GET', `/adjustments?user_id=${userId}&${query}`, { token: support.token })).body;
    const idsOf = ({ data }: { data: { id: string }[] }) => data.map((item) => item.id);

    assert.deepEqual(idsOf(await list('')), [small, approved, rejected, id]);
    assert.deepEqual(idsOf(await list('status=awaiting_approval')), [id]);
    assert.deepEqual(idsOf(await list('status=completed')), [small, approved]);
    assert.deepEqual(idsOf(await list('status=rejected')), [rejected]);
    assert.deepEqual(idsOf(await list('status=expired')), []);
    const first = await list('limit=3');
    const second = await list(`limit=3&cursor=${first.pagination.next_cursor}`);
    assert.deepEqual([...idsOf(first), ...idsOf(second)], [small, approved, rejected, id]);
    const all = await api('GET', '/adjustments?status=awaiting_approval', { token: support.token });
    assert.ok(idsOf(all.body).includes(id));
    assert.deepEqual((await show(id)).id, id);
  });

  test('that does not exist is NOT_FOUND', async () => {
    const id = newId();
    for (const answer of [await approve(id), await reject(id)]) assertRefused(answer, 404, 'NOT_FOUND');
  });
});

describe('an administrator', () => {
  test('neither makes, approves nor rejects an adjustment of their own wallet', async () => {
    const self = await platform.registerStaff('administrator');
    assertForbidden(await adjust(self.id, { amount: '1.00' }, self.token), 'own');
    const { id } = (await adjust(self.id)).body;
    assertForbidden(await approve(id, self.token), 'own');
    assertForbidden(await reject(id, self.token), 'own');
    assert.equal(await balanceOf(self.id), '0.00');
  });

  test('alone cannot pay himself: every step is refused', async () => {
    const self = await platform.registerStaff('administrator');
    await adjust(self.id, { amount: '50.00' });
    const payout = await api('POST', '/users/me/payouts', {
      token: self.token,
      body: {
        amount: '50.00',
        method: 'bank_transfer',
        details: { iban: 'DE89370400440532013000', account_holder: 'Erika Mustermann' },
      },
    });
    const { id } = payout.body;
    const process = (body: Fields) => api('PATCH', `/payouts/${id}/process`, { token: self.token, body });
    assertForbidden(await adjust(self.id, { amount: '9999.99' }, self.token), 'own');
    assertForbidden(await process({ status: 'processing' }), 'own');
    assertForbidden(await api('GET', `/payouts/${id}/bank-details`, { token: self.token }), 'own');
    assertForbidden(await process({ status: 'completed', external_reference: 'SEPA-1' }), 'own');
  });
});

describe('support', () => {
  test('credits up to 20.00, and nothing else', async () => {
    const { id } = await platform.registerUser();
    const byHand = (fields: Fields) => adjust(id, fields, support.token);

    assert.equal((await byHand({ amount: '20.00' })).status, 201);
    assert.equal((await byHand({ amount: '20', currency: 'JPY' })).status, 201);
    assertForbidden(await byHand({ amount: '20.01' }), /wallets:adjust.*20\.00 EUR/);
    assertForbidden(await byHand({ amount: '21', currency: 'JPY' }), /20 JPY/);
    assertForbidden(await byHand({ amount: '0.01', direction: 'debit' }), /only credit/);
    assertRefused(await byHand({ currency: 'ZZZ' }), 422, 'UNSUPPORTED_CURRENCY');
    assert.equal(await balanceOf(id), '20.00');
  });

  test('gets what it was refused under a key once it is permitted', async () => {
    const [{ id }, clerk] = [await platform.registerUser(), await platform.registerStaff('support')];
    assertForbidden(await adjust(id, { amount: '30.00' }, clerk.token, 'k'), /wallets:adjust/);
    await platform.setStaffRoles(clerk.id, ['finance']);
    assert.equal((await adjust(id, { amount: '30.00' }, clerk.token, 'k')).status, 201);
  });

  test('neither approves nor rejects', async () => {
    const { id } = await awaiting();
    for (const answer of [await approve(id, support.token), await reject(id, support.token)])
      assertForbidden(answer, /wallets:adjust/);
  });
});

describe('the database itself', () => {
  const decide = (id: string, verdict: string, by: string | null, reason: string | null = null) =>
    runSql(
      platform.database.url,
      `insert into adjustment_decisions values
        ('${id}', '${verdict}', ${by && `'${by}'`}, ${reason && `'${reason}'`}, now())`,
    );

  test('refuses an approval by the one who made it, by the owner, and of what needs none', async () => {
    const { userId, id } = await awaiting();
    await assert.rejects(decide(id, 'approved', admin.id), /cannot be decided by/);
    await assert.rejects(decide(id, 'approved', userId), /cannot be decided by/);
    await assert.rejects(decide(id, 'rejected', userId, 'x'), /cannot be decided by/);
    await assert.rejects(decide(id, 'approved', null), /name_who_decided|cannot be decided by/);
    await assert.rejects(decide(id, 'rejected', other.id), /rejected_has_a_reason/);
    const small = (await adjust(userId, { amount: '1.00' })).body.id;
    await assert.rejects(decide(small, 'approved', other.id), /cannot be decided by/);
  });

  test('keeps one decision for good', async () => {
    const { id } = await awaiting();
    await reject(id);
    await assert.rejects(decide(id, 'approved', other.id), /adjustment_decisions_pkey/);
    for (const statement of [
      `update adjustment_decisions set verdict = 'approved' where adjustment_id = '${id}'`,
      `delete from adjustment_decisions where adjustment_id = '${id}'`,
      'truncate adjustment_decisions',
    ])
      await assert.rejects(
        runSql(platform.database.url, statement),
        /is refused on table adjustment_decisions/,
      );
  });

  test('refuses an adjustment of the own wallet', async () => {
    await assert.rejects(
      runSql(
        platform.database.url,
        `insert into adjustments (id, user_id, amount, currency, direction, reason, admin_id, created_at)
         values (gen_random_uuid(), '${admin.id}', 1, 'EUR', 'credit', 'x', '${admin.id}', now())`,
      ),
      /adjustments_not_for_oneself/,
    );
  });
});
