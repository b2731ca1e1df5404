import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import { distinct } from '../../../core/lists.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { decided, type Outcome, refusalCode, success } from '../../../core/outcome.ts';
import { requireStillActive, type User, type UserClient } from '../../identity/users/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { IdempotencyClient, IdempotentResponse } from '../../platform/idempotency/index.ts';
import {
  type Balances,
  balancesAfter,
  NO_MONEY,
  type Wallet,
  type WalletClient,
  walletKey,
} from '../wallets/index.ts';
import type { DetailsCipher } from './details.ts';
import { payoutRequested } from './events.ts';
import type {
  BankDetails,
  PayoutLimits,
  PayoutOrder,
  PayoutStatement,
  SealedPayout,
  StoredAccount,
} from './model.ts';
import {
  movementOf,
  newPayout,
  requireOwnAccount,
  requireProvenEmail,
  requireSupportedCurrency,
  requireWithinLimits,
  startOfMonth,
  statementOf,
} from './policies.ts';
import type { PayoutRepository } from './repository.ts';

export function payoutRequests(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  repository: PayoutRepository;
  cipher: DetailsCipher;
  idempotency: IdempotencyClient;
  wallets: WalletClient;
  users: Pick<UserClient, 'lockUsersForShare' | 'findProven'>;
  /** Whether only users who have proved their address are paid. */
  needsEmailProof: boolean;
  events: EventClient;
  supportedCurrencies: readonly string[];
  limits: PayoutLimits;
}) {
  const { database, clock, logger, repository, cipher, idempotency, wallets, users, events } = deps;

  /**
   * Requests a list of payouts in one transaction. Returns the payout or the refusal for each, in order. Balances and
   * limits are checked while the wallets are locked, so that concurrent requests can neither overdraw a wallet nor exceed
   * a limit.
   */
  async function requestBatch(
    orders: readonly PayoutOrder[],
  ): Promise<readonly Outcome<IdempotentResponse<PayoutStatement>>[]> {
    const outcomes = await database.transaction(
      (trx) =>
        idempotency.onceEach(
          trx,
          orders,
          ({ request }) => request,
          (fresh) => acceptOrders(trx, fresh),
        ),
      { usesIndexPlans: true },
    );
    for (const [index, outcome] of outcomes.entries()) logOutcome(orders[index], outcome);
    return outcomes;
  }

  async function acceptOrders(trx: Trx, orders: readonly PayoutOrder[]): Promise<Outcome<PayoutStatement>[]> {
    const [locked, owners] = await Promise.all([
      wallets.lockWallets(trx, orders.filter(isSupported)),
      users.lockUsersForShare(trx, distinct(orders.map(({ userId }) => userId))),
    ]);
    const proven = deps.needsEmailProof ? await users.findProven(trx, [...owners.keys()]) : undefined;
    // After the locks: erasing an account takes them too, so that no order revives details that were shredded with it.
    const accounts = await findAccounts(trx, orders);
    const decisions = await decide(trx, orders, { locked, owners, proven, accounts });
    const accepted = decisions.flatMap((decision) => (decision.ok ? [decision.value] : []));
    if (accepted.length > 0) await writeAccepted(trx, accepted, locked);
    return decisions.map((decision) =>
      decision.ok ? success(statementOf(decision.value.sealed.payout)) : decision,
    );
  }

  /** The accounts that orders name by an earlier payout, by its id. */
  async function findAccounts(
    trx: Trx,
    orders: readonly PayoutOrder[],
  ): Promise<ReadonlyMap<string, StoredAccount>> {
    const ids = distinct(orders.flatMap(({ fromPayoutId }) => fromPayoutId ?? []));
    if (ids.length === 0) return new Map();
    const accounts = await repository.findAccounts(trx, ids);
    return new Map(accounts.map((account) => [account.payoutId, account]));
  }

  function bankDetailsOf(order: PayoutOrder, accounts: ReadonlyMap<string, StoredAccount>): BankDetails {
    if (order.bankDetails !== undefined) return order.bankDetails;
    const { payoutId, encryptedDetails } = requireOwnAccount(order, accounts.get(order.fromPayoutId ?? ''));
    return cipher.decrypt(payoutId, encryptedDetails);
  }

  function isSupported({ currency }: PayoutOrder): boolean {
    return deps.supportedCurrencies.includes(currency);
  }

  /** Decides each order after the previous ones, which have reduced its balance and its monthly limit. */
  async function decide(
    trx: Trx,
    orders: readonly PayoutOrder[],
    { locked, owners, proven, accounts }: Known,
  ): Promise<Outcome<AcceptedOrder>[]> {
    // Read after the wallets are locked: neither the sums nor the month can change before the decision.
    const now = clock();
    const used = await repository.sumSince(trx, orders.filter(isSupported), startOfMonth(now));
    const balances = new Map<string, Balances>(locked.map((wallet) => [walletKey(wallet), wallet]));

    return orders.map((order) =>
      decided(() => {
        requireStillActive(owners, order.actor);
        if (proven !== undefined) requireProvenEmail(order, proven);
        requireSupportedCurrency(order, deps.supportedCurrencies);
        const bankDetails = bankDetailsOf(order, accounts);
        const payout = newPayout(newId(now), order, bankDetails, now);
        const wallet = walletKey(order);
        const before = balances.get(wallet) ?? NO_MONEY;
        const usedThisMonth = used.get(wallet) ?? 0n;
        const after = movementOf(payout).reduce(balancesAfter, before);
        requireWithinLimits(order, usedThisMonth, deps.limits);
        balances.set(wallet, after);
        used.set(wallet, usedThisMonth + order.amount);
        const sealed = {
          payout,
          encryptedDetails: cipher.encrypt(payout.id, bankDetails),
          accountFingerprint: cipher.fingerprintOf(bankDetails),
        };
        return { order, sealed };
      }),
    );
  }

  async function writeAccepted(
    trx: Trx,
    accepted: readonly AcceptedOrder[],
    locked: readonly Wallet[],
  ): Promise<void> {
    const sealed = accepted.map((order) => order.sealed);
    repository.queueInsert(trx, sealed);
    await wallets.applyMovements(
      trx,
      sealed.flatMap(({ payout }) => movementOf(payout)),
      locked,
    );
    events.record(
      trx,
      accepted.map(({ order: { actor }, sealed: { payout } }) =>
        payoutRequested({
          actor,
          resourceId: payout.id,
          details: {
            user_id: payout.userId,
            amount: statementOf(payout).amount,
            currency: payout.currency,
          },
        }),
      ),
    );
  }

  function logOutcome(
    order: PayoutOrder | undefined,
    outcome: Outcome<IdempotentResponse<PayoutStatement>>,
  ): void {
    const fields = { request_id: order?.actor.requestId, user_id: order?.userId };
    if (!outcome.ok) {
      const refusal = refusalCode(outcome.error);
      logger.info({ ...fields, refusal }, 'payout refused');
      return;
    }
    const { answer, replayed } = outcome.value;
    const { id, amount, currency } = answer;
    logger.info(
      { ...fields, payout_id: id, amount, currency },
      replayed ? 'payout response replayed' : 'payout requested',
    );
  }

  return requestBatch;
}

/** What a batch has read under its locks. */
type Known = {
  readonly locked: readonly Wallet[];
  readonly owners: ReadonlyMap<string, User>;
  /** The owners who have proved their address. Undefined if they need not. */
  readonly proven: ReadonlySet<string> | undefined;
  readonly accounts: ReadonlyMap<string, StoredAccount>;
};

type AcceptedOrder = { readonly order: PayoutOrder; readonly sealed: SealedPayout };
