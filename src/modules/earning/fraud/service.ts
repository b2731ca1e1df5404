import type { OpenCache } from '../../../core/cache.ts';
import { type Clock, utcDay } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import { distinct } from '../../../core/lists.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import { type Actor, type EventClient, SYSTEM } from '../../platform/events/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import { ceilingsOf } from './ceiling-policies.ts';
import type { CeilingRepository } from './ceiling-repository.ts';
import { ceilingAdministration } from './ceilings.ts';
import { dailyTotals } from './daily-totals.ts';
import { purchaseHeld } from './events.ts';
import { releaseExposure } from './exposure.ts';
import type { ExposureRepository } from './exposure-repository.ts';
import type {
  CeilingBook,
  CeilingSubject,
  DefaultCeilings,
  FoundHold,
  HeldPurchase,
  HoldFilter,
  HoldResolution,
  HoldView,
  NewPurchase,
  Reason,
  Rule,
  VelocityLimits,
} from './model.ts';
import {
  candidateOf,
  LIMIT_REACHED,
  questionsOf,
  reasonsOfItself,
  screen,
  type Usual,
  usualByCurrency,
} from './policies.ts';
import type { HoldRepository } from './repository.ts';
import type { ScreeningRepository } from './screening-repository.ts';

export type FraudService = ReturnType<typeof fraudService>;

/** The most entries of `timesSeen`: a few megabytes. */
const USERS_REMEMBERED = 50_000;

/** How long the usual amounts of a merchant are cached. */
const USUAL_FOR_SECONDS = 300;

export function fraudService(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  countHeld: (rule: Rule) => void;
  holds: HoldRepository;
  screening: ScreeningRepository;
  users: UserClient;
  merchants: MerchantClient;
  cashback: Pick<CashbackClient, 'findRewards'>;
  events: EventClient;
  limits: VelocityLimits;
  ceilings: CeilingRepository;
  exposure: ExposureRepository;
  openCache: OpenCache;
  supportedCurrencies: readonly string[];
  defaultCeilings: DefaultCeilings;
}) {
  const { database, clock, logger, countHeld, holds, screening, users, merchants, events, limits } = deps;
  const { cashback, defaultCeilings } = deps;

  /** By user id: the purchases that this process has seen on `daySeen`. Other processes count separately. */
  const timesSeen = new Map<string, number>();
  let daySeen = '';
  /** The rewards that this process has recorded today, where a ceiling limits them. */
  const addToday = dailyTotals();
  /** By merchant id. Each process has its own cache, with an entry for each merchant that sells above the floor. */
  const usuals = new Map<string, ReadonlyMap<string, Usual>>();
  const usualSince = new Map<string, Temporal.Instant>();

  /**
   * Returns the reasons to hold, by purchase id, for the purchases that have any. The purchases are not recorded yet. Each
   * one is screened as if the earlier ones of the list were. Sends at most one query and locks nothing: purchases of
   * concurrent transactions may be missed, because a hold is a signal for review and not a rule about money.
   */
  async function screenPurchases(
    trx: Trx,
    purchases: readonly NewPurchase[],
  ): Promise<ReadonlyMap<string, readonly Reason[]>> {
    const now = clock();
    const today = utcDay(now);
    const candidates = purchases.map((purchase) =>
      candidateOf(purchase, { today, timesSeen: see(purchase.userId, today) }, limits),
    );
    const asked = questionsOf(candidates, limits);
    const questions = { ...asked, merchantIds: asked.merchantIds.filter((id) => isStale(id, now)) };
    const { history, latestOfMerchant } = await screening.readPast(trx, questions, { ...limits, today });
    for (const userId of questions.countedUserIds) {
      const count = history.purchasesOfToday.get(userId) ?? 0;
      if (count >= limits.purchasesPerUserDay) timesSeen.set(userId, LIMIT_REACHED);
    }
    for (const [merchantId, latest] of latestOfMerchant) {
      usuals.set(merchantId, usualByCurrency(latest));
      usualSince.set(merchantId, now);
    }
    const reasonsOf = screen(candidates, history, usuals, limits);
    for (const purchase of purchases) {
      const ceilings = ceilingsOf(purchase.ceilings, defaultCeilings, purchase);
      // A transaction that is repeated counts twice: that holds too early, and never too late.
      const totals = ceilings.dailyPending.map((limit) => ({
        ...limit,
        day: today,
        sum: addToday(limit.total, purchase.reward, today),
      }));
      const reasons = reasonsOfItself(purchase, ceilings, totals);
      if (reasons.length > 0) reasonsOf.set(purchase.id, [...reasons, ...(reasonsOf.get(purchase.id) ?? [])]);
    }
    return reasonsOf;
  }

  /**
   * Counts a purchase that the user has today. A full map is cleared completely, and the database has the exact counts.
   * Deleting only the oldest entry would get slower with each deletion from a large `Map`.
   */
  function see(userId: string, today: string): number {
    if (today !== daySeen || timesSeen.size >= USERS_REMEMBERED) timesSeen.clear();
    daySeen = today;
    const count = (timesSeen.get(userId) ?? 0) + 1;
    timesSeen.set(userId, count);
    return count;
  }

  function isStale(merchantId: string, now: Temporal.Instant): boolean {
    const since = usualSince.get(merchantId);
    return since === undefined || now.since(since).total('seconds') >= USUAL_FOR_SECONDS;
  }

  /** The holds of these purchases, open or resolved, by purchase id. */
  async function findHolds(db: Db, purchaseIds: readonly string[]): Promise<ReadonlyMap<string, FoundHold>> {
    if (purchaseIds.length === 0) return new Map();
    const found = await holds.find(db, purchaseIds);
    return new Map(found.map((hold) => [hold.purchaseId, hold]));
  }

  /** Opens holds and records their events. The caller must record the purchases as held in the same transaction. */
  function queueHolds(trx: Trx, held: readonly HeldPurchase[]): void {
    if (held.length === 0) return;
    holds.queueInsert(trx, held, clock().toString());
    events.record(
      trx,
      held.map(({ purchaseId, reasons, requestId }) =>
        purchaseHeld({
          actor: { ...SYSTEM, requestId },
          resourceId: purchaseId,
          details: { rules: namesOf(reasons) },
        }),
      ),
    );
  }

  /** Logs and counts holds. To be called after COMMIT. */
  function announceHolds(held: readonly HeldPurchase[]): void {
    for (const { purchaseId, reasons, requestId } of held) {
      logger.info(
        { request_id: requestId, purchase_id: purchaseId, rules: namesOf(reasons) },
        'purchase held for review',
      );
      for (const { rule } of reasons) countHeld(rule);
    }
  }

  /** Closes the holds of purchases. The caller must have locked the purchases, and must record the events. */
  function queueResolveHolds(
    trx: Trx,
    resolutions: readonly {
      readonly purchaseId: string;
      readonly resolution: HoldResolution;
      readonly actor: Actor;
    }[],
  ): void {
    if (resolutions.length === 0) return;
    holds.queueResolve(
      trx,
      resolutions.map(({ purchaseId, resolution, actor }) => ({
        purchaseId,
        resolution,
        resolvedBy: actor.type === 'admin' ? actor.id : null,
      })),
      clock().toString(),
    );
  }

  async function listHolds(filter: HoldFilter, page: PageRequest): Promise<PageOf<HoldView>> {
    const found = await holds.list(database.db, filter, page);
    const purchases = found.items.map(({ purchase }) => purchase);
    const [userOf, merchantOf, rewardOf] = await Promise.all([
      users.findUsers(database.db, distinct(purchases.map(({ userId }) => userId))),
      merchants.findMerchants(database.db, distinct(purchases.map(({ merchantId }) => merchantId))),
      cashback.findRewards(
        database.db,
        purchases.map(({ id }) => id),
      ),
    ]);
    const items = found.items.map((hold) => {
      const { id, userId, merchantId } = hold.purchase;
      const user = userOf.get(userId);
      const merchant = merchantOf.get(merchantId);
      const reward = rewardOf.get(id);
      if (user === undefined || merchant === undefined || reward === undefined)
        throw new Error(`purchase ${id} has no user, no merchant or no reward`);
      return { hold, userEmail: user.email, merchantName: merchant.name, reward };
    });
    return { ...found, items };
  }

  /** True if a purchase of this amount or reward, in minor units, would be held as `above_ceiling`. */
  function isAboveCeiling(
    subject: CeilingSubject,
    { amount, reward }: { readonly amount: bigint; readonly reward: bigint },
    book: CeilingBook,
  ): boolean {
    const { currency } = subject;
    const ceilings = ceilingsOf(book, defaultCeilings, subject);
    return reasonsOfItself({ isSelfReported: false, amount, reward, currency }, ceilings, []).length > 0;
  }

  return {
    ...ceilingAdministration(deps),
    ...releaseExposure(deps),
    isAboveCeiling,
    screenPurchases,
    findHolds,
    queueHolds,
    announceHolds,
    queueResolveHolds,
    listHolds,
  };
}

function namesOf(reasons: readonly Reason[]): string {
  return reasons.map(({ rule }) => rule).join(', ');
}
