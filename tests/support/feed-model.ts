import type { Play } from '../../src/cli/demo/play.ts';

/*
 * What a feed must come to, worked out apart from the platform: a dozen rules over plain maps, with its own rounding.
 */

const CAP = 300n;

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
      contents.set(externalId, content);
    }
  }

  const numberOf = (externalId: string) => Number(externalId.split('-').at(-1));
  const sumOf = (ids: readonly string[]) => ids.reduce((sum, id) => sum + (rewards.get(id) ?? 0n), 0n);
  const ids = [...rewards.keys()];
  const cancelled = ids.filter((id) => numberOf(id) % 20 === 0);
  const confirmed = ids.filter((id) => numberOf(id) % 20 !== 0);
  const returned = confirmed.filter((id) => numberOf(id) % 33 === 0);
  return {
    ...counts,
    cancelled: cancelled.length,
    confirmed: confirmed.length,
    returned: returned.length,
    pending: sumOf(ids),
    available: sumOf(confirmed),
    availableInTheEnd: sumOf(confirmed) - sumOf(returned),
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
