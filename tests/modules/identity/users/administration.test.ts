import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { type Answer, startTestPlatform } from '../../../support/platform.ts';

const { api, admin, clock, createMerchant, createOffer, registerUser } = await startTestPlatform({
  environment: { SUPPORTED_CURRENCIES: 'EUR,JPY' },
});
const { token } = admin;
const list = (query: Record<string, string> = {}) =>
  api('GET', `/users?${new URLSearchParams(query)}`, { token });
const found = async (query: Record<string, string>) => emailsOf(await list({ limit: '100', ...query }));
const importUsers = (emails: readonly string[]) =>
  api('POST', '/users/import', { token, body: emails.map((email) => ({ email })) });

await importUsers([
  'Anna_Lee@Shop.example',
  'annaxlee@shop.example',
  '50%off@shop.example',
  '50xoff@shop.example',
  'first.last+tag@mail.example',
]);
clock.advance({ minutes: 1 });
const later = clock().toString({ smallestUnit: 'second' });
const newest = await registerUser('zoe@later.example');

/** A wallet that has nothing but pending money. */
const walletOf = (pending: string, nothing: string, currency: string) => ({
  pending_balance: pending,
  available_balance: nothing,
  paid_balance: nothing,
  currency,
  payouts_under_way: nothing,
});

describe('GET /users', () => {
  test('shows accounts as their owners see them, newest first', async () => {
    const answer = await list({ limit: '2' });

    assert.equal(answer.status, 200);
    const [first, second] = answer.body.data;
    const { permissions: _, ...own } = (await api('GET', '/users/me', { token: newest.token })).body;
    assert.deepEqual(first, own);
    assert.ok(second.id < first.id);
    assert.doesNotMatch(JSON.stringify(answer.body), /password|hash|\$2/);
  });

  const searches: [string, readonly string[]][] = [
    ['anna_lee', ['anna_lee@shop.example']],
    ['ANNA_LEE@SHOP', ['anna_lee@shop.example']],
    ['a_l', ['anna_lee@shop.example']],
    ['0%o', ['50%off@shop.example']],
    ['%%%', []],
    ['___', []],
    ['lee@shop\\', []],
    ['\\%\\', []],
    ["'or", []],
    ['first.last+tag@mail.example', ['first.last+tag@mail.example']],
    ['.last+', ['first.last+tag@mail.example']],
    ['firstxlast', []],
    [
      'shop.example',
      ['anna_lee@shop.example', 'annaxlee@shop.example', '50%off@shop.example', '50xoff@shop.example'],
    ],
  ];
  for (const [text, emails] of searches) {
    test(`with email=${text} finds the addresses that have it, letter by letter: ${emails.length}`, async () => {
      assert.deepEqual((await found({ email: text })).toSorted(), emails.toSorted());
    });
  }

  test('is filtered by role, status and time, and by all at once', async () => {
    const { id, email } = await registerUser('gone@shop.example');
    await api('PATCH', `/users/${id}/status`, { token, body: { status: 'inactive' } });

    assert.deepEqual(await found({ role: 'admin' }), [admin.email]);
    assert.deepEqual(await found({ status: 'inactive' }), [email]);
    assert.ok(!(await found({ role: 'user' })).includes(admin.email));
    assert.ok(!(await found({ status: 'active' })).includes(email));
    assert.deepEqual(await found({ from: later }), [email, newest.email]);
    assert.deepEqual(await found({ from: later, to: later }), [email, newest.email]);
    assert.ok((await found({ to: '2026-03-14T09:26:53Z' })).includes(admin.email));
    assert.ok(!(await found({ to: '2026-03-14T09:26:53Z' })).includes(email));
    const all = { email: 'GONE@', role: 'user', status: 'inactive', from: later, to: later };
    assert.deepEqual(await found(all), [email]);
    for (const other of [
      { email: 'stay@' },
      { role: 'admin' },
      { status: 'active' },
      { from: '2026-03-15T00:00:00Z', to: '2026-03-15T00:00:00Z' },
      { from: '2026-03-14T08:00:00Z', to: '2026-03-14T09:00:00Z' },
    ]) {
      assert.deepEqual(await found({ ...all, ...other }), [], JSON.stringify(other));
    }
  });

  test('pages by cursor repeat and miss no user while others register', async () => {
    const emails = Array.from({ length: 7 }, (_, index) => `page-${index}@pages.example`);
    for (const email of emails) await importUsers([email]);

    const walked: string[] = [];
    let query: Record<string, string> = { email: '@pages.example', limit: '2' };
    for (;;) {
      const { body } = await list(query);
      walked.push(...body.data.map(({ email }: { email: string }) => email));
      if (body.pagination.next_cursor === null) break;
      await importUsers([`later-${walked.length}@pages.example`]);
      query = { ...query, cursor: body.pagination.next_cursor };
    }

    assert.deepEqual(walked, emails.toReversed());
  });

  test('pages by offset, with the total', async () => {
    const all = await found({ email: 'shop.example' });
    const page = await list({ email: 'shop.example', limit: '2', offset: '1' });
    assert.deepEqual(emailsOf(page), all.slice(1, 3));
    const { offset, limit, total } = page.body.pagination;
    assert.deepEqual({ offset, limit, total }, { offset: 1, limit: 2, total: all.length });
  });
});

describe('GET /users/{id}', () => {
  test('shows the account with its balances in each currency, whatever the case of the id', async () => {
    const shopper = await registerUser();
    const merchantId = await createMerchant();
    await createOffer(merchantId, { cashback_type: 'percent', cashback_value: 10 });
    for (const [currency, amount] of [
      ['EUR', '12.50'],
      ['JPY', '300'],
    ]) {
      const body = {
        external_id: `detail-${currency}`,
        user_id: shopper.id,
        merchant_id: merchantId,
        amount,
        currency,
      };
      assert.equal((await api('POST', '/purchases', { token, body })).status, 201);
    }

    for (const id of [shopper.id, shopper.id.toUpperCase()]) {
      const answer = await api('GET', `/users/${id}`, { token });
      assert.equal(answer.status, 200);
      const { permissions: _, ...own } = (await api('GET', '/users/me', { token: shopper.token })).body;
      assert.deepEqual(answer.body, {
        ...own,
        has_password: true,
        wallets: [walletOf('1.25', '0.00', 'EUR'), walletOf('30', '0', 'JPY')],
      });
    }
  });

  test('shows that an imported user has no password yet', async () => {
    const { id } = (await importUsers(['no-password@shop.example'])).body.results[0];
    assert.equal((await api('GET', `/users/${id}`, { token })).body.has_password, false);
  });

  test('of an unknown user is NOT_FOUND', async () => {
    const id = newId();
    const answer = await api('GET', `/users/${id}`, { token });
    assert.equal(answer.status, 404);
    assert.equal(answer.body.error.code, 'NOT_FOUND');
    assert.deepEqual(answer.body.error.details, { resource_type: 'user', resource_id: id });
  });
});

function emailsOf(answer: Answer): string[] {
  return answer.body.data.map(({ email }: { email: string }) => email);
}
