import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../../../src/core/errors.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { type Actor, SYSTEM } from '../../../../src/modules/platform/events/index.ts';
import { fraudDesk } from '../../../support/fraud-desk.ts';
import { openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { adminActor, partnerActor, userActor } from '../../../support/purchases-builders.ts';
import { rowsOf, startWorkers } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform();
const { admin } = platform;
const desk = fraudDesk(platform);
const partner = await openPartner(platform);
const buyHeldFromPartner = () => desk.buyHeld(undefined, undefined, partner.token);

describe('a held purchase', () => {
  test('that is released stays pending, moves no money, and can be confirmed as usual', async () => {
    const { id, shopper } = await desk.buyHeld();
    const before = await journalOf(shopper.id);

    const answer = await desk.release(id.toUpperCase());

    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { id, status: 'pending', held: false });
    assert.deepEqual(await desk.holdOf(id), resolved('pending', 'released', admin.id));
    assert.deepEqual(await journalOf(shopper.id), before);
    assert.deepEqual((await auditOf(id))[0], {
      action: 'purchase.released',
      actor: admin.id,
      details: {},
    });
    assert.equal(await settleAs(SYSTEM, id, 'confirmed'), 'confirmed');
    assert.deepEqual(await desk.holdOf(id), resolved('confirmed', 'released', admin.id));
  });

  test('that was released is not held again by what comes after, and cannot be released twice', async () => {
    const { id, shopper } = await desk.buyHeld();
    await desk.release(id);
    await desk.buyHeld(shopper);

    const again = await desk.release(id);

    assert.equal(again.status, 409);
    assert.equal(again.body.error.code, 'PURCHASE_NOT_HELD');
    assert.deepEqual(again.body.error.details, { purchase_id: id, status: 'pending' });
    assert.deepEqual(await desk.holdOf(id), resolved('pending', 'released', admin.id));
  });

  test('that an admin confirms is resolved by that, and its reward is available', async () => {
    const { id, shopper } = await desk.buyHeld();

    const answer = await desk.confirm(id);

    assert.equal(answer.status, 200);
    assert.deepEqual(await desk.holdOf(id), resolved('confirmed', 'confirmed', admin.id));
    const wallet = await platform.api('GET', '/users/me/wallet', { token: shopper.token });
    assert.equal(wallet.body.available_balance, '30.00');
    assert.equal((await auditOf(id))[0]?.details.was_held, true);
  });

  for (const actor of [SYSTEM, partnerActor(partner.id), userActor(partner.id)]) {
    test(`is not confirmed by a ${actor.type}, and nothing changes`, async () => {
      const { id, shopper } = await buyHeldFromPartner();
      const before = await journalOf(shopper.id);

      assert.equal(await settleAs(actor, id, 'confirmed'), 'PURCHASE_ON_HOLD');

      assert.deepEqual(await desk.holdOf(id), open());
      assert.deepEqual(await journalOf(shopper.id), before);
    });
  }

  test('that its partner asks to have confirmed answers 409 PURCHASE_ON_HOLD', async () => {
    const { id } = await buyHeldFromPartner();

    const answer = await platform.api('POST', `/purchases/${id}/confirmation`, { token: partner.token });

    assert.equal(answer.status, 409);
    assert.equal(answer.body.error.code, 'PURCHASE_ON_HOLD');
    assert.deepEqual(answer.body.error.details, { purchase_id: id, status: 'pending' });
    assert.deepEqual(await desk.holdOf(id), open());
  });

  test('that an admin reverses is resolved by that, and its reward is taken back', async () => {
    const { id, shopper } = await desk.buyHeld();

    const answer = await desk.reverse(id);

    assert.equal(answer.status, 200);
    assert.deepEqual(await desk.holdOf(id), resolved('reversed', 'reversed', admin.id));
    const wallet = await platform.api('GET', '/users/me/wallet', { token: shopper.token });
    assert.equal(wallet.body.pending_balance, '5.00');
  });

  test('may be reversed by a partner, who is no account and is not named as one', async () => {
    const { id } = await buyHeldFromPartner();

    const answer = await platform.api('POST', `/purchases/${id}/reverse`, { token: partner.token });

    assert.equal(answer.status, 200);

    assert.deepEqual(await desk.holdOf(id), resolved('reversed', 'reversed', null));
  });

  test('among others in one list is resolved alone, and each is answered for itself', async () => {
    const [refused, confirmed, reversed] = [
      await buyHeldFromPartner(),
      await desk.buyHeld(),
      await buyHeldFromPartner(),
    ];
    const { id: free } = await buyHeldFromPartner();
    const actor = partnerActor(partner.id);
    await desk.release(free);

    const outcomes = await platform.platform.modules.purchases.client.settlePurchases([
      { actor, purchaseId: refused.id, to: 'confirmed' },
      { actor: adminActor(admin.id), purchaseId: confirmed.id, to: 'confirmed' },
      { actor, purchaseId: free, to: 'confirmed' },
      { actor, purchaseId: reversed.id, to: 'confirmed' },
      { actor, purchaseId: reversed.id, to: 'reversed', reason: 'error' },
    ]);

    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [false, true, true, false, true],
    );
    assert.deepEqual(await desk.holdOf(refused.id), open());
    assert.deepEqual(await desk.holdOf(confirmed.id), resolved('confirmed', 'confirmed', admin.id));
    assert.deepEqual(await desk.holdOf(free), resolved('confirmed', 'released', admin.id));
    assert.deepEqual(await desk.holdOf(reversed.id), resolved('reversed', 'reversed', null));
  });
});

describe('a release', () => {
  test('of a purchase that never was held answers 409 PURCHASE_NOT_HELD', async () => {
    const { id: userId } = await platform.registerUser();
    const [id = ''] = await desk.buyOneByOne([
      { userId, merchantId: await desk.openMerchant(), amount: '5.00' },
    ]);

    const answer = await desk.release(id);

    assert.equal(answer.status, 409);
    assert.equal(answer.body.error.code, 'PURCHASE_NOT_HELD');
    assert.deepEqual(await auditOf(id).then((records) => records.map(({ action }) => action)), [
      'purchase.recorded',
    ]);
  });

  test('after a reversal or a confirmation answers 409 PURCHASE_NOT_HELD with the present status', async () => {
    for (const [settle, status] of [
      [desk.reverse, 'reversed'],
      [desk.confirm, 'confirmed'],
    ] as const) {
      const { id } = await desk.buyHeld();
      await settle(id);

      const answer = await desk.release(id);

      assert.equal(answer.body.error.code, 'PURCHASE_NOT_HELD');
      assert.deepEqual(answer.body.error.details, { purchase_id: id, status });
      assert.deepEqual(await desk.holdOf(id), resolved(status, status, admin.id));
    }
  });

  test('and a settlement at once resolve the hold once, and the books stay right', async () => {
    const { settle } = startWorkers(platform, { maxConnections: 10 });
    for (let round = 0; round < 12; round += 1) {
      const { id } = await desk.buyHeld();
      const actor = adminActor(admin.id);
      const settlement =
        round % 2 === 0
          ? ({ actor, purchaseId: id, to: 'confirmed' } as const)
          : ({ actor, purchaseId: id, to: 'reversed', reason: 'fraud' } as const);

      const early = round % 3 === 0 ? settle([settlement]) : undefined;
      const releases = [desk.release(id), desk.release(id)];
      const [settled] = await (early ?? settle([settlement]));
      const statuses = (await Promise.all(releases)).map(({ status }) => status).sort();

      assert.equal(settled?.ok, true);
      const hold = await desk.holdOf(id);
      const wasReleased = hold.resolution === 'released';
      assert.deepEqual(statuses, wasReleased ? [200, 409] : [409, 409]);
      assert.deepEqual(hold, resolved(settlement.to, wasReleased ? 'released' : settlement.to, admin.id));
    }
    assert.equal((await verifyLedger(platform.database)).faultCount, 0);
  });
});

describe('the list of holds', async () => {
  const merchantId = await desk.openMerchant();
  const [alice, bob] = [await platform.registerUser(), await platform.registerUser()];
  const first = (await desk.buyHeld(alice, merchantId)).id;
  const second = (await desk.buyHeld(bob, merchantId)).id;
  const third = (await desk.buyHeld(alice)).id;
  const fourth = (await desk.buyHeld(bob, merchantId)).id;
  await desk.release(first);
  await desk.reverse(second);
  await desk.confirm(third);
  const idsFor = async (query: string) => (await desk.listHolds(query)).map(({ purchase_id }) => purchase_id);

  test('shows the purchase, its user, its merchant and why it is held', async () => {
    const { body } = await platform.api('GET', `/purchase-holds?user_id=${bob.id}&status=open`, {
      token: admin.token,
    });

    const [row] = await rowsOf(platform, `select external_id from purchases where id = '${fourth}'`);
    const merchant = await platform.api('GET', `/merchants/${merchantId}`, { token: admin.token });
    assert.equal(body.pagination.total, 1);
    assert.deepEqual(body.data, [
      {
        purchase_id: fourth,
        external_id: row?.external_id,
        user_id: bob.id,
        user_email: bob.email,
        merchant_id: merchantId,
        merchant_name: merchant.body.name,
        amount: '600.00',
        currency: 'EUR',
        cashback_amount: '30.00',
        purchased_at: '2026-03-14T09:26:53Z',
        purchase_status: 'pending',
        status: 'open',
        reasons: [
          {
            rule: 'amount_above_user_usual',
            evidence: {
              amount: '600.00',
              usual_amount: '10.00',
              currency: 'EUR',
              more_than_times: 10,
              purchases: 20,
            },
          },
        ],
        held_at: '2026-03-14T09:26:53Z',
        resolved_at: null,
        resolved_by: null,
      },
    ]);
  });

  test('is filtered by status, merchant and user', async () => {
    assert.deepEqual(await idsFor(`?merchant_id=${merchantId}`), [fourth, second, first]);
    assert.deepEqual(await idsFor(`?user_id=${alice.id}`), [third, first]);
    assert.deepEqual(await idsFor(`?merchant_id=${merchantId}&user_id=${alice.id}`), [first]);
    const ofBoth = async (status: string) => [
      ...(await idsFor(`?status=${status}&user_id=${alice.id}`)),
      ...(await idsFor(`?status=${status}&user_id=${bob.id}`)),
    ];
    assert.deepEqual(await ofBoth('open'), [fourth]);
    assert.deepEqual(await ofBoth('released'), [first]);
    assert.deepEqual(await ofBoth('reversed'), [second]);
    assert.deepEqual(await ofBoth('confirmed'), [third]);
    const unknown = await platform.api('GET', '/purchase-holds?status=held', { token: admin.token });
    assert.equal(unknown.status, 422);
  });

  test('is walked by cursor, each hold once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const path = `/purchase-holds?limit=1&merchant_id=${merchantId}${cursor}`;
      const { body } = await platform.api('GET', path, { token: admin.token });
      seen.push(...body.data.map(({ purchase_id }: { purchase_id: string }) => purchase_id));
      assert.equal(body.pagination.total, 3);
      cursor = body.pagination.next_cursor === null ? '' : `&cursor=${body.pagination.next_cursor}`;
    } while (cursor !== '');
    assert.deepEqual(seen, [fourth, second, first]);
  });

  test('agrees with the list of purchases and its filter for held ones', async () => {
    const ofPurchases = async (query: string) => {
      const { body } = await platform.api('GET', `/purchases?limit=100&${query}`, { token: admin.token });
      return body.data.map(({ id, held }: { id: string; held: boolean }) => `${id} ${held}`);
    };
    const held = await ofPurchases('held=true');
    assert.deepEqual(
      held,
      (await idsFor('?status=open&limit=100')).map((id) => `${id} true`),
    );
    assert.ok(held.includes(`${fourth} true`));
    const free = await ofPurchases(`held=false&user_id=${alice.id}`);
    assert.ok(free.includes(`${first} false`) && free.includes(`${third} false`));
    assert.equal(free.length, 22);
  });

  test('and the rows agree: a purchase is held exactly while its hold is open', async () => {
    const rows = await rowsOf(
      platform,
      `select id from purchases left join purchase_holds on purchase_id = id
      where held <> (purchase_id is not null and resolution is null)`,
    );
    assert.deepEqual(rows, []);
  });
});

function open() {
  return { held: true, status: 'pending', resolution: null, resolved_by: null, has_time: false };
}

function resolved(status: string, resolution: string, by: string | null) {
  return { held: false, status, resolution, resolved_by: by, has_time: true };
}

/** What became of it: the status, or the code of the refusal. */
async function settleAs(actor: Actor, purchaseId: string, to: 'confirmed' | 'reversed'): Promise<string> {
  const settlement = to === 'confirmed' ? { to } : { to, reason: 'fraud' as const };
  const [outcome] = await platform.platform.modules.purchases.client.settlePurchases([
    { actor, purchaseId, ...settlement },
  ]);
  if (outcome?.ok) return outcome.value.purchase.status;
  return outcome?.error instanceof DomainError ? outcome.error.code : 'unknown';
}

function journalOf(userId: string) {
  return rowsOf(
    platform,
    `select sequence, type, amount from wallet_entries
    where wallet_id = (select id from wallets where user_id = '${userId}') order by sequence`,
  );
}

async function auditOf(
  id: string,
): Promise<{ action: string; actor: unknown; details: { was_held?: boolean } }[]> {
  const { body } = await platform.api('GET', `/audit-logs?resource_id=${id}`, { token: admin.token });
  return body.data.map((record: Record<string, unknown>) => ({
    action: record.action,
    actor: record.actor_id,
    details: record.details,
  }));
}
