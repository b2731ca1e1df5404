import { type Clock, utcDay } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { distinct } from '../../../core/lists.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import {
  AUTO_CONFIRM_FLAG,
  isAwaitingRelease,
  type PurchaseClient,
  type PurchaseFilter,
  type PurchaseView,
} from '../../earning/purchases/index.ts';
import type { WalletOwner } from '../../money/wallets/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import type { ConfirmationRule, Expectation, Forecast, OwnPurchase } from './model.ts';
import { expectationOf, forecastOf, NOTHING_EXPECTED, paidAmountOf } from './policies.ts';
import type { OwnPurchasesRepository } from './repository.ts';

export type OwnPurchasesService = ReturnType<typeof ownPurchasesService>;

/** What a shopper selects of the own purchases. */
export type OwnFilter = Pick<PurchaseFilter, 'statuses' | 'merchantIds' | 'from' | 'to'>;

/** The callers are the shoppers themselves, hence active: an inactive account cannot read anything. */
export function ownPurchasesService(deps: {
  database: Pick<Database, 'db'>;
  clock: Clock;
  repository: OwnPurchasesRepository;
  purchases: Pick<PurchaseClient, 'listRewardedPurchases'>;
  merchants: Pick<MerchantClient, 'findMerchants'>;
  flags: FlagClient;
  defaultConfirmationDays: number;
}) {
  const { database, clock, repository, purchases, merchants, flags } = deps;

  /** Newest first, each with the day on which its reward is expected and the part of it that was paid. */
  async function listOwnPurchases(
    userId: string,
    filter: OwnFilter,
    page: PageRequest,
  ): Promise<PageOf<OwnPurchase>> {
    const found = await purchases.listRewardedPurchases({ ...filter, userIds: [userId] }, page);
    const [expectations, paid] = await Promise.all([
      findExpectations(userId, found.items),
      findPaid(userId, found.items),
    ]);
    const items = found.items.map((view) => ({
      ...view,
      ...(expectations.get(view.purchase.id) ?? NOTHING_EXPECTED),
      paidAmount: paid.get(view.purchase.id) ?? 0n,
    }));
    return { ...found, items };
  }

  /** What is pending in a wallet, by when it becomes available. @throws NOT_FOUND if there is no such wallet. */
  async function forecast(owner: WalletOwner): Promise<Forecast> {
    const groups = await repository.findPending(database.db, owner);
    if (groups === undefined) throw notFound('wallet', owner.userId);
    const ruleOf = await findRules(
      owner.userId,
      groups.map(({ merchantId }) => merchantId),
    );
    return forecastOf(groups, owner.currency, ruleOf, utcDay(clock()));
  }

  async function findExpectations(
    userId: string,
    views: readonly PurchaseView[],
  ): Promise<ReadonlyMap<string, Expectation>> {
    const pending = views.flatMap(({ purchase, reward }) => (reward.status === 'pending' ? purchase : []));
    if (pending.length === 0) return new Map();
    const [blocked, ruleOf] = await Promise.all([
      repository.findBlocked(
        database.db,
        pending.map(({ id }) => id),
      ),
      findRules(
        userId,
        pending.map(({ merchantId }) => merchantId),
      ),
    ]);
    const today = utcDay(clock());
    return new Map(
      pending.map((purchase) => {
        const facts = {
          recordedOn: utcDay(purchase.createdAt),
          isBlocked: blocked.has(purchase.id),
          isAwaitingRelease: isAwaitingRelease(purchase),
        };
        return [purchase.id, expectationOf(facts, ruleOf(purchase.merchantId), today)];
      }),
    );
  }

  /** How the purchases of this shopper at each of these merchants are confirmed. */
  async function findRules(
    userId: string,
    merchantIds: readonly string[],
  ): Promise<(merchantId: string) => ConfirmationRule> {
    const ids = distinct(merchantIds);
    const [merchantOf, switchedOn] = await Promise.all([
      merchants.findMerchants(database.db, ids),
      flags.evaluateFlags(
        database.db,
        AUTO_CONFIRM_FLAG,
        ids.map((merchantId) => ({ userId, merchantId })),
      ),
    ]);
    const rules = new Map(
      ids.map((id, index) => {
        const merchant = merchantOf.get(id);
        const days = merchant?.confirmationDays ?? deps.defaultConfirmationDays;
        return [id, { days, isAutomatic: merchant?.active === true && switchedOn[index] === true }];
      }),
    );
    return (merchantId) =>
      rules.get(merchantId) ?? { days: deps.defaultConfirmationDays, isAutomatic: false };
  }

  /** The parts of available rewards that were paid out or are on their way, by the id of the purchase. */
  async function findPaid(
    userId: string,
    views: readonly PurchaseView[],
  ): Promise<ReadonlyMap<string, bigint>> {
    const available = views.filter(({ reward }) => reward.status === 'available');
    if (available.length === 0) return new Map();
    const payouts = await repository.findPayouts(database.db, userId);
    if (payouts.length === 0) return new Map();
    const confirmations = await repository.findConfirmations(
      database.db,
      available.map(({ purchase }) => purchase),
    );
    return new Map(
      available.flatMap(({ purchase: { id, currency }, reward }) => {
        const confirmation = confirmations.get(id);
        if (confirmation === undefined) return [];
        const ofWallet = payouts.filter((payout) => payout.currency === currency);
        return [[id, paidAmountOf(reward.amount, confirmation, ofWallet)]];
      }),
    );
  }

  return { listOwnPurchases, forecast };
}
