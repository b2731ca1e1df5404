import { randomUUID } from 'node:crypto';
import { oneOf } from '../random.ts';
import { concurrently } from './concurrently.ts';
import {
  type Clerk,
  type Purchase,
  perform,
  performBatch,
  performSettlements,
  rewardOf,
  type Settlement,
} from './operations.ts';
import { rewardPercent } from './programme.ts';
import { adjustment } from './requests.ts';
import type { Scene } from './scene.ts';
import {
  amountOf,
  clerkOf,
  isDone,
  must,
  openSources,
  persist,
  type SourceName,
  type Sources,
} from './sources.ts';

const BATCH = 250;
const AT_ONCE = 8;
const DAY_MS = 86_400_000;
const PAST_DAYS = 60;
/** Shoppers may report for a shorter time. */
const SHOPPERS_PAST_DAYS = 20;
/** The amount that each offer with a small cap gives to a shopper in a month, by 10 percent. */
const CAP_CENTS = 500;
/** Above the floor of the velocity rules. */
const LARGE_CENTS = 60_000;

/** With this setting, an amount that a third shopper reports for the same shop and day is held. */
export const PAST_SETTINGS = { VELOCITY_USERS_PER_ORDER: '2' } as const;

/** All that the platform has recorded before an upgrade. */
export type Past = {
  readonly sources: Sources;
  readonly purchases: readonly PastPurchase[];
  readonly capped: readonly CappedOffer[];
  readonly adjustments: readonly { readonly userId: string; readonly cents: number }[];
  readonly payouts: readonly PastPayout[];
};

export type PastPurchase = {
  readonly by: SourceName;
  readonly operation: Purchase;
  readonly id: string;
  readonly status: 'pending' | 'confirmed' | 'reversed';
  readonly rewardCents: number;
  /** Its id has compatibility characters and invisible ones, which later versions fold. */
  readonly isOddlyNamed: boolean;
  /** A velocity rule held it. */
  readonly isHeld: boolean;
};

export type PastPayout = { readonly id: string; readonly status: 'requested' | 'completed' | 'failed' };

/** The cap of this month is spent for the first shopper. */
export type CappedOffer = { readonly offerId: string; readonly merchantId: string; readonly endDate: string };

type Order = Pick<PastPurchase, 'by' | 'operation' | 'isOddlyNamed'>;

/** Makes purchases of all kinds through the API, settles some of them, and moves money. */
export async function makePast(
  scene: Scene,
  url: string,
  { count, random }: { readonly count: number; readonly random: () => number },
): Promise<Past> {
  const sources = await openSources(scene, url);
  const capped = await concurrently(1, 3, (number) => openCappedOffer(scene, url, number));
  const recorded = await report(scene, url, sources, ordersOf(scene, capped, { count, random }));
  const settled = await settleSome(url, sources, recorded, random);
  return {
    sources,
    capped,
    purchases: settled,
    payouts: await withdraw(scene, url, Math.max(12, Math.round(count / 100)), random),
    adjustments: await adjust(scene, url, Math.max(10, Math.round(count / 200)), random),
  };
}

async function openCappedOffer(scene: Scene, url: string, number: number): Promise<CappedOffer> {
  const { adminToken: token } = scene.programme;
  const merchant = { name: `Capped ${number}`, default_cashback_percentage: 5 };
  const { id: merchantId } = await must(201, scene, url, {
    method: 'POST',
    path: '/merchants',
    token,
    body: merchant,
  });
  const endDate = new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10);
  const offer = {
    merchant_id: merchantId,
    cashback_type: 'percent',
    cashback_value: 10,
    monthly_cap: CAP_CENTS / 100,
    start_date: '2020-01-01',
    end_date: endDate,
  };
  const { id: offerId } = await must(201, scene, url, {
    method: 'POST',
    path: '/offers',
    token,
    body: offer,
  });
  return { offerId, merchantId, endDate };
}

/** Lists of orders, each of one source. Shoppers report one at a time. */
function ordersOf(
  { programme }: Clerk,
  capped: readonly CappedOffer[],
  { count, random }: { readonly count: number; readonly random: () => number },
): readonly (readonly Order[])[] {
  const { users, merchants } = programme;
  const [firstUser = '', ...otherUsers] = users;
  const shares = {
    shopper: Math.max(24, Math.round(count * 0.02)),
    admin: Math.max(24, Math.round(count * 0.05)),
    otherPartner: Math.max(30, Math.round(count * 0.1)),
  };
  const cappedCount = Math.max(15, Math.round(count * 0.05));
  const largeGroups = Math.max(4, Math.round(count * 0.001));
  const exhausting = capped.map(({ merchantId }) => cappedOrder(merchantId, firstUser, 10_000));
  const rest =
    count -
    shares.shopper -
    shares.admin -
    shares.otherPartner -
    cappedCount -
    largeGroups * 3 -
    exhausting.length;
  let number = 0;

  function order(by: SourceName): Order {
    number += 1;
    const isOddlyNamed = number % 40 === 7;
    const merchant = Math.floor(random() * merchants.length);
    const cents = amountOf(by, random);
    const days = by === 'shopper' ? SHOPPERS_PAST_DAYS : PAST_DAYS;
    return {
      by,
      isOddlyNamed,
      operation: {
        kind: 'purchase',
        externalId: isOddlyNamed ? `Ｐast ${number}\u200b-${randomUUID()}` : `past-${number}-${randomUUID()}`,
        userId: oneOf(random, users),
        merchantId: merchants[merchant] ?? '',
        cents,
        rewardCents: rewardOf(cents, rewardPercent(merchant + 1)),
        purchasedAt: new Date(Date.now() - (2 + random() * (days - 2)) * DAY_MS).toISOString(),
      },
    };
  }

  /** The cap decides about its reward. */
  function cappedOrder(merchantId: string, userId: string, cents: number): Order {
    const externalId = `capped-${randomUUID()}`;
    const operation = { kind: 'purchase', externalId, userId, merchantId, cents } as const;
    return { by: 'partner', isOddlyNamed: false, operation };
  }

  /** One amount of three shoppers. The third one is held. */
  function largeOrders(group: number): Order[] {
    const { operation, ...same } = { ...order('partner'), isOddlyNamed: false };
    const cents = LARGE_CENTS + group * 4;
    return [0, 1, 2].map((place) => ({
      ...same,
      operation: {
        ...operation,
        externalId: `large-${group}-${place}-${randomUUID()}`,
        userId: users[(group + place) % users.length] ?? '',
        cents,
        rewardCents: rewardOf(cents, rewardPercent(merchants.indexOf(operation.merchantId) + 1)),
      },
    }));
  }

  const times = <T>(length: number, make: (number: number) => T) => Array.from({ length }, (_, n) => make(n));
  return [
    times(largeGroups, largeOrders).flat(),
    [
      ...exhausting,
      ...times(cappedCount, () =>
        cappedOrder(oneOf(random, capped).merchantId, oneOf(random, otherUsers), amountOf('partner', random)),
      ),
    ],
    times(rest, () => order('partner')),
    times(shares.otherPartner, () => order('otherPartner')),
    times(shares.admin, () => order('admin')),
    times(shares.shopper, () => order('shopper')),
  ];
}

async function report(
  scene: Scene,
  url: string,
  sources: Sources,
  lists: readonly (readonly Order[])[],
): Promise<PastPurchase[]> {
  const batches = lists.flatMap((list) => chunks(list, list[0]?.by === 'shopper' ? 1 : BATCH));
  const recorded = await concurrently(AT_ONCE, batches.length, async (number) => {
    const orders = batches[number] ?? [];
    const operations = orders.map(({ operation }) => operation);
    const [first] = orders;
    if (first === undefined) return [];
    const clerk = clerkOf(sources, first.by, first.operation.userId);
    const { answers, reply } = await persist(() =>
      first.by === 'shopper'
        ? perform(clerk, url, first.operation).then(({ answer, reply }) => ({ answers: [answer], reply }))
        : performBatch(clerk, url, operations),
    );
    return orders.map((order, index) => {
      const answer = answers[index];
      if (!isDone(answer))
        throw new Error(
          `the past could not be made: ${JSON.stringify(answer)}, ${JSON.stringify(reply.body)}`,
        );
      return { ...order, id: answer.id, rewardCents: answer.cents, status: 'pending' as const };
    });
  });
  const held = await scene.postgres.query<{ id: string }>('select id from purchases where held');
  const heldIds = new Set(held.map(({ id }) => id));
  return recorded.flat().map((purchase) => ({ ...purchase, isHeld: heldIds.has(purchase.id) }));
}

/** Confirms half of the purchases and reverses some, a part of them after the confirmation. */
async function settleSome(
  url: string,
  sources: Sources,
  purchases: readonly PastPurchase[],
  random: () => number,
): Promise<PastPurchase[]> {
  const statusOf = new Map(purchases.map((purchase) => [purchase, purchase.status]));
  const [firstUser] = sources.partner.programme.users;
  // The first shopper's caps stay spent.
  const spends = ({ userId, rewardCents }: Purchase) => userId === firstUser && rewardCents === undefined;
  const free = purchases.filter(
    ({ isHeld, isOddlyNamed, operation }) => !isHeld && !isOddlyNamed && !spends(operation),
  );
  const confirmed = free.filter(() => random() < 0.5);
  await settle(confirmed, 'confirm');
  await settle(
    free.filter((purchase) => random() < (statusOf.get(purchase) === 'confirmed' ? 0.1 : 0.2)),
    'reverse',
  );
  return purchases.map((purchase) => ({ ...purchase, status: statusOf.get(purchase) ?? 'pending' }));

  async function settle(chosen: readonly PastPurchase[], kind: Settlement['kind']): Promise<void> {
    // An administrator settles the reports of shoppers.
    const lists = (['partner', 'otherPartner', 'admin', 'shopper'] as const).flatMap((by) =>
      chunks(
        chosen.filter((purchase) => purchase.by === by),
        BATCH,
      ).map((list) => ({ list, clerk: by === 'shopper' ? sources.admin : sources[by] })),
    );
    await concurrently(AT_ONCE, lists.length, async (number) => {
      const { list = [], clerk = sources.admin } = lists[number] ?? {};
      const settlements = list.map((purchase) => ({
        operation: { kind, purchaseId: purchase.id },
        ...(purchase.by !== 'shopper' && random() < 0.5 && { externalId: purchase.operation.externalId }),
      }));
      const { answers } = await persist(() => performSettlements(clerk, url, settlements));
      for (const [index, answer] of answers.entries()) {
        const purchase = list[index];
        if (!isDone(answer) || purchase === undefined)
          throw new Error(`the past could not be settled: ${JSON.stringify(answer)}`);
        statusOf.set(purchase, kind === 'confirm' ? 'confirmed' : 'reversed');
      }
    });
  }
}

async function withdraw(
  scene: Scene,
  url: string,
  count: number,
  random: () => number,
): Promise<PastPayout[]> {
  return concurrently(AT_ONCE, count, async (number) => {
    const operation = {
      kind: 'payout',
      key: randomUUID(),
      userId: oneOf(random, scene.programme.users),
      cents: 1_000 + Math.floor(random() * 500),
    } as const;
    const { answer } = await persist(() => perform(scene, url, operation));
    if (!isDone(answer)) throw new Error(`no payout: ${JSON.stringify(answer)}`);
    const status = (['requested', 'completed', 'failed', 'requested'] as const)[number % 4] ?? 'requested';
    const body =
      status === 'completed'
        ? { status, external_reference: `bank-${number}` }
        : { status, reason: 'The bank refused the account.' };
    if (status !== 'requested')
      await must(200, scene, url, {
        method: 'PATCH',
        path: `/payouts/${answer.id}/process`,
        token: scene.programme.adminToken,
        body,
      });
    return { id: answer.id, status };
  });
}

/** The amounts are negative for debits. */
async function adjust(scene: Scene, url: string, count: number, random: () => number) {
  return concurrently(AT_ONCE, count, async (number) => {
    const userId = oneOf(random, scene.programme.users);
    const cents = 100 + Math.floor(random() * 1_000);
    const direction = number % 3 === 0 ? 'debit' : 'credit';
    const order = { userId, cents, direction, reason: 'An adjustment of the past.' } as const;
    await must(201, scene, url, adjustment(scene.programme.adminToken, order));
    return { userId, cents: direction === 'credit' ? cents : -cents };
  });
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, n) =>
    list.slice(n * size, (n + 1) * size),
  );
}
