import type { Feed } from '../../demo/feeds/feed.ts';
import type { Play } from '../../demo/feeds/play.ts';

/*
 * What a feed must come to, worked out apart from the platform: a dozen rules over plain maps, with its own rounding.
 */

const CAP = 300n;
const LEAST_WITHDRAWAL = 1_000n;

export function expectedPlay(feed: {
  readonly customers: readonly string[];
  readonly lines: readonly {
    readonly externalId: string;
    readonly customerId: string;
    readonly date: string;
    readonly amount: string;
  }[];
}) {
  const rewards = new Map<string, bigint>();
  const customerOf = new Map<string, string>();
  const contents = new Map<string, string>();
  const spent = new Map<string, bigint>();
  const counts = { accepted: 0, refused: 0, duplicates: 0, differing: 0, capped: 0 };
  for (const { externalId, customerId, date, amount } of feed.lines) {
    const cents = /^\d+\.\d\d$/.test(amount) ? BigInt(amount.replace('.', '')) : 0n;
    const content = [customerId, date, amount].join();
    if (cents === 0n) counts.refused += 1;
    else if (contents.has(externalId)) {
      counts.duplicates += 1;
      if (contents.get(externalId) !== content) counts.differing += 1;
    } else if (!feed.customers.includes(customerId)) counts.refused += 1;
    else {
      const month = `${customerId} ${date.slice(0, 7)}`;
      const left = CAP - (spent.get(month) ?? 0n);
      const wanted = fivePercent(cents);
      const reward = wanted < left ? wanted : left;
      if (reward < wanted) counts.capped += 1;
      counts.accepted += 1;
      spent.set(month, CAP - left + reward);
      rewards.set(externalId, reward);
      customerOf.set(externalId, customerId);
      contents.set(externalId, content);
    }
  }

  const numberOf = (externalId: string) => Number(externalId.split('-').at(-1));
  const sumOf = (ids: readonly string[]) => ids.reduce((sum, id) => sum + (rewards.get(id) ?? 0n), 0n);
  const ids = [...rewards.keys()];
  const cancelled = ids.filter((id) => numberOf(id) % 20 === 0);
  const confirmed = ids.filter((id) => numberOf(id) % 20 !== 0);
  const returned = confirmed.filter((id) => numberOf(id) % 33 === 0);

  const held = new Map(feed.customers.map((customerId) => [customerId, 0n]));
  const change = (id: string, sign: bigint) => {
    const customerId = customerOf.get(id) ?? '';
    held.set(customerId, (held.get(customerId) ?? 0n) + sign * (rewards.get(id) ?? 0n));
  };
  for (const id of confirmed) change(id, 1n);
  const withdrawn = [...held].filter(([, available]) => available >= LEAST_WITHDRAWAL);
  for (const [customerId] of withdrawn) held.set(customerId, 0n);
  const paid = withdrawn.reduce((sum, [, available]) => sum + available, 0n);
  for (const id of returned) change(id, -1n);
  const debts = [...held.values()].filter((available) => available < 0n);

  return {
    ...counts,
    cancelled: cancelled.length,
    confirmed: confirmed.length,
    returned: returned.length,
    payouts: withdrawn.length,
    completed: withdrawn.filter(([customerId]) => feed.customers.indexOf(customerId) % 3 === 0).length,
    processing: withdrawn.filter(([customerId]) => feed.customers.indexOf(customerId) % 3 === 1).length,
    pending: sumOf(ids),
    available: sumOf(confirmed),
    availableAfterPayouts: sumOf(confirmed) - paid,
    paid,
    availableInTheEnd: sumOf(confirmed) - paid - sumOf(returned),
    owing: debts.length,
    owed: -debts.reduce((sum, debt) => sum + debt, 0n),
  };
}

/** Half of a cent goes to the even one. */
function fivePercent(cents: bigint): bigint {
  const [whole, rest] = [cents / 20n, cents % 20n];
  if (rest === 10n) return whole + (whole % 2n);
  return rest > 10n ? whole + 1n : whole;
}

/** A play without what differs from run to run: how long it took. */
export function figuresOf({ stages }: Play) {
  return stages.map(({ stage, accepted, refused, balances, also }) => ({
    stage,
    accepted,
    refused,
    ...balances,
    ...also,
  }));
}

/** The feed of every third customer alone: a third of the time, and all that happens to a customer. */
export function ofEveryThirdCustomer(feed: Feed): Feed {
  const customers = feed.customers.filter((_, index) => index % 3 === 0);
  const kept = new Set(customers);
  return { ...feed, customers, lines: feed.lines.filter(({ customerId }) => kept.has(customerId)) };
}
