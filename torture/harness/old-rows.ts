import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Reply, Request } from './client.ts';
import { euros, perform, performSettlements, rewardOf, type Settlement } from './operations.ts';
import type { Past, PastPurchase } from './past.ts';
import { clerkOf, isDone, must, type SourceName } from './sources.ts';

type Check = { readonly name: string; readonly run: () => Promise<string | undefined> };

/** Uses what an old version has recorded with the features of the present one. Returns one sentence per fault. */
export async function useOldRows(
  past: Past,
  url: string,
): Promise<{ readonly tried: number; readonly violations: readonly string[] }> {
  const violations: string[] = [];
  const checks = checksOf(past, url);
  for (const { name, run } of checks) {
    const fault = await run().catch(String);
    if (fault !== undefined) violations.push(`${name}: ${fault}`);
  }
  return { tried: checks.length, violations };
}

function checksOf(past: Past, url: string): readonly Check[] {
  const { sources } = past;
  const { admin } = sources;
  const token = admin.programme.adminToken;
  const used = new Set<PastPurchase>();

  /** A purchase that no check has used, and whose terms no cap has cut. */
  function take(wanted: Partial<PastPurchase>): PastPurchase {
    const { isHeld = false, isOddlyNamed = false } = wanted;
    const found = past.purchases.find(
      (purchase) =>
        !used.has(purchase) &&
        purchase.operation.rewardCents !== undefined &&
        isDeepStrictEqual(
          { ...purchase, ...wanted, isHeld, isOddlyNamed },
          { ...purchase, isHeld: purchase.isHeld, isOddlyNamed: purchase.isOddlyNamed },
        ),
    );
    if (found === undefined) throw new Error(`the past lacks ${JSON.stringify(wanted)}`);
    used.add(found);
    return found;
  }

  const send = (request: Request): Promise<Reply> => admin.client.send(url, request);
  const asAdmin = (method: Request['method'], path: string, body?: unknown) =>
    send({ method, path, token, body });

  async function amend(by: SourceName, status: PastPurchase['status']): Promise<string | undefined> {
    const { id, operation, rewardCents } = take({ by, status });
    const half = Math.floor(operation.cents / 2);
    const body = { amount: euros(half), reason: 'Half of it came back.', version: randomUUID() };
    const path = `/purchases/${id}/amendments`;
    const amendedBy = clerkOf(sources, by, operation.userId).programme.partnerKey;
    const request = { method: 'POST', path, token: by === 'shopper' ? token : amendedBy, body } as const;
    const [first, repeated] = [await send(request), await send(request)];
    const percent = percentOf(operation.cents, rewardCents);
    return (
      differs(first, {
        original_amount: euros(operation.cents),
        amount: euros(half),
        cashback_amount: euros(rewardOf(half, percent)),
        revision: 1,
      }) ?? differs(repeated, first.body)
    );
  }

  /** Finds the percentage, because the purchases of the past do not keep it. */
  function percentOf(cents: number, rewardCents: number): number {
    const percent = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].find((each) => rewardOf(cents, each) === rewardCents);
    if (percent === undefined) throw new Error(`no percentage of ${cents} is ${rewardCents}`);
    return percent;
  }

  async function settleByExternalId(
    by: 'partner' | 'otherPartner' | 'admin',
    kind: Settlement['kind'],
    wanted: Partial<PastPurchase> = {},
  ): Promise<string | undefined> {
    const { id, operation } = take({ by, status: 'pending', ...wanted });
    const settlement = {
      operation: { kind, purchaseId: id },
      externalId: operation.externalId,
    } as const;
    const { answers, reply } = await performSettlements(sources[by], url, [settlement]);
    if (!isDone(answers[0])) return JSON.stringify(answers);
    return reply.body.results[0].purchase_id === id ? undefined : JSON.stringify(reply.body);
  }

  async function amendByExternalId(by: 'partner' | 'otherPartner' | 'admin'): Promise<string | undefined> {
    const { id, operation } = take({ by, status: 'confirmed' });
    const reply = await send({
      method: 'POST',
      path: '/purchases/settlements',
      token: sources[by].programme.partnerKey,
      body: [
        {
          action: 'amend',
          external_id: operation.externalId,
          amount: '0.00',
          reason: 'All of it came back.',
          version: randomUUID(),
        },
      ],
    });
    const result = reply.body?.results?.[0];
    const isRight = result?.status === 200 && result.purchase_id === id && result.cashback_amount === '0.00';
    return isRight ? undefined : JSON.stringify(reply.body);
  }

  async function releaseAndConfirm(wanted: Partial<PastPurchase>): Promise<string | undefined> {
    const { id, by } = take({ status: 'pending', ...wanted });
    const held = await asAdmin('GET', `/purchases?held=true&limit=100`);
    const released = await asAdmin('POST', `/purchases/${id}/release`);
    const fault = differs(held, {}) ?? differs(released, { id, status: 'pending', held: false });
    if (fault !== undefined) return fault;
    // The partner that reported it confirms its own, and an administrator what a shopper reported.
    const clerk = by === 'partner' ? sources.partner : admin;
    const { answer, reply } = await perform(clerk, url, { kind: 'confirm', purchaseId: id });
    return isDone(answer) && !answer.isRepeat ? undefined : JSON.stringify(reply.body);
  }

  /** An extended offer continues its cap, which the first shopper has spent. */
  async function extendOffer(): Promise<string | undefined> {
    const [offer] = past.capped;
    if (offer === undefined) return 'there is no offer';
    const endDate = `${Number(offer.endDate.slice(0, 4)) + 1}${offer.endDate.slice(4).replace('-02-29', '-02-28')}`;
    const extended = await asAdmin('PATCH', `/offers/${offer.offerId}`, { end_date: endDate });
    const fault = differs(extended, { id: offer.offerId, end_date: endDate });
    if (fault !== undefined) return fault;
    const [userId = ''] = sources.partner.programme.users;
    const operation = {
      kind: 'purchase',
      externalId: `extended-${randomUUID()}`,
      userId,
      merchantId: offer.merchantId,
      cents: 4_000,
    } as const;
    const { reply } = await perform(sources.partner, url, operation);
    return differs(reply, { cashback_amount: '0.00' }, 201);
  }

  async function stopAndStartOffer(): Promise<string | undefined> {
    const { offerId = '' } = past.capped[1] ?? {};
    for (const status of ['inactive', 'active']) {
      const reply = await asAdmin('PATCH', `/offers/${offerId}/status`, { status });
      const fault = differs(reply, { id: offerId, status });
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  async function readOwn(): Promise<string | undefined> {
    const { id, operation } = take({ by: 'shopper', status: 'confirmed' });
    const clerk = sources.shopper(operation.userId);
    const reply = await send({ method: 'GET', path: `/purchases/${id}`, token: clerk.programme.partnerKey });
    return differs(reply, { id, amount: euros(operation.cents), revision: 0, cashback_status: 'available' });
  }

  async function completePayout(): Promise<string | undefined> {
    const body = { status: 'completed', external_reference: 'bank-after-the-upgrade' };
    for (const { id } of past.payouts.filter(({ status }) => status === 'requested')) {
      const reply = await asAdmin('PATCH', `/payouts/${id}/process`, body);
      // A review may find a held purchase of the owner.
      if (reply.status !== 409) return differs(reply, { id, status: 'completed' });
    }
    return 'no payout could be completed';
  }

  /** The merchant's and the partner's names fold alike, also those of before the upgrade. */
  async function refuseTakenName(): Promise<string | undefined> {
    const body = { name: 'CAPPED\u200b 0', default_cashback_percentage: 5 };
    const reply = await asAdmin('POST', '/merchants', body);
    return reply.status === 409 ? undefined : `got ${reply.status} ${JSON.stringify(reply.body)}`;
  }

  async function pageThrough(): Promise<string | undefined> {
    const [userId = ''] = admin.programme.users;
    for (const path of [
      '/purchases',
      `/purchases?user_id=${userId}`,
      '/purchase-holds',
      '/payouts',
      '/audit-logs',
    ])
      await must(200, admin, url, { method: 'GET', path, token });
    return undefined;
  }

  return [
    ...(['partner', 'otherPartner', 'admin', 'shopper'] as const).flatMap((by) =>
      (['pending', 'confirmed'] as const).map((status) => ({
        name: `amend a ${status} purchase of ${by}`,
        run: () => amend(by, status),
      })),
    ),
    ...(['partner', 'otherPartner', 'admin'] as const).flatMap((by) => [
      { name: `confirm by external id, ${by}`, run: () => settleByExternalId(by, 'confirm') },
      { name: `reverse by external id, ${by}`, run: () => settleByExternalId(by, 'reverse') },
      {
        name: `confirm by an id that is folded now, ${by}`,
        run: () => settleByExternalId(by, 'confirm', { isOddlyNamed: true }),
      },
      { name: `amend by external id, ${by}`, run: () => amendByExternalId(by) },
    ]),
    {
      name: 'release what a velocity rule held',
      run: () => releaseAndConfirm({ by: 'partner', isHeld: true }),
    },
    { name: 'release what a shopper reported', run: () => releaseAndConfirm({ by: 'shopper' }) },
    { name: 'extend an offer', run: extendOffer },
    { name: 'stop and start an offer', run: stopAndStartOffer },
    { name: 'show a shopper its purchase', run: readOwn },
    { name: 'complete a payout', run: completePayout },
    { name: 'refuse a name that folds like an old one', run: refuseTakenName },
    { name: 'list', run: pageThrough },
  ];
}

/** Returns the reply if it lacks one of the fields. */
function differs({ status, body }: Reply, fields: object, wanted = 200): string | undefined {
  const isRight =
    status === wanted &&
    Object.entries(fields).every(([name, value]) => isDeepStrictEqual(body[name], value));
  return isRight ? undefined : `got ${status} ${JSON.stringify(body)} instead of ${JSON.stringify(fields)}`;
}
