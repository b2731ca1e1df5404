import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { openPartner } from '../../../support/partners.ts';
import { fundWallet } from '../../../support/payouts.ts';
import { payoutBody } from '../../../support/payouts-builders.ts';
import { type Answer, startTestPlatform } from '../../../support/platform.ts';
import { until } from '../../../support/until.ts';

/*
 * A request may wait for a lock after its sender was authenticated. Who was switched off meanwhile counts as off from the
 * commit of the switch on, and a switch waits for what counts on the state before.
 */

const platform = await startTestPlatform();
const { api, admin, database } = platform;
const merchantId = await platform.createMerchant();
await platform.createOffer(merchantId);
const partner = await openPartner(platform);
const colleague = await platform.registerStaff('administrator');
let orders = 0;

async function purchaseBody() {
  orders += 1;
  const { id } = await platform.registerUser();
  return {
    external_id: `order-${orders}`,
    user_id: id,
    merchant_id: merchantId,
    amount: `${20 + orders}.00`,
    currency: 'EUR',
  };
}

async function client() {
  const connection = new pg.Client({ connectionString: database.url });
  await connection.connect();
  return connection;
}

/** Until some connection waits for a lock that this one holds. */
async function blocks(holder: pg.Client, count = 1): Promise<void> {
  await until(async () => {
    const { rows } = await holder.query(
      'select 1 from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))',
    );
    return rows.length >= count;
  });
}

describe('a request that waits when its sender is switched off', () => {
  const PARTNER_LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 3081947226))';

  const senders: [title: string, token: string, switchOff: string, id: string, lock: string, code: string][] =
    [
      [
        'a revoked key',
        partner.token,
        'update partner_keys set revoked_at = now() where partner_id = $1',
        partner.id,
        PARTNER_LOCK,
        'TOKEN_REVOKED',
      ],
      [
        'a deactivated administrator',
        colleague.token,
        'update users set active = false where id = $1',
        colleague.id,
        'select 1 from users where id = $1 for no key update',
        'USER_INACTIVE',
      ],
    ];
  for (const [title, token, switchOff, id, lock, code] of senders) {
    for (const path of ['/purchases', '/purchases/{id}/confirmation', '/purchases/{id}/reverse']) {
      test(`${title}: POST ${path} does nothing`, async () => {
        const recorded = await api('POST', '/purchases', { token, body: await purchaseBody() });
        const body = path === '/purchases' ? await purchaseBody() : {};
        const switching = await client();
        try {
          await switching.query('begin');
          await switching.query(lock, [id]);
          await switching.query(switchOff, [id]);
          const count = async () =>
            (await switching.query('select count(*)::int as n from wallet_entries')).rows;
          const before = await count();
          const asked = api('POST', path.replace('{id}', recorded.body.id), { token, body });
          await blocks(switching);
          await switching.query('commit');

          const answer = await asked;

          assert.equal(answer.status, 401, JSON.stringify(answer.body));
          assert.equal(answer.body.error.code, code);
          assert.deepEqual(await count(), before);
        } finally {
          await switching.query(switchOff.replace('now()', 'null').replace('false', 'true'), [id]);
          await switching.end();
        }
      });
    }
  }
});

describe('a request about money that waits when its sender is deactivated does nothing', () => {
  type Person = Awaited<ReturnType<typeof platform.registerUser>>;
  type Sent = { readonly path: string; readonly method?: 'POST' | 'PATCH'; readonly body?: unknown };

  const requests: [title: string, isStaff: boolean, prepare: (sender: Person) => Promise<Sent>][] = [
    ['a payout', false, async () => ({ path: '/users/me/payouts', body: payoutBody() })],
    [
      'a cancellation',
      false,
      async ({ token }) => {
        const { id } = (await api('POST', '/users/me/payouts', { token, body: payoutBody() })).body;
        return { path: `/users/me/payouts/${id}/cancel` };
      },
    ],
    [
      'the processing of a payout',
      true,
      async () => {
        const owner = await funded(await platform.registerUser());
        const { id } = (await api('POST', '/users/me/payouts', { token: owner.token, body: payoutBody() }))
          .body;
        return { path: `/payouts/${id}/process`, method: 'PATCH', body: { status: 'processing' } };
      },
    ],
    [
      'an adjustment',
      true,
      async () => ({
        path: `/users/${(await platform.registerUser()).id}/wallet/adjustments`,
        body: { amount: '5.00', direction: 'credit', reason: 'Goodwill.' },
      }),
    ],
  ];
  for (const [title, isStaff, prepare] of requests) {
    test(title, async () => {
      const sender = await funded(await platform.registerUser());
      if (isStaff) await platform.setStaffRoles(sender.id, ['administrator']);
      const { path, method = 'POST', body } = await prepare(sender);
      const switching = await client();
      try {
        await switching.query('begin');
        await switching.query('update users set active = false where id = $1', [sender.id]);
        const count = async () =>
          (
            await switching.query(
              'select (select count(*) from wallet_entries) + (select count(*) from payouts)',
            )
          ).rows;
        const before = await count();
        const asked = api(method, path, { token: sender.token, body });
        await blocks(switching);
        await switching.query('commit');

        const answer = await asked;

        assert.equal(answer.status, 401, JSON.stringify(answer.body));
        assert.equal(answer.body.error.code, 'USER_INACTIVE');
        assert.deepEqual(await count(), before);
      } finally {
        await switching.end();
      }
    });
  }

  async function funded(person: Person): Promise<Person> {
    await fundWallet(platform, person.id, 50_00n);
    return person;
  }
});

describe('the switch of a partner waits for a purchase that counts on the state before', () => {
  async function purchaseThatWaits(token: string) {
    const body = await purchaseBody();
    const holder = await client();
    await holder.query('begin');
    await holder.query('select 1 from wallets where user_id = $1 for update', [body.user_id]);
    const asked = api('POST', '/purchases', { token, body });
    await blocks(holder);
    return { asked, holder };
  }

  /** The purchase waits for the holder, and the switch for the purchase: so the purchase is committed first. */
  async function assertInOrder(asked: Promise<Answer>, switched: Promise<Answer>, holder: pg.Client) {
    const answered = Promise.race([asked, switched]).then(({ status, body }) => ({ status, body }));
    const queued = until(async () => {
      const { rows } = await holder.query(
        `select 1 from pg_stat_activity
         where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`,
      );
      return rows.length >= 2;
    });
    assert.equal(await Promise.race([queued, answered]), true, 'the switch did not wait');
    await holder.query('rollback');
    assert.equal((await asked).status, 201);
    assert.ok((await switched).status < 300);
    await holder.end();
  }

  test('and counts from then on', async () => {
    const { id, token } = await openPartner(platform);
    const { asked, holder } = await purchaseThatWaits(token);
    const body = { status: 'inactive' };
    const switched = api('PATCH', `/partners/${id}/status`, { token: admin.token, body });
    await assertInOrder(asked, switched, holder);
    const late = await api('POST', '/purchases', { token, body: await purchaseBody() });
    assert.equal(late.body.error.code, 'USER_INACTIVE');
  });
});
