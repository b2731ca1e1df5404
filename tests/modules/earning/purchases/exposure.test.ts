import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { namespaceOfShop } from '../../../../src/modules/earning/purchases/model.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { openPartner } from '../../../support/partners.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { adminActor, partnerActor } from '../../../support/purchases-builders.ts';
import { openShop, rowsOf, startWorkers } from '../../../support/purchases-shop.ts';

/* `daily_released`: what becomes available on a day, and what waits for the next one. */

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,USD' } });
const { api, admin } = platform;

/** The books are right, also when nothing waits any more. */
afterEach(async () => {
  for (const { scope, scope_id, currency } of (await api('GET', '/ceilings', { token: admin.token })).body
    .data)
    await api('PUT', '/ceilings', { token: admin.token, body: { scope, scope_id, currency } });
  await release();
  const { verdict, faults } = await verifyLedger(platform.database);
  assert.deepEqual([verdict, faults], ['right', []]);
});

/** A partner under a limit of its own, and a shop where every hundred spent earns ten. */
async function openDesk(limit?: string, offer: Record<string, unknown> = {}) {
  const partner = await openPartner(platform);
  const shop = await openShop(platform, { cashback_value: 10, ...offer });
  const setLimit = async (daily_released: string | null, scope_id: string | undefined = partner.id) => {
    const scope = scope_id === undefined ? { scope: 'platform' } : { scope: 'partner', scope_id };
    const body = { ...scope, currency: 'EUR', daily_released };
    assert.equal((await api('PUT', '/ceilings', { token: admin.token, body })).status, 200);
  };
  if (limit !== undefined) await setLimit(limit);

  const buy = async (amount = '100.00', fields: Record<string, unknown> = {}) => {
    const answer = await shop.report({ amount, ...fields }, partner.token);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body.id as string;
  };
  const confirm = async (id: string, token = partner.token) => {
    const answer = await api('POST', `/purchases/${id}/confirmation`, { token });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };
  /** Confirms purchases of these amounts, one after the other. */
  const confirmed = async (...amounts: string[]) => {
    const ids: string[] = [];
    for (const amount of amounts) {
      const id = await buy(amount);
      await confirm(id);
      ids.push(id);
    }
    return ids;
  };
  /** Each as `confirmed available`, with `waits` if it awaits its release. */
  const statesOf = (ids: readonly string[]) =>
    Promise.all(
      ids.map(async (id) => {
        const { body } = await api('GET', `/purchases/${id}`, { token: admin.token });
        return `${body.status} ${body.cashback_status}${body.awaiting_release ? ' waits' : ''}`;
      }),
    );
  const released = async (namespace = partner.id) =>
    (
      await rowsOf(
        platform,
        `select day::text, released::text from exposure_days where namespace = '${namespace}' order by day`,
      )
    ).map(({ day, released }) => `${day} ${released}`);
  return { ...shop, partner, setLimit, buy, confirm, confirmed, statesOf, released };
}

const release = () => platform.runJob('release-due');
const nextDay = () => platform.passTime({ hours: 24 });
const day = () => platform.clock().toString().slice(0, 10);

const [GIVEN, WAITS, GONE] = ['confirmed available', 'confirmed pending waits', 'reversed reversed'];

describe('51 confirmed rewards of 10.00 under daily_released 500.00', () => {
  test('are 50 released, and the last one the next day', async () => {
    const desk = await openDesk('500.00');
    const [today, ids] = [day(), [] as string[]];
    for (let number = 0; number < 51; number += 1) ids.push(await desk.buy());
    const items = ids.map((purchase_id) => ({ purchase_id, action: 'confirm' }));
    const { body } = await api('POST', '/purchases/settlements', { token: desk.partner.token, body: items });

    assert.equal(body.summary.accepted, 51);
    assert.deepEqual(
      body.results.map((result: Record<string, unknown>) => [
        result.purchase_status,
        result.awaiting_release,
      ]),
      ids.map((_, index) => ['confirmed', index === 50]),
    );
    assert.equal(await desk.balances(), '10.0000 / 500.0000 / 0.0000');
    assert.deepEqual(await release(), [0]);
    assert.equal(await desk.balances(), '10.0000 / 500.0000 / 0.0000');

    await nextDay();
    assert.deepEqual(await release(), [1]);
    assert.equal(await desk.balances(), '0.0000 / 510.0000 / 0.0000');
    assert.deepEqual(await desk.released(), [`${today} 500.0000`, `${day()} 10.0000`]);
    assert.deepEqual(await desk.statesOf(ids), Array(51).fill(GIVEN));
  });
});

describe('a purchase beyond the room of the day', () => {
  test('is confirmed and awaits its release, as a whole, wherever it is shown', async () => {
    const desk = await openDesk('14.99');
    const [first, second] = [await desk.buy(), await desk.buy('50.00')];
    const answers = [await desk.confirm(first), await desk.confirm(second)];

    assert.deepEqual(
      answers.map(({ status, cashback_amount, awaiting_release }) => [
        status,
        cashback_amount,
        awaiting_release,
      ]),
      [
        ['confirmed', '10.00', false],
        ['confirmed', '5.00', true],
      ],
    );
    assert.deepEqual(await desk.statesOf([first, second]), [GIVEN, WAITS]);
    const seen = (path: string, token: string) =>
      api('GET', path, { token }).then(({ body }) =>
        body.data.map(({ id, awaiting_release }: Record<string, unknown>) => [id, awaiting_release]),
      );
    const expected = [
      [second, true],
      [first, false],
    ];
    assert.deepEqual(await seen(`/purchases?user_id=${desk.shopper.id}`, admin.token), expected);
    assert.deepEqual(await seen('/users/me/purchases', desk.shopper.token), expected);
    assert.equal(await desk.balances(), '5.0000 / 10.0000 / 0.0000');
  });

  test('is confirmed once, and no payout reaches its reward', async () => {
    const desk = await openDesk('0.00');
    const [id] = await desk.confirmed('1000.00');
    assertRefused(
      await api('POST', `/purchases/${id}/confirmation`, { token: admin.token }),
      400,
      'PURCHASE_NOT_PENDING',
    );
    const details = { iban: 'DE89370400440532013000', account_holder: 'Alice' };
    const body = { amount: '10.00', method: 'bank_transfer', details };
    const payout = await api('POST', '/users/me/payouts', { token: desk.shopper.token, body });
    assertRefused(payout, 409, 'INSUFFICIENT_BALANCE');
  });

  test('is recorded as such, and so is its release, with the purchase as the source of the movement', async () => {
    const desk = await openDesk('5.00');
    const [id] = await desk.confirmed('60.00');
    await desk.setLimit('6.00');
    assert.deepEqual(await release(), [1]);

    const audited = await rowsOf(
      platform,
      `select action, actor_type, details->'awaiting_release' as waits, details->>'release_queue' as queue,
        details->>'cashback_amount' as reward
      from audit_logs where resource_id = '${id}' and action <> 'purchase.recorded' order by id`,
    );
    assert.deepEqual(audited, [
      {
        action: 'purchase.confirmed',
        actor_type: 'partner',
        waits: true,
        queue: desk.partner.id,
        reward: '6.00',
      },
      { action: 'purchase.reward_released', actor_type: 'system', waits: null, queue: null, reward: '6.00' },
    ]);
    assert.deepEqual(
      await rowsOf(platform, `select type from wallet_entries where source_id = '${id}' order by sequence`),
      [{ type: 'cashback_credit' }, { type: 'cashback_confirmation' }],
    );
  });

  test('earns nothing that a day would have to hold if its reward is zero', async () => {
    const desk = await openDesk('0.00');
    assert.deepEqual(await desk.statesOf(await desk.confirmed('0.01')), [GIVEN]);
  });
});

describe('those that wait', () => {
  test('are released from the oldest: a later smaller one does not overtake, and neither does a new one', async () => {
    const desk = await openDesk('10.00');
    const ids = await desk.confirmed('60.00', '50.00', '40.00', '10.00');
    assert.deepEqual(await desk.statesOf(ids), [GIVEN, WAITS, WAITS, WAITS], '4.00 are left, 5.00 are next');
    assert.deepEqual(await release(), [0]);

    await nextDay();
    const [late] = await desk.confirmed('10.00');
    assert.deepEqual(await desk.statesOf([late ?? '']), [WAITS], 'room, but others wait');
    assert.deepEqual(await release(), [3]);
    assert.deepEqual(await desk.statesOf(ids), [GIVEN, GIVEN, GIVEN, GIVEN]);
    assert.deepEqual(await desk.statesOf([late ?? '']), [WAITS]);
    await nextDay();
    assert.deepEqual(await release(), [1]);
  });

  test('pass one whose reward is above the whole limit, which waits until the limit is raised', async () => {
    const desk = await openDesk('10.00');
    const ids = await desk.confirmed('110.00', '50.00', '60.00');
    assert.deepEqual(await desk.statesOf(ids), [WAITS, WAITS, WAITS]);
    assert.deepEqual(await release(), [1]);
    assert.deepEqual(await desk.statesOf(ids), [WAITS, GIVEN, WAITS]);
    await desk.setLimit('16.00');
    assert.deepEqual(await release(), [1], 'the older 11.00, which fills the day with the 5.00 before');
    assert.deepEqual(await desk.statesOf(ids), [GIVEN, GIVEN, WAITS]);
    await nextDay();
    assert.deepEqual(await release(), [1]);
  });

  test('are all released by the next run when the limit is removed', async () => {
    const desk = await openDesk('0.00');
    const ids = await desk.confirmed('10.00', '20.00');
    await desk.setLimit(null);
    assert.deepEqual(await release(), [2]);
    assert.deepEqual(await desk.statesOf(ids), [GIVEN, GIVEN]);
    assert.deepEqual(await desk.released(), [`${day()} 0.0000`], 'without a limit nothing is counted');
  });

  test('are more than one transaction holds, and one that a day cannot hold is not the end', async () => {
    const desk = await openDesk('5.00');
    const items = Array.from({ length: 505 }, (_, index) => ({
      ...desk.body({ amount: index < 502 ? '60.00' : '10.00' }),
    }));
    for (const part of [items.slice(0, 300), items.slice(300)])
      await api('POST', '/purchases/batch', { token: desk.partner.token, body: part });
    const settled = items.map(({ external_id }) => ({ external_id, action: 'confirm' }));
    for (const part of [settled.slice(0, 300), settled.slice(300)])
      await api('POST', '/purchases/settlements', { token: desk.partner.token, body: part });
    assert.equal(await desk.balances(), '3015.0000 / 0.0000 / 0.0000');
    assert.deepEqual(await release(), [0, 3]);
    await desk.setLimit(null);
    assert.deepEqual(await release(), [500, 2]);
    assert.equal(await desk.balances(), '0.0000 / 3015.0000 / 0.0000');
  });

  test('are amended where they wait, and released with what they are worth then', async () => {
    const desk = await openDesk('5.00');
    const [id = ''] = await desk.confirmed('100.00');
    const raised = await desk.amend(id, { amount: '200.00' }, desk.partner.token);
    assert.deepEqual([raised.status, raised.body.cashback_status], [200, 'pending']);
    assert.equal(await desk.balances(), '20.0000 / 0.0000 / 0.0000');
    await desk.amend(id, { amount: '40.00' }, desk.partner.token);
    assert.deepEqual(await release(), [1]);
    assert.equal(await desk.balances(), '0.0000 / 4.0000 / 0.0000');
    await desk.amend(id, { amount: '20.00' }, desk.partner.token);
    assert.equal(await desk.balances(), '0.0000 / 2.0000 / 0.0000');
    await desk.reverse(id);
    assert.equal(await desk.balances(), '0.0000 / 0.0000 / 0.0000');
  });

  test('are reversed out of pending, and are never released', async () => {
    const desk = await openDesk('0.00');
    const [id = '', amended = ''] = await desk.confirmed('100.00', '100.00');
    await desk.amend(amended, { amount: '30.00' });
    for (const one of [id, amended]) assert.equal((await desk.reverse(one)).status, 200);
    await desk.setLimit(null);
    assert.deepEqual(await release(), []);
    assert.deepEqual(await desk.statesOf([id, amended]), [GONE, GONE]);
    assert.equal(await desk.balances(), '0.0000 / 0.0000 / 0.0000');
    const [event] = await rowsOf(
      platform,
      `select details->>'from' as before, details->'awaiting_release' as waited from audit_logs
      where resource_id = '${id}' and action = 'purchase.reversed'`,
    );
    assert.deepEqual(event, { before: 'confirmed', waited: true });
  });

  test('are matched where they wait, and stay in the queue that they joined', async () => {
    const desk = await openDesk('0.00');
    const other = await openPartner(platform);
    const id = await desk.buy('100.00', { order_reference: 'W-1' });
    await desk.confirm(id);
    const report = { amount: '90.00', order_reference: 'w1' };
    const told = await desk.report(report, other.token);
    assert.deepEqual([told.body.id, told.body.matched], [id, true]);
    assert.deepEqual(await desk.statesOf([id]), [WAITS]);
    await desk.setLimit('10.00');
    assert.deepEqual(await release(), [1]);
    assert.deepEqual(await desk.released(), [`${day()} 10.0000`]);
  });
});

describe('the room of a day', () => {
  test('is used by administrators and by the auto-confirmation too', async () => {
    const desk = await openDesk('10.00');
    const [byAdmin, byJob, byPartner] = [await desk.buy('40.00'), await desk.buy('60.00'), await desk.buy()];
    await desk.confirm(byAdmin, admin.token);
    await platform.passTime({ hours: 24 * 31 });
    await desk.confirm(byPartner);
    assert.deepEqual(await desk.statesOf([byAdmin, byPartner]), [GIVEN, GIVEN]);
    await platform.runJob('auto-confirmation');
    assert.deepEqual(await desk.statesOf([byJob]), [WAITS]);
  });

  test('is that of the partner that decides, also of what a shopper reported first', async () => {
    const desk = await openDesk('10.00');
    const own = await desk.report({ order_reference: 'S-1' }, desk.shopper.token);
    const told = await desk.report({ order_reference: 's1' }, desk.partner.token);
    assert.equal(told.body.id, own.body.id);
    await desk.confirm(own.body.id, admin.token);
    assert.deepEqual(await desk.released(), [`${day()} 10.0000`]);
    assert.deepEqual(await desk.statesOf(await desk.confirmed('10.00')), [WAITS]);
  });

  test('is one for all shops of a partner whose ids are per shop', async () => {
    const desk = await openDesk('10.00');
    await api('PATCH', `/partners/${desk.partner.id}`, {
      token: admin.token,
      body: { external_id_scope: 'merchant' },
    });
    const own = await desk.report({ order_reference: 'P-1' }, desk.shopper.token);
    const told = await desk.report({ order_reference: 'p1' }, desk.partner.token);
    assert.equal(told.body.id, own.body.id);
    await desk.confirm(own.body.id, admin.token);
    assert.deepEqual(await desk.released(), [`${day()} 10.0000`]);
  });

  test('of the platform is one for each partner without its own, and one for all other sources together', async () => {
    const desk = await openDesk();
    const PLATFORM = '00000000-0000-0000-0000-000000000000';
    const before = (await desk.released(PLATFORM)).length;
    const body = { scope: 'platform', currency: 'EUR', daily_released: '10.00' };
    await api('PUT', '/ceilings', { token: admin.token, body });

    const ids = await desk.confirmed('60.00', '50.00');
    const direct: string[] = [];
    for (const amount of ['60.00', '50.00']) {
      const answer = await desk.report({ amount }, admin.token);
      await desk.confirm(answer.body.id, admin.token);
      direct.push(answer.body.id);
    }
    assert.deepEqual(await desk.statesOf([...ids, ...direct]), [GIVEN, WAITS, GIVEN, WAITS]);
    assert.deepEqual(await desk.released(), [`${day()} 6.0000`]);
    assert.equal((await desk.released(PLATFORM)).length, before + 1);
    await api('PUT', '/ceilings', { token: admin.token, body: { ...body, daily_released: null } });
    assert.deepEqual(await release(), [1, 1]);
  });

  test('is one for each currency', async () => {
    const desk = await openDesk('10.00');
    await desk.confirmed('100.00');
    const inDollars = await desk.buy('100.00', { currency: 'USD' });
    await desk.confirm(inDollars);
    assert.deepEqual(await desk.statesOf([inDollars]), [GIVEN]);
    assert.deepEqual(await desk.released(), [`${day()} 10.0000`]);
  });

  test('is not given back by a reversal, nor by an amendment', async () => {
    const desk = await openDesk('10.00');
    const [id = '', smaller = ''] = await desk.confirmed('50.00', '50.00');
    await desk.reverse(id);
    await desk.amend(smaller, { amount: '10.00' });
    assert.deepEqual(await desk.statesOf(await desk.confirmed('10.00')), [WAITS]);
    assert.deepEqual(await desk.released(), [`${day()} 10.0000`]);
  });
});

test('the database names the ids of a partner at a merchant as the platform does', async () => {
  const { id: partner } = await openPartner(platform);
  const merchant = newId();
  const shop = namespaceOfShop(partner, merchant);
  const [row] = await rowsOf(
    platform,
    `select
      namespace_of_shop('${partner}', '${merchant}') as shop,
      partner_of_namespace('${shop}', '${merchant}') as by_shop,
      partner_of_namespace('${partner}', '${merchant}') as by_id,
      partner_of_namespace('${shop}', '${newId()}') as elsewhere`,
  );
  assert.deepEqual(row, { shop, by_shop: partner, by_id: partner, elsewhere: null });
});

describe('an available reward', () => {
  test('is raised by its partner only within the room, which the raise uses', async () => {
    const desk = await openDesk('10.00');
    const [id = ''] = await desk.confirmed('60.00');
    const above = await desk.amend(id, { amount: '100.10' }, desk.partner.token);
    assertRefused(above, 403, 'FORBIDDEN');
    assert.match(String(above.body.error.details.reason), /released today/);
    assert.equal((await desk.amend(id, { amount: '80.00' }, desk.partner.token)).status, 200);
    assert.deepEqual(await desk.released(), [`${day()} 8.0000`]);
    assert.deepEqual(await desk.statesOf(await desk.confirmed('20.10')), [WAITS]);
  });

  test('is raised by an administrator beyond the room, and that counts', async () => {
    const desk = await openDesk('10.00');
    const [id = ''] = await desk.confirmed('60.00');
    assert.equal((await desk.amend(id, { amount: '200.00' })).status, 200);
    assert.deepEqual(await desk.released(), [`${day()} 20.0000`]);
    assert.deepEqual(await desk.statesOf(await desk.confirmed('0.10')), [WAITS]);
  });

  test('is not topped up beyond the room: freed room of a cap opens no other way', async () => {
    const desk = await openDesk('4.00', { monthly_cap: 10, cap_refill: true });
    const full = await desk.buy('100.00');
    const [paid, waiting] = [await desk.buy('50.00'), await desk.buy('60.00')];
    for (const id of [paid, waiting]) await desk.confirm(id);
    assert.deepEqual(await desk.statesOf([paid, waiting]), [GIVEN, GIVEN], 'rewards of nothing');
    await desk.reverse(full);
    assert.equal(await desk.balances(), '0.0000 / 0.0000 / 0.0000');
    await desk.setLimit('5.00');
    const freeing = await desk.buy('10.00');
    await desk.reverse(freeing);
    assert.equal(await desk.balances(), '0.0000 / 5.0000 / 0.0000', 'the first fits, the second does not');
    assert.deepEqual(await desk.released(), [`${day()} 5.0000`]);
  });

  test('of an open purchase is topped up while it waits', async () => {
    const desk = await openDesk('0.00', { monthly_cap: 10, cap_refill: true });
    const [full, cut] = [await desk.buy('60.00'), await desk.buy('60.00')];
    await desk.confirm(cut);
    assert.deepEqual(await desk.statesOf([cut]), [WAITS]);
    await desk.reverse(full);
    assert.equal(await desk.balances(), '6.0000 / 0.0000 / 0.0000');
    await desk.setLimit('6.00');
    assert.deepEqual(await release(), [1]);
    assert.equal(await desk.balances(), '0.0000 / 6.0000 / 0.0000');
  });
});

describe('concurrent settlements', () => {
  test('never release more than the limit, also while the job runs and other sources settle', async () => {
    const desk = await openDesk('25.00');
    const { settle } = startWorkers(platform, { maxConnections: 6 });
    const shoppers = await Promise.all(Array.from({ length: 8 }, () => platform.registerUser()));
    const ids: string[] = [];
    for (const { id: user_id } of shoppers)
      for (const amount of ['10.00', '20.00', '30.00', '10.00', '10.00'])
        ids.push(await desk.buy(amount, { user_id }));

    const lists = ids.map((purchaseId, index) => {
      const actor = index % 3 === 0 ? adminActor(admin.id) : partnerActor(desk.partner.id);
      return settle([{ actor, purchaseId, to: 'confirmed' }]);
    });
    const runs = [release(), release(), release()];
    const outcomes = (await Promise.all(lists)).flat();
    await Promise.all(runs);
    await release();

    assert.ok(outcomes.every(({ ok }) => ok));
    const [row] = await rowsOf(
      platform,
      `select sum(wallet_entries.amount) as released from wallet_entries join purchases on purchases.id = source_id
      where type = 'cashback_confirmation' and partner_id = '${desk.partner.id}'`,
    );
    const released = Number(row?.released);
    assert.ok(released > 22 && released <= 25, `${released} is what fits before the first that does not`);
    assert.deepEqual(await desk.released(), [`${day()} ${released.toFixed(4)}`]);
    await desk.setLimit(null);
    await release();
    assert.deepEqual(new Set(await desk.statesOf(ids)), new Set([GIVEN]));
  });
});

test('without a limit nothing is counted', async () => {
  const desk = await openDesk();
  assert.deepEqual(await desk.statesOf(await desk.confirmed('1000.00')), [GIVEN]);
  assert.deepEqual(await desk.released(), []);
});
