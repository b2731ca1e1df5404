import type { Clock } from '../../core/clock.ts';
import type { Database, Trx } from '../../core/database.ts';
import { DomainError, notFound } from '../../core/errors.ts';
import type { Logger } from '../../core/logging.ts';
import { formatMoney } from '../../core/money.ts';
import { failure, type Outcome, success } from '../../core/outcome.ts';
import type { AuditClient } from '../audit/index.ts';
import type { CashbackClient, Reward } from '../cashback/index.ts';
import type { Movement, WalletClient } from '../wallets/index.ts';
import type { Purchase, PurchaseStatus, RewardedPurchase, Settlement } from './model.ts';
import { requireTransition } from './policies.ts';
import type { PurchaseRepository } from './repository.ts';

/** A settlement that its purchase's state allows. */
type LegalSettlement = { readonly settlement: Settlement; readonly purchase: Purchase };

export function purchaseSettlement(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PurchaseRepository;
  cashback: CashbackClient;
  wallets: WalletClient;
  audit: AuditClient;
}) {
  const { database, clock, logger, repository, cashback, wallets, audit } = deps;

  /**
   * Confirms and reverses a list of purchases in one transaction, and answers for each in order. Locks the purchases,
   * so that of a concurrent confirmation and reversal exactly one wins.
   */
  async function settlePurchases(
    settlements: readonly Settlement[],
  ): Promise<readonly Outcome<RewardedPurchase>[]> {
    const outcomes = await database.transaction(async (trx) => {
      const answers = new Map<Settlement, Outcome<RewardedPurchase>>();
      for (const round of roundsOfDistinctPurchases(settlements)) await settleRound(trx, round, answers);
      return settlements.map(
        (settlement) => answers.get(settlement) ?? failure(new Error('a settlement was not answered')),
      );
    });
    for (const [index, outcome] of outcomes.entries()) logOutcome(settlements[index], outcome);
    return outcomes;
  }

  async function settleRound(
    trx: Trx,
    settlements: readonly Settlement[],
    answers: Map<Settlement, Outcome<RewardedPurchase>>,
  ): Promise<void> {
    const locked = await repository.lock(
      trx,
      settlements.map(({ purchaseId }) => purchaseId),
    );
    const purchaseOf = new Map(locked.map((purchase) => [purchase.id, purchase]));
    const legal: LegalSettlement[] = [];
    for (const settlement of settlements) {
      try {
        const purchase = purchaseOf.get(settlement.purchaseId);
        if (purchase === undefined) throw purchaseNotFound(settlement.purchaseId);
        requireTransition(purchase, settlement.to);
        legal.push({ settlement, purchase });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        answers.set(settlement, failure(error));
      }
    }
    for (const [index, settled] of (await settleAll(trx, legal)).entries()) {
      const { settlement } = legal[index] ?? {};
      if (settlement !== undefined) answers.set(settlement, success(settled));
    }
  }

  async function settleAll(trx: Trx, legal: readonly LegalSettlement[]): Promise<RewardedPurchase[]> {
    if (legal.length === 0) return [];
    const now = clock();
    await repository.settle(
      trx,
      legal.map(({ settlement }) => settlement),
      now,
    );
    const rewards = await cashback.settleRewards(
      trx,
      legal.map(({ settlement: { purchaseId, to } }) => ({ purchaseId, to: CASHBACK_STATUS[to] })),
    );
    const settled = legal.map(({ settlement, purchase }) => {
      const reward = rewards.get(purchase.id);
      if (reward === undefined) throw new Error(`purchase ${purchase.id} has no cashback transaction`);
      const { to } = settlement;
      return {
        before: purchase,
        settlement,
        purchase: { ...purchase, status: to, confirmedAt: to === 'confirmed' ? now : purchase.confirmedAt },
        reward: { ...reward, status: CASHBACK_STATUS[to] },
      };
    });
    await wallets.applyMovements(
      trx,
      settled.flatMap(({ before, settlement, reward }) => movementOf(before.status, settlement.to, reward)),
    );
    await audit.record(
      trx,
      settled.map(({ before, settlement, purchase, reward }) => ({
        actor: settlement.actor,
        action: `purchase.${settlement.to}`,
        resourceType: 'purchase',
        resourceId: purchase.id,
        details: {
          from: before.status,
          cashback_amount: formatMoney(reward.amount, reward.currency),
          currency: reward.currency,
          ...(settlement.to === 'reversed' && { reason: settlement.reason }),
        },
      })),
    );
    return settled.map(({ purchase, reward }) => ({ purchase, reward }));
  }

  function logOutcome(settlement: Settlement | undefined, outcome: Outcome<RewardedPurchase>): void {
    const fields = { request_id: settlement?.actor.requestId, purchase_id: settlement?.purchaseId };
    if (!outcome.ok) {
      const refusal = outcome.error instanceof DomainError ? outcome.error.code : 'unknown';
      logger.info({ ...fields, refusal }, `purchase not ${settlement?.to}`);
      return;
    }
    const { purchase, reward } = outcome.value;
    logger.info(
      {
        ...fields,
        user_id: purchase.userId,
        cashback_amount: formatMoney(reward.amount, reward.currency),
        currency: reward.currency,
      },
      `purchase ${purchase.status}`,
    );
  }

  return settlePurchases;
}

const CASHBACK_STATUS = { confirmed: 'available', reversed: 'reversed' } as const;

/** What a settlement moves in the wallet; nothing where the cap had left nothing. */
function movementOf(from: PurchaseStatus, to: Settlement['to'], reward: Reward): Movement[] {
  if (reward.amount === 0n) return [];
  const { userId, currency, amount, purchaseId } = reward;
  const bucket = from === 'pending' ? 'pending' : 'available';
  const source = { type: 'purchase', id: purchaseId } as const;
  return to === 'confirmed'
    ? [{ userId, currency, amount, source, type: 'cashback_confirmation', from: 'pending', to: 'available' }]
    : [{ userId, currency, amount, source, type: 'cashback_reversal', from: bucket, to: 'platform' }];
}

/**
 * Splits a list so that each part names a purchase once: bulk statements decide each purchase on one state, and a
 * second settlement of a purchase must see what the first one did.
 */
function roundsOfDistinctPurchases(settlements: readonly Settlement[]): Settlement[][] {
  const mentions = new Map<string, number>();
  const rounds = Map.groupBy(settlements, ({ purchaseId }) => {
    const earlier = mentions.get(purchaseId) ?? 0;
    mentions.set(purchaseId, earlier + 1);
    return earlier;
  });
  return [...rounds.values()];
}

export function purchaseNotFound(id: string) {
  return notFound({ resource_type: 'purchase', resource_id: id });
}
