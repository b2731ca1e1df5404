import assert from 'node:assert/strict';
import type { Answer, Person, startTestPlatform } from './platform.ts';
import { newOrder, rowsOf } from './purchases-shop.ts';

type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>;

type Order = {
  readonly userId: string;
  readonly merchantId: string;
  readonly amount: string;
  readonly at?: string;
  readonly currency?: string;
};

/** Buying as rules look at it, and reviewing what they held. */
export function fraudDesk(platform: TestPlatform) {
  const { api, admin } = platform;

  const body = ({ userId, merchantId, amount, at, currency = 'EUR' }: Order) => ({
    external_id: newOrder(),
    user_id: userId,
    merchant_id: merchantId,
    amount,
    currency,
    ...(at !== undefined && { purchased_at: at }),
  });

  /** One request for each. */
  async function buyOneByOne(orders: readonly Order[]): Promise<string[]> {
    const ids: string[] = [];
    for (const order of orders) {
      const answer = await api('POST', '/purchases', { token: admin.token, body: body(order) });
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      ids.push(answer.body.id);
    }
    return ids;
  }

  async function buyInOneBatch(orders: readonly Order[], token = admin.token): Promise<string[]> {
    const answer = await api('POST', '/purchases/batch', { token, body: orders.map(body) });
    assert.equal(answer.body.summary?.accepted, orders.length, JSON.stringify(answer.body));
    return answer.body.results.map(({ id }: { id: string }) => id);
  }

  async function openMerchant(): Promise<string> {
    const merchantId = await platform.createMerchant();
    await platform.createOffer(merchantId);
    return merchantId;
  }

  /** Usual for the shopper: ten orders of 10.00, on days of their own, long before. */
  const tenSmallOnes = (userId: string, merchantId: string): Order[] =>
    Array.from({ length: 10 }, (_, day) => ({
      userId,
      merchantId,
      amount: '10.00',
      at: `2026-01-${String(day + 1).padStart(2, '0')}T10:00:00Z`,
    }));

  /** Held by `amount_above_user_usual`, and by nothing else. */
  async function buyHeld(
    shopper?: Person,
    merchant?: string,
    token = admin.token,
  ): Promise<{ id: string; shopper: Person }> {
    const buyer = shopper ?? (await platform.registerUser());
    const merchantId = merchant ?? (await openMerchant());
    const large = { userId: buyer.id, merchantId, amount: '600.00' };
    const ids = await buyInOneBatch([...tenSmallOnes(buyer.id, merchantId), large], token);
    const id = ids.at(-1) ?? '';
    assert.deepEqual(await heldAmong(ids), [id]);
    return { id, shopper: buyer };
  }

  /** Those of the purchases that are held, as their rows say. */
  async function heldAmong(ids: readonly string[]): Promise<string[]> {
    const rows = await rowsOf(platform, 'select id from purchases where held');
    const held = new Set(rows.map(({ id }) => id));
    return ids.filter((id) => held.has(id));
  }

  /** The reasons of the purchases' holds; null for one without a hold. */
  async function reasonsOf(ids: readonly string[]): Promise<unknown[]> {
    const rows = await rowsOf(platform, 'select purchase_id, reasons from purchase_holds');
    const reasons = new Map(rows.map((row) => [row.purchase_id, row.reasons]));
    return ids.map((id) => reasons.get(id) ?? null);
  }

  async function listHolds(query = ''): Promise<{ purchase_id: string; reasons: unknown }[]> {
    const answer = await api('GET', `/purchase-holds${query}`, { token: admin.token });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.data;
  }

  async function holdOf(id: string): Promise<Record<string, unknown>> {
    const [row] = await rowsOf(
      platform,
      `select held, purchases.status, resolution, resolved_by, resolved_at is not null as has_time
      from purchases left join purchase_holds on purchase_id = id where id = '${id}'`,
    );
    assert.ok(row);
    return row;
  }

  const release = (id: string, token: string | undefined = admin.token): Promise<Answer> =>
    api('POST', `/purchases/${id}/release`, { token });
  const confirm = (id: string): Promise<Answer> =>
    api('POST', `/purchases/${id}/confirmation`, { token: admin.token });
  const reverse = (id: string): Promise<Answer> =>
    api('POST', `/purchases/${id}/reverse`, { token: admin.token, body: { reason: 'fraud' } });

  return {
    buyOneByOne,
    buyInOneBatch,
    openMerchant,
    tenSmallOnes,
    buyHeld,
    heldAmong,
    reasonsOf,
    listHolds,
    holdOf,
    release,
    confirm,
    reverse,
  };
}
