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
  readonly partialReturns: Feed['partialReturns'];
}) {
  const rewards = new Map<string, bigint>();
  const customerOf = new Map<string, string>();
  const contents = new Map<string, string>();
  const spent = new Map<string, bigint>();
  const counts = { accepted: 0, refused: 0, duplicates: 0, differing: 0, capped: 0 };
  for (const { externalId, customerId, date, amount } of feed.lines) {
    const cents = /^\d+\.\d\d$/.test(amount) ? centsOf(amount) : 0n;
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
  const pending = sumOf(ids);

  /** A smaller purchase earns less, but a reward that its cap had cut loses only what is above the new five percent. */
  function returnInPart(moment: Feed['partialReturns'][number]['moment']) {
    const counts = { byAmount: 0, byLines: 0, withoutEffect: 0, toZero: 0 };
    for (const { externalId, statement } of feed.partialReturns.filter((one) => one.moment === moment)) {
      const before = rewards.get(externalId);
      if (before === undefined) continue;
      const kept =
        'amount' in statement
          ? centsOf(statement.amount)
          : statement.lines
              .filter(({ status }) => status !== 'rejected')
              .reduce((sum, { amount }) => sum + centsOf(amount), 0n);
      const lost = before - fivePercent(kept);
      if (lost > 0n) rewards.set(externalId, before - lost);
      else counts.withoutEffect += 1;
      counts['amount' in statement ? 'byAmount' : 'byLines'] += 1;
      if (kept === 0n) counts.toZero += 1;
    }
    return counts;
  }

  const partialPending = returnInPart('pending');
  const pendingAfterReturns = sumOf(ids);
  const cancelled = ids.filter((id) => numberOf(id) % 20 === 0);
  const confirmed = ids.filter((id) => numberOf(id) % 20 !== 0);
  const returned = confirmed.filter((id) => numberOf(id) % 33 === 0);

  const available = sumOf(confirmed);
  const partialConfirmed = returnInPart('confirmed');
  const availableBeforePayouts = sumOf(confirmed);

  const held = new Map(feed.customers.map((customerId) => [customerId, 0n]));
  const change = (id: string, amount: bigint) => {
    const customerId = customerOf.get(id) ?? '';
    held.set(customerId, (held.get(customerId) ?? 0n) + amount);
  };
  for (const id of confirmed) change(id, rewards.get(id) ?? 0n);
  const withdrawn = [...held].filter(([, available]) => available >= LEAST_WITHDRAWAL);
  for (const [customerId] of withdrawn) held.set(customerId, 0n);
  const paid = withdrawn.reduce((sum, [, available]) => sum + available, 0n);
  const debtsNow = () => {
    const debts = [...held.values()].filter((available) => available < 0n);
    return { owing: debts.length, owed: -debts.reduce((sum, debt) => sum + debt, 0n) };
  };

  const paidRewards = new Map(rewards);
  const partialPaid = returnInPart('paid');
  for (const id of confirmed) change(id, (rewards.get(id) ?? 0n) - (paidRewards.get(id) ?? 0n));
  const owedAfterPartialReturns = debtsNow();
  const availableAfterPartialReturns = sumOf(confirmed) - paid;
  for (const id of returned) change(id, -(rewards.get(id) ?? 0n));

  return {
    ...counts,
    cancelled: cancelled.length,
    confirmed: confirmed.length,
    returned: returned.length,
    payouts: withdrawn.length,
    completed: withdrawn.filter(([customerId]) => feed.customers.indexOf(customerId) % 3 === 0).length,
    processing: withdrawn.filter(([customerId]) => feed.customers.indexOf(customerId) % 3 === 1).length,
    partial: { pending: partialPending, confirmed: partialConfirmed, paid: partialPaid },
    pending,
    pendingAfterReturns,
    available,
    availableBeforePayouts,
    availableAfterPayouts: availableBeforePayouts - paid,
    paid,
    availableAfterPartialReturns,
    owedAfterPartialReturns,
    availableInTheEnd: availableAfterPartialReturns - sumOf(returned),
    ...debtsNow(),
  };
}

function centsOf(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
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
  const lines = feed.lines.filter(({ customerId }) => kept.has(customerId));
  const named = new Set(lines.map(({ externalId }) => externalId));
  const partialReturns = feed.partialReturns.filter(({ externalId }) => named.has(externalId));
  return { ...feed, customers, lines, partialReturns };
}
