import { utcDay } from '../../../core/clock.ts';
import { compositeKey } from '../../../core/composite-key.ts';
import { distinct, distinctBy } from '../../../core/lists.ts';
import { formatMoney, minorDigits } from '../../../core/money.ts';
import type { Reason, ScreenedPurchase, VelocityLimits } from './model.ts';

/** A user's purchases of a day are counted among the latest of them that were recorded since, in each status. */
export const DAY_SAMPLE = { latest: 1_000 };

/** What is usual for a user or at a merchant is the median of their latest purchases, once there are enough. */
export const USER_SAMPLE = { latest: 20, atLeast: 5 };
export const MERCHANT_SAMPLE = { latest: 100, atLeast: 20 };

/** A purchase with what several rules go by. */
export type Candidate = ScreenedPurchase & {
  /** UTC. */
  readonly day: string;
  /** How often this process has seen the user on that day, now included; or LIMIT_REACHED. */
  readonly timesSeen: number;
  /** Its amount reaches the floor. */
  readonly isLarge: boolean;
};

export function candidateOf(
  purchase: ScreenedPurchase,
  { floorAmount }: VelocityLimits,
  see: (userDay: UserDay) => number,
): Candidate {
  const { id, userId, merchantId, amount, currency, purchasedAt } = purchase;
  const day = utcDay(purchasedAt);
  const isLarge = amount >= BigInt(floorAmount * 10 ** minorDigits(currency));
  const timesSeen = see({ userId, day });
  return { id, userId, merchantId, amount, currency, purchasedAt, day, timesSeen, isLarge };
}

/**
 * A process asks for a user's day each time it has seen another tenth of the limit on it, and for every purchase once
 * it has seen the limit itself.
 */
const SHARE_SEEN = 10;

/** The count of a day on which the limit is known to be reached, so that no further lookup is needed. */
export const LIMIT_REACHED = Number.POSITIVE_INFINITY;

function asksForDay(timesSeen: number, limit: number): boolean {
  if (limit === 0 || timesSeen === LIMIT_REACHED) return false;
  return timesSeen >= limit || timesSeen % Math.ceil(limit / SHARE_SEEN) === 0;
}

export type RecentPurchase = Pick<ScreenedPurchase, 'amount' | 'currency'>;

export type UserDay = Pick<Candidate, 'userId' | 'day'>;
export type Order = Pick<Candidate, 'merchantId' | 'amount' | 'currency' | 'day'>;

/** The questions about past purchases that the rules need before they screen a list, each once. */
export type Questions = {
  readonly userDays: readonly UserDay[];
  readonly userIds: readonly string[];
  readonly orders: readonly Order[];
  readonly merchantIds: readonly string[];
};

/** The median of `purchases` amounts. */
export type Usual = { readonly amount: bigint; readonly purchases: number };

/** The answers, with an entry for each question. Screening adds to them what it has screened. */
export type History = {
  /** By `userDayKey`, counted no further than the limit. */
  readonly purchasesOfDay: Map<string, number>;
  /** By user: the latest purchases, in any currency, latest first. */
  readonly latestOfUser: Map<string, readonly RecentPurchase[]>;
  /** By merchant, amount, currency and day: who has bought. */
  readonly usersOfOrder: Map<string, Set<string>>;
};

/** A past in which nothing has happened. */
export function emptyHistory({ userDays, userIds, orders }: Questions): History {
  return {
    purchasesOfDay: new Map(userDays.map((userDay) => [userDayKey(userDay), 0])),
    latestOfUser: new Map(userIds.map((userId) => [userId, []])),
    usersOfOrder: new Map(orders.map((order) => [keyOfOrder(order), new Set()])),
  };
}

/** The key of a user's day in a `Map`. */
export function userDayKey({ userId, day }: UserDay): string {
  return compositeKey(userId, day);
}

/** What is usual at each merchant in each currency; a statistic of the last minutes, not changed by screening. */
export type MerchantUsuals = ReadonlyMap<string, ReadonlyMap<string, Usual>>;

/**
 * A rule that is off asks nothing. Below the floor only the count of the day may be asked for, and that only now and
 * then for users who were seen often on that day: the ordinary purchase asks nothing at all.
 */
export function questionsOf(purchases: readonly Candidate[], limits: VelocityLimits): Questions {
  const large = purchases.filter(({ isLarge }) => isLarge);
  return {
    userDays: distinctBy(
      purchases.filter(({ timesSeen }) => asksForDay(timesSeen, limits.purchasesPerUserDay)),
      userDayKey,
    ),
    userIds: limits.timesUserUsual > 0 ? distinct(large.map(({ userId }) => userId)) : [],
    orders: limits.usersPerOrder > 0 ? distinctBy(large, keyOfOrder) : [],
    merchantIds: limits.timesMerchantUsual > 0 ? distinct(large.map(({ merchantId }) => merchantId)) : [],
  };
}

/**
 * The reasons to hold, for each purchase that has any. Each one is compared with the past and with earlier ones of the
 * list, as if they had come one by one. Adds them to `history`.
 */
export function screen(
  purchases: readonly Candidate[],
  history: History,
  usuals: MerchantUsuals,
  limits: VelocityLimits,
): Map<string, readonly Reason[]> {
  const reasonsOf = new Map<string, readonly Reason[]>();
  for (const purchase of purchases) {
    const reasons = [
      tooManyOnOneDay(purchase, history, limits),
      ...(purchase.isLarge
        ? [
            farAboveUser(purchase, history, limits),
            farAboveMerchant(purchase, usuals, limits),
            oneOrderOfManyUsers(purchase, history, limits),
          ]
        : []),
    ].filter((reason) => reason !== undefined);
    if (reasons.length > 0) reasonsOf.set(purchase.id, reasons);
    remember(purchase, history);
  }
  return reasonsOf;
}

function tooManyOnOneDay(
  purchase: Candidate,
  { purchasesOfDay }: History,
  { purchasesPerUserDay: limit }: VelocityLimits,
): Reason | undefined {
  const before =
    purchase.timesSeen === LIMIT_REACHED ? limit : (purchasesOfDay.get(userDayKey(purchase)) ?? 0);
  if (limit === 0 || before < limit) return undefined;
  return { rule: 'purchases_per_user_day', evidence: { day: purchase.day, more_than: limit } };
}

function farAboveUser(
  { userId, amount, currency }: ScreenedPurchase,
  { latestOfUser }: History,
  { timesUserUsual: times }: VelocityLimits,
): Reason | undefined {
  const amounts = (latestOfUser.get(userId) ?? [])
    .filter((recent) => recent.currency === currency)
    .map((recent) => recent.amount);
  const usual = usualOf(amounts, USER_SAMPLE.atLeast);
  if (usual === undefined || amount <= usual.amount * BigInt(times)) return undefined;
  return { rule: 'amount_above_user_usual', evidence: comparison(amount, currency, times, usual) };
}

function farAboveMerchant(
  { merchantId, amount, currency }: ScreenedPurchase,
  usuals: MerchantUsuals,
  { timesMerchantUsual: times }: VelocityLimits,
): Reason | undefined {
  const usual = usuals.get(merchantId)?.get(currency);
  if (usual === undefined || amount <= usual.amount * BigInt(times)) return undefined;
  return { rule: 'amount_above_merchant_usual', evidence: comparison(amount, currency, times, usual) };
}

function comparison(amount: bigint, currency: string, times: number, usual: Usual) {
  return {
    amount: formatMoney(amount, currency),
    usual_amount: formatMoney(usual.amount, currency),
    currency,
    more_than_times: times,
    purchases: usual.purchases,
  };
}

function oneOrderOfManyUsers(
  purchase: Candidate,
  { usersOfOrder }: History,
  { usersPerOrder: limit }: VelocityLimits,
): Reason | undefined {
  const users = usersOfOrder.get(keyOfOrder(purchase));
  if (users === undefined || users.union(new Set([purchase.userId])).size < limit) return undefined;
  const { amount, currency, day } = purchase;
  return {
    rule: 'repeated_order',
    evidence: { amount: formatMoney(amount, currency), currency, day, users_at_least: limit },
  };
}

function remember(purchase: Candidate, history: History): void {
  const userDay = userDayKey(purchase);
  const count = history.purchasesOfDay.get(userDay);
  if (count !== undefined) history.purchasesOfDay.set(userDay, count + 1);

  const latest = history.latestOfUser.get(purchase.userId);
  if (latest !== undefined) {
    history.latestOfUser.set(purchase.userId, [purchase, ...latest].slice(0, USER_SAMPLE.latest));
  }
  if (purchase.isLarge) history.usersOfOrder.get(keyOfOrder(purchase))?.add(purchase.userId);
}

/** What is usual in each currency, of purchases in any. */
export function usualByCurrency(purchases: readonly RecentPurchase[]): ReadonlyMap<string, Usual> {
  const usuals = new Map<string, Usual>();
  for (const [currency, group] of Map.groupBy(purchases, (purchase) => purchase.currency)) {
    const usual = usualOf(
      group.map(({ amount }) => amount),
      MERCHANT_SAMPLE.atLeast,
    );
    if (usual !== undefined) usuals.set(currency, usual);
  }
  return usuals;
}

/**
 * The lower median: an amount that was really spent, and one that a single huge purchase does not move.
 * Undefined when there are too few to call anything usual.
 */
function usualOf(amounts: readonly bigint[], atLeast: number): Usual | undefined {
  if (amounts.length < atLeast) return undefined;
  const sorted = amounts.toSorted((left, right) => Number(left - right));
  const amount = sorted[Math.floor((sorted.length - 1) / 2)];
  return amount === undefined ? undefined : { amount, purchases: sorted.length };
}

export function keyOfOrder({ merchantId, amount, currency, day }: Order): string {
  return compositeKey(merchantId, `${amount}`, currency, day);
}
