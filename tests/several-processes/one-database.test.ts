import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { newId } from '../../src/core/id.ts';
import { must, type Node, startTwoProcesses } from '../support/several-processes.ts';
import { until } from '../support/until.ts';

const { one, other, sql, register, login, admin } = await startTwoProcesses();
const asAdmin = (body?: unknown) => ({ token: admin.token, body });

async function openShop(at: Node = one, terms: Record<string, unknown> = {}) {
  const merchant = { name: randomUUID(), default_cashback_percentage: 5 };
  const merchantId = (await must(201, at.ask('POST', '/merchants', asAdmin(merchant)))).body.id as string;
  return { merchantId, offerId: await createOffer(at, merchantId, terms) };
}

async function createOffer(
  at: Node,
  merchantId: string,
  terms: Record<string, unknown> = {},
): Promise<string> {
  const offer = {
    merchant_id: merchantId,
    cashback_type: 'percent',
    cashback_value: 10,
    start_date: '2020-01-01',
    end_date: '2099-12-31',
    ...terms,
  };
  return (await must(201, at.ask('POST', '/offers', asAdmin(offer)))).body.id;
}

const purchaseOf = (userId: string, merchantId: string, amount = '10.00') => ({
  external_id: newId(),
  user_id: userId,
  merchant_id: merchantId,
  amount,
  currency: 'EUR',
});

/** What became of a new purchase: its status or error code. */
async function buy(at: Node, userId: string, merchantId: string): Promise<string> {
  const { status, body } = await at.ask('POST', '/purchases', asAdmin(purchaseOf(userId, merchantId)));
  return status === 201 ? body.status : body.error.code;
}

describe('two processes that start at once on an empty database', () => {
  test('migrate it once, and both get ready', async () => {
    const applied = await sql('select name from schema_migrations order by name');
    assert.ok(applied.length > 8);
    assert.equal(new Set(applied.map(({ name }) => name)).size, applied.length);
  });

  test('know each other’s tokens, and read what the other wrote', async () => {
    const shopper = await register(one);
    const { merchantId } = await openShop(one);
    const purchase = purchaseOf(shopper.id, merchantId);
    const { id } = (await must(201, other.ask('POST', '/purchases', asAdmin(purchase)))).body;

    for (const at of [one, other]) {
      const me = await must(200, at.ask('GET', '/users/me', { token: shopper.token }));
      assert.equal(me.body.id, shopper.id);
      const { body } = await must(200, at.ask('GET', `/purchases/${id}`, { token: shopper.token }));
      assert.equal(body.cashback_amount, '1.00');
      const wallet = await must(200, at.ask('GET', '/users/me/wallet', { token: shopper.token }));
      assert.equal(wallet.body.pending_balance, '1.00');
    }
  });
});

describe('what an administrator changes in one process', () => {
  test('shows in the other, and again when it is changed back', async () => {
    const shopper = await register(one);
    const { merchantId, offerId } = await openShop();
    const setStatus = (kind: 'merchants' | 'offers', id: string, status: string) =>
      must(200, one.ask('PATCH', `/${kind}/${id}/status`, asAdmin({ status })));
    const shows = (outcome: string) =>
      until(async () => (await buy(other, shopper.id, merchantId)) === outcome);
    assert.equal(await buy(other, shopper.id, merchantId), 'pending');

    await setStatus('offers', offerId, 'inactive');
    assert.equal(
      await buy(one, shopper.id, merchantId),
      'OFFER_NOT_AVAILABLE',
      'at once where it was changed',
    );
    await shows('OFFER_NOT_AVAILABLE');
    await createOffer(one, merchantId);
    await shows('pending');

    await setStatus('merchants', merchantId, 'inactive');
    assert.equal(await buy(one, shopper.id, merchantId), 'MERCHANT_NOT_ELIGIBLE');
    await shows('MERCHANT_NOT_ELIGIBLE');
    await setStatus('merchants', merchantId, 'active');
    await shows('pending');
  });

  test('about a partner and its keys shows in the other', async () => {
    const partner = { name: randomUUID(), signature_required: false };
    const { id } = (await must(201, one.ask('POST', '/partners', asAdmin(partner)))).body;
    const issueKey = async () =>
      (await must(201, one.ask('POST', `/partners/${id}/keys`, asAdmin({ scopes: ['purchases:write'] }))))
        .body;
    const [first, second] = [await issueKey(), await issueKey()];
    const knock = async (at: Node, token: string) => {
      const { status, body } = await at.ask('GET', `/purchases/${newId()}`, { token });
      return status === 404 ? 'opens' : body.error.code;
    };
    const shows = (token: string, outcome: string) =>
      until(async () => (await knock(other, token)) === outcome);
    for (const at of [one, other]) {
      for (const { key } of [first, second]) assert.equal(await knock(at, key), 'opens');
    }

    await must(204, one.ask('DELETE', `/partners/${id}/keys/${first.id}`, asAdmin()));
    assert.equal(await knock(one, first.key), 'TOKEN_REVOKED', 'at once where it was changed');
    await shows(first.key, 'TOKEN_REVOKED');
    assert.equal(await knock(other, second.key), 'opens');

    await must(200, one.ask('PATCH', `/partners/${id}/status`, asAdmin({ status: 'inactive' })));
    assert.equal(await knock(one, second.key), 'USER_INACTIVE');
    await shows(second.key, 'USER_INACTIVE');
    await must(200, one.ask('PATCH', `/partners/${id}/status`, asAdmin({ status: 'active' })));
    await shows(second.key, 'opens');
  });

  test('about a user works on the next request to the other', async () => {
    const shopper = await register(one);
    const { merchantId } = await openShop();
    assert.equal(await buy(other, shopper.id, merchantId), 'pending');

    await must(200, one.ask('PATCH', `/users/${shopper.id}/status`, asAdmin({ status: 'inactive' })));

    const refused = await other.ask('GET', '/users/me', { token: shopper.token });
    assert.deepEqual([refused.status, refused.body.error.code], [401, 'USER_INACTIVE']);
    assert.equal(await buy(other, shopper.id, merchantId), 'USER_NOT_ELIGIBLE');
  });
});

describe('a session', () => {
  test('that ends in one process is over on the next request to the other', async () => {
    const shopper = await register(one);
    const elsewhere = await login(other, shopper.email);
    await must(200, other.ask('GET', '/users/me', { token: shopper.token }));

    await must(204, one.ask('POST', '/auth/logout', { token: shopper.token }));

    const refused = await other.ask('GET', '/users/me', { token: shopper.token });
    assert.deepEqual([refused.status, refused.body.error.code], [401, 'TOKEN_REVOKED']);
    await must(200, one.ask('GET', '/users/me', { token: elsewhere.token }));
  });

  test('gives one pair of tokens for a refresh token used in both at once, and ends when it is used again later', async () => {
    const shopper = await register(one);
    const refresh = (at: Node, refreshToken: string) =>
      at.ask('POST', '/auth/refresh', { body: { refresh_token: refreshToken } });

    const pairs = await Promise.all([one, other, one, other].map((at) => refresh(at, shopper.refreshToken)));
    const successors = new Set(pairs.map(({ body }) => body.refresh_token));
    assert.deepEqual(
      pairs.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    assert.equal(successors.size, 1);
    const [row] = await sql(`select count(*)::int as count from refresh_tokens join sessions
      on sessions.id = session_id where user_id = '${shopper.id}'`);
    assert.equal(row?.count, 2);

    const [successor = ''] = successors;
    const last = await must(200, other.ask('POST', '/auth/refresh', { body: { refresh_token: successor } }));
    // Its successor was used: whoever comes with the first one is not its owner who lost an answer.
    assert.equal((await refresh(one, shopper.refreshToken)).body.error.code, 'TOKEN_REVOKED');
    assert.equal((await refresh(other, last.body.refresh_token)).body.error.code, 'TOKEN_REVOKED');
  });
});

describe('money', () => {
  test('is rewarded once for a purchase posted to both at once', async () => {
    const shopper = await register(one);
    const { merchantId } = await openShop();
    const purchases = Array.from({ length: 60 }, () => purchaseOf(shopper.id, merchantId));

    const answers = await Promise.all(
      purchases.flatMap((purchase) =>
        [one, other, one, other].map((at) => at.ask('POST', '/purchases', asAdmin(purchase))),
      ),
    );

    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    assert.deepEqual([count(201), count(409)], [60, 180]);
    const wallet = await other.ask('GET', '/users/me/wallet', { token: shopper.token });
    assert.equal(wallet.body.pending_balance, '60.00');
    const [row] = await sql(`select count(*)::int as count from wallet_entries join wallets
      on wallets.id = wallet_id where user_id = '${shopper.id}'`);
    assert.equal(row?.count, 60);
  });

  test('keeps to the monthly cap when both reward at once', async () => {
    const shopper = await register(one);
    const { merchantId } = await openShop(one, { monthly_cap: 7.5 });

    await Promise.all(
      Array.from({ length: 40 }, (_, index) => buy(index % 2 === 0 ? one : other, shopper.id, merchantId)),
    );

    const wallet = await one.ask('GET', '/users/me/wallet', { token: shopper.token });
    assert.equal(wallet.body.pending_balance, '7.50');
  });

  test('is released through both at once up to the limit of the day', async () => {
    const { merchantId } = await openShop();
    const named = { name: randomUUID(), signature_required: false };
    const partner = (await must(201, one.ask('POST', '/partners', asAdmin(named)))).body.id;
    const scopes = ['purchases:write', 'purchases:settle'];
    const { key } = (await must(201, one.ask('POST', `/partners/${partner}/keys`, asAdmin({ scopes })))).body;
    const setLimit = (daily_released: string | null) => {
      const scope = { scope: 'partner', scope_id: partner, currency: 'EUR' };
      return must(200, one.ask('PUT', '/ceilings', asAdmin({ ...scope, daily_released })));
    };
    const shoppers: string[] = [];
    for (let number = 0; number < 12; number += 1) shoppers.push((await register(one)).id);
    const report = async (amount: string, number = 0) => {
      const body = purchaseOf(shoppers[number % shoppers.length] ?? '', merchantId, amount);
      return (await must(201, one.ask('POST', '/purchases', { token: key, body }))).body.id as string;
    };
    const confirm = async (at: Node, id: string, token = key) =>
      (await must(200, at.ask('POST', `/purchases/${id}/confirmation`, { token }))).body;
    await setLimit('25.00');
    // Above the limit, so that it shows that the other process knows it.
    await until(async () => {
      const id = await report('260.00');
      const { awaiting_release } = await confirm(other, id);
      await must(200, one.ask('POST', `/purchases/${id}/reverse`, asAdmin()));
      return awaiting_release;
    });

    const ids = await Promise.all(Array.from({ length: 60 }, (_, number) => report('10.00', number)));
    const answers = await Promise.all(
      ids.map((id, index) => confirm(index % 2 === 0 ? one : other, id, index % 3 === 0 ? admin.token : key)),
    );

    assert.equal(answers.filter(({ awaiting_release }) => awaiting_release).length, 35);
    const [counted] = await sql(
      `select released::text, (select sum(amount)::text from exposure_entries where namespace = '${partner}') as entries
      from exposure_days where namespace = '${partner}'`,
    );
    assert.deepEqual(counted, { released: '25.0000', entries: '25.0000' });
    await setLimit(null);
    const waiting = `select count(*)::int as count from purchases
      where release_queue = '${partner}' and released_at is null and status = 'confirmed'`;
    // The job runs each minute in one of the two.
    await until(async () => (await sql(waiting))[0]?.count === 0);
  });

  test('that is withdrawn through both at once is never more than there is', async () => {
    const shopper = await register(one);
    const { merchantId } = await openShop();
    const purchase = purchaseOf(shopper.id, merchantId, '1000.00');
    const { id } = (await must(201, one.ask('POST', '/purchases', asAdmin(purchase)))).body;
    await must(200, other.ask('POST', `/purchases/${id}/confirmation`, asAdmin()));
    const payout = {
      amount: '30.00',
      method: 'bank_transfer',
      details: { iban: 'DE89370400440532013000', account_holder: 'Alice' },
    };
    const request = (at: Node, key: string) =>
      at.ask('POST', '/users/me/payouts', {
        token: shopper.token,
        body: payout,
        headers: { 'idempotency-key': key },
      });

    // Each key to both: ten requests of 30.00 out of 100.00.
    const keys = Array.from({ length: 10 }, () => randomUUID());
    const answers = await Promise.all(keys.flatMap((key) => [request(one, key), request(other, key)]));

    const refusals = new Set(
      answers.filter(({ status }) => status !== 201).map(({ body }) => body.error.code),
    );
    assert.ok(refusals.has('INSUFFICIENT_BALANCE'));
    // Of a key that the other process is busy with.
    refusals.delete('IDEMPOTENCY_KEY_REUSED');
    assert.equal(refusals.size, 1);
    // Now that nothing is under way, both answer for each key as it went.
    const asked = async (at: Node) => Promise.all(keys.map((key) => request(at, key)));
    const [ofOne, ofOther] = [await asked(one), await asked(other)];
    assert.deepEqual(
      ofOne.map(({ status, body }) => [status, body]),
      ofOther.map(({ status, body }) => [status, body]),
    );
    const paid = new Set(ofOne.filter(({ status }) => status === 201).map(({ body }) => body.id));
    assert.deepEqual(
      paid,
      new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id)),
    );
    assert.equal(paid.size, 3);
    const { body: wallet } = await other.ask('GET', '/users/me/wallet', { token: shopper.token });
    assert.deepEqual([wallet.available_balance, wallet.paid_balance], ['10.00', '90.00']);
  });
});

describe('a process that is killed', () => {
  test('leaves nothing half done: the other answers for each of its purchases', async () => {
    const shopper = await register(one);
    const { merchantId } = await openShop();
    const purchases = Array.from({ length: 200 }, () => purchaseOf(shopper.id, merchantId));
    assert.equal(await buy(other, shopper.id, merchantId), 'pending');

    let acknowledged = 0;
    const sent = purchases.map(async (purchase) => {
      const answer = await other.ask('POST', '/purchases', asAdmin(purchase)).catch(() => undefined);
      if (answer?.status !== 201) return;
      acknowledged += 1;
      if (acknowledged === 20) other.process.kill('SIGKILL');
    });
    await Promise.all(sent);
    assert.ok(acknowledged >= 20);

    const repeated = await Promise.all(
      purchases.map((purchase) => one.ask('POST', '/purchases', asAdmin(purchase))),
    );
    const duplicates = repeated.filter(({ status }) => status === 409).length;
    const created = repeated.filter(({ status }) => status === 201).length;
    assert.equal(duplicates + created, 200);
    assert.ok(duplicates >= acknowledged);
    const wallet = await one.ask('GET', '/users/me/wallet', { token: shopper.token });
    assert.equal(wallet.body.pending_balance, '201.00');
  });
});
