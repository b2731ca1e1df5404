import { utcDay } from '../../../core/clock.ts';
import { compositeKey } from '../../../core/composite-key.ts';
import { distinct, distinctBy } from '../../../core/lists.ts';
import { formatMoney, minorDigits } from '../../../core/money.ts';
import type {
  ApplicableCeilings,
  Limit,
  NewPurchase,
  Reason,
  ScreenedPurchase,
  VelocityLimits,
} from './model.ts';

/** The usual amount of a user or merchant is the median of the `latest` purchases, if there are `atLeast` purchases. */
export const USER_SAMPLE = { latest: 20, atLeast: 5 };
export const MERCHANT_SAMPLE = { latest: 100, atLeast: 20 };

/** A purchase with the facts that more than one rule needs. */
export type Candidate = ScreenedPurchase & {
  /** The day of the purchase (UTC). */
  readonly day: string;
  /** The day of recording (UTC), the same for the whole list. */
  readonly today: string;
  /** How many purchases of the user this process has seen today, including this one. Or LIMIT_REACHED. */
  readonly timesSeen: number;
  /** True if the amount reaches the floor. */
  readonly isLarge: boolean;
};

export function candidateOf(
  purchase: ScreenedPurchase,
  { today, timesSeen }: Pick<Candidate, 'today' | 'timesSeen'>,
  { floorAmount }: VelocityLimits,
): Candidate {
  const { id, userId, merchantId, amount, currency, purchasedAt } = purchase;
  const isLarge = amount >= BigInt(floorAmount * 10 ** minorDigits(currency));
  const day = utcDay(purchasedAt);
  return { id, userId, merchantId, amount, currency, purchasedAt, day, today, timesSeen, isLarge };
}

/**
 * A process queries the count of a user's purchases of today after each tenth of the limit that it has seen, and for every purchase
 * after it has seen as many as the limit.
 */
const SHARE_SEEN = 10;

/** Marks a user whose limit of today is known to be reached, so that no query is needed. */
export const LIMIT_REACHED = Number.POSITIVE_INFINITY;

function asksForToday(timesSeen: number, limit: number): boolean {
  if (limit === 0 || timesSeen === LIMIT_REACHED) return false;
  return timesSeen >= limit || timesSeen % Math.ceil(limit / SHARE_SEEN) === 0;
}

export type RecentPurchase = Pick<ScreenedPurchase, 'amount' | 'currency'>;

export type Order = Pick<Candidate, 'merchantId' | 'amount' | 'currency' | 'day'>;

/** The facts about past purchases that the rules need to screen a list, each named once. */
export type Questions = {
  /** The users whose purchases of today are counted. */
  readonly countedUserIds: readonly string[];
  readonly userIds: readonly string[];
  readonly orders: readonly Order[];
  readonly merchantIds: readonly string[];
};

/** A median, and the number of purchases that it was computed from. */
export type Usual = { readonly amount: bigint; readonly purchases: number };

/** The past purchases, with an entry for each of the `Questions`. `screen` adds the purchases that it has screened. */
export type History = {
  /** By user id: the purchases that were recorded today, counted up to the limit only. */
  readonly purchasesOfToday: Map<string, number>;
  /** By user id: the latest purchases, in any currency, latest first. */
  readonly latestOfUser: Map<string, readonly RecentPurchase[]>;
  /** By `keyOfOrder`: the ids of the users with such a purchase. */
  readonly usersOfOrder: Map<string, Set<string>>;
};

/** A history without purchases, with an entry for each question. */
export function emptyHistory({
  countedUserIds,
  userIds,
  orders,
}: Pick<Questions, 'countedUserIds' | 'userIds' | 'orders'>): History {
  return {
    purchasesOfToday: new Map(countedUserIds.map((userId) => [userId, 0])),
    latestOfUser: new Map(userIds.map((userId) => [userId, []])),
    usersOfOrder: new Map(orders.map((order) => [keyOfOrder(order), new Set()])),
  };
}

/** The usual amounts by merchant id and currency. They may be minutes old, and screening does not change them. */
export type MerchantUsuals = ReadonlyMap<string, ReadonlyMap<string, Usual>>;

/**
 * Collects what must be read from the database, which for an ordinary purchase is nothing. A rule that is off needs
 * nothing. A purchase below the floor needs at most the count of today, and only if the user was seen often.
 */
export function questionsOf(purchases: readonly Candidate[], limits: VelocityLimits): Questions {
  const large = purchases.filter(({ isLarge }) => isLarge);
  return {
    countedUserIds: distinct(
      purchases
        .filter(({ timesSeen }) => asksForToday(timesSeen, limits.purchasesPerUserDay))
        .map(({ userId }) => userId),
    ),
    userIds: limits.timesUserUsual > 0 ? distinct(large.map(({ userId }) => userId)) : [],
    orders: limits.usersPerOrder > 0 ? distinctBy(large, keyOfOrder) : [],
    merchantIds: limits.timesMerchantUsual > 0 ? distinct(large.map(({ merchantId }) => merchantId)) : [],
  };
}

/**
 * Returns the reasons to hold, by purchase id, for the purchases that have any. Each purchase is compared with the history
 * and with the earlier purchases of the list, as if they had come one by one. Adds all of them to `history`.
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
      tooManyToday(purchase, history, limits),
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

/** A limit of a day (UTC), and what the purchases of that day come to, with the one that is screened. */
type TodaysTotal = Limit & { readonly day: string; readonly sum: bigint };

/** The reasons to hold a purchase that need no history. */
export function reasonsOfItself(
  {
    isSelfReported,
    amount,
    reward,
    currency,
  }: Pick<NewPurchase, 'isSelfReported' | 'amount' | 'reward' | 'currency'>,
  ceilings: Pick<ApplicableCeilings, 'amount' | 'reward'>,
  today: readonly TodaysTotal[],
): readonly Reason[] {
  const money = (minor: bigint) => formatMoney(minor, currency);
  const day = today.find(({ sum, max }) => sum > max);
  const above: Record<string, string> = {
    ...(ceilings.amount !== undefined &&
      amount > ceilings.amount.max && {
        amount: money(amount),
        max_amount: money(ceilings.amount.max),
        max_amount_scope: ceilings.amount.scope,
      }),
    ...(ceilings.reward !== undefined &&
      reward > ceilings.reward.max && {
        cashback_amount: money(reward),
        max_cashback_amount: money(ceilings.reward.max),
        max_cashback_amount_scope: ceilings.reward.scope,
      }),
    ...(day !== undefined && {
      day: day.day,
      daily_pending: money(day.sum),
      max_daily_pending: money(day.max),
      max_daily_pending_scope: day.scope,
    }),
  };
  return [
    ...(isSelfReported ? [{ rule: 'self_report', evidence: { reported_by: 'user' } } as const] : []),
    ...(Object.keys(above).length > 0
      ? [{ rule: 'above_ceiling', evidence: { ...above, currency } } as const]
      : []),
  ];
}

function tooManyToday(
  purchase: Candidate,
  { purchasesOfToday }: History,
  { purchasesPerUserDay: limit }: VelocityLimits,
): Reason | undefined {
  const before = purchase.timesSeen === LIMIT_REACHED ? limit : (purchasesOfToday.get(purchase.userId) ?? 0);
  if (limit === 0 || before < limit) return undefined;
  return { rule: 'purchases_per_user_day', evidence: { day: purchase.today, more_than: limit } };
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
  const count = history.purchasesOfToday.get(purchase.userId);
  if (count !== undefined) history.purchasesOfToday.set(purchase.userId, count + 1);

  const latest = history.latestOfUser.get(purchase.userId);
  if (latest !== undefined) {
    history.latestOfUser.set(purchase.userId, [purchase, ...latest].slice(0, USER_SAMPLE.latest));
  }
  if (purchase.isLarge) history.usersOfOrder.get(keyOfOrder(purchase))?.add(purchase.userId);
}

/** Computes the usual amount in each currency from purchases in all currencies. */
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
 * Returns the lower median: an amount that was really spent, and that one huge purchase hardly changes.
 * Undefined if there are fewer than `atLeast` amounts.
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
