import type { Database } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { distinct } from '../../../core/lists.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { FourEyesAbove } from '../wallets/index.ts';
import type { AccountRepository } from './account-repository.ts';
import type { DetailsCipher } from './details.ts';
import { bankDetailsRevealed } from './events.ts';
import {
  type BankDetails,
  type Payout,
  type PayoutFilter,
  type ReviewedPayout,
  type ReviewFacts,
  TRANSITIONS,
  type Transfer,
} from './model.ts';
import { requireMayReveal, requireMayRevealAll, withVerdict } from './policies.ts';
import type { PayoutRepository } from './repository.ts';

const NO_FACTS: ReviewFacts = { walletAvailable: 0n, account: null };

export function payoutReading(deps: {
  database: Database;
  repository: PayoutRepository;
  accounts: Pick<AccountRepository, 'findReviewFacts'>;
  cipher: DetailsCipher;
  users: Pick<UserClient, 'findUsers' | 'requireActiveSender'>;
  fourEyesAbove: FourEyesAbove;
  events: EventClient;
}) {
  const { database, repository, accounts, cipher, users, events } = deps;

  /** @throws NOT_FOUND. */
  async function getPayout(id: string): Promise<ReviewedPayout> {
    const payout = await repository.find(database.db, id);
    if (payout === undefined) throw notFound('payout', id);
    return reviewed(payout);
  }

  /** @throws NOT_FOUND, also if the payout is of another user. */
  async function getOwnPayout(id: string, userId: string): Promise<Payout> {
    const payout = await repository.find(database.db, id);
    if (payout?.userId !== userId) throw notFound('payout', id);
    return payout;
  }

  async function reviewed(payout: Payout): Promise<ReviewedPayout> {
    const [shown] = await reviewedAll([payout]);
    if (shown === undefined) throw new Error('a payout was lost');
    return shown;
  }

  async function reviewedAll(payouts: readonly Payout[]): Promise<ReviewedPayout[]> {
    if (payouts.length === 0) return [];
    const people = payouts.flatMap(({ userId, processingBy }) => [userId, processingBy ?? []].flat());
    const [userOf, factsOf] = await Promise.all([
      users.findUsers(database.db, distinct(people)),
      accounts.findReviewFacts(database.db, payouts),
    ]);
    return payouts.map((payout) => {
      const owner = userOf.get(payout.userId);
      return {
        // What is not paid yet is judged by the present limit, as the next step will be.
        ...(TRANSITIONS[payout.status].includes('completed')
          ? withVerdict(payout, deps.fourEyesAbove)
          : payout),
        ...(factsOf.get(payout.id) ?? NO_FACTS),
        ownerActive: owner?.active === true,
        ownerEmail: owner?.email ?? '',
        takenBy: userOf.get(payout.processingBy ?? '')?.email ?? null,
      };
    });
  }

  function listPayouts(filter: PayoutFilter, page: PageRequest): Promise<PageOf<Payout>> {
    return repository.list(database.db, filter, page);
  }

  /** The same, with their owners and what warns of them. */
  async function listReviewedPayouts(
    filter: PayoutFilter,
    page: PageRequest,
  ): Promise<PageOf<ReviewedPayout>> {
    const found = await listPayouts(filter, page);
    return { ...found, items: await reviewedAll(found.items) };
  }

  /**
   * Returns the unmasked bank details. Each read is recorded as an event.
   * @throws NOT_FOUND, or FORBIDDEN unless the actor has taken the payout to `processing`, where it still is.
   */
  async function revealBankDetails(id: string, actor: Actor): Promise<BankDetails> {
    return database.transaction(async (trx) => {
      // Locked: the payout stays in this status until the read is recorded.
      const [payout] = await repository.lock(trx, [id]);
      await users.requireActiveSender(trx, actor);
      const encrypted = await repository.findEncryptedDetails(trx, id);
      if (payout === undefined || encrypted === undefined) throw notFound('payout', id);
      requireMayReveal(payout, actor);
      events.record(trx, [bankDetailsRevealed({ actor, resourceId: id })]);
      return cipher.decrypt(id, encrypted);
    });
  }

  /**
   * Returns payouts with their unmasked bank details, each once, in the order of `ids`. Each is recorded as an event.
   * @throws VALIDATION_ERROR unless the actor has taken every one of them to `processing`, where it still is.
   */
  async function revealTransfers(ids: readonly string[], actor: Actor): Promise<readonly Transfer[]> {
    const each = distinct(ids);
    return database.transaction(async (trx) => {
      // Locked: the payouts stay in this status until the reads are recorded.
      const locked = new Map((await repository.lock(trx, each)).map((payout) => [payout.id, payout]));
      await users.requireActiveSender(trx, actor);
      const payouts = requireMayRevealAll(each, locked, actor);
      const stored = await repository.findAccounts(trx, each);
      const encryptedOf = new Map(
        stored.map(({ payoutId, encryptedDetails }) => [payoutId, encryptedDetails]),
      );
      events.record(
        trx,
        payouts.map(({ id }) => bankDetailsRevealed({ actor, resourceId: id })),
      );
      return payouts.map((payout) => ({
        payout,
        bankDetails: cipher.decrypt(payout.id, encryptedOf.get(payout.id) ?? ''),
      }));
    });
  }

  return {
    revealTransfers,
    getPayout,
    getOwnPayout,
    reviewed,
    listPayouts,
    listReviewedPayouts,
    revealBankDetails,
  };
}
