import type { AccountCaller } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { AuthClient } from '../../identity/auth/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { PayoutClient } from '../../money/payouts/index.ts';
import type { Forfeit, WalletClient } from '../../money/wallets/index.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { ForgetResponses } from '../../platform/idempotency/index.ts';
import type { MailClient } from '../../platform/mail/index.ts';
import { userErased } from './events.ts';
import type { ExportRepository } from './export-repository.ts';
import { requireForfeited, requireSettled } from './policies.ts';
import { SECTIONS } from './tables.ts';

export type PersonalDataService = ReturnType<typeof personalDataService>;

export type PersonalDataExport = {
  readonly exportedAt: Temporal.Instant;
  readonly data: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
};

/** What is held about a person: to hand it out, and to erase it (ADR 0064). */
export function personalDataService(deps: {
  database: Database;
  clock: Clock;
  repository: ExportRepository;
  auth: Pick<AuthClient, 'requirePassword' | 'erase'>;
  users: Pick<UserClient, 'lockForErasure' | 'erase' | 'listErased'>;
  wallets: Pick<WalletClient, 'findWallets' | 'lockWallets'>;
  forfeit: Forfeit;
  payouts: Pick<PayoutClient, 'lockOf' | 'queueShred' | 'decryptDetails'>;
  forgetResponses: ForgetResponses;
  mail: Pick<MailClient, 'queueDiscard'>;
  events: EventClient;
}) {
  const { database, clock, repository, auth, users, wallets, payouts, mail, events } = deps;

  /** Everything that is held about the user, in one state of the database. */
  function exportOf(userId: string): Promise<PersonalDataExport> {
    return database.snapshot(async (db) => {
      const data: Record<string, readonly Readonly<Record<string, unknown>>[]> = {};
      for (const section of SECTIONS) data[section] = await repository.read(db, userId, section);
      return {
        exportedAt: clock(),
        data: { ...data, payouts: (data.payouts ?? []).map(withBankDetails) },
      };
    });
  }

  function withBankDetails({ details_encrypted: encrypted, ...payout }: Readonly<Record<string, unknown>>) {
    const details = encrypted === '' ? null : payouts.decryptDetails(String(payout.id), String(encrypted));
    return {
      ...payout,
      bank_details: details && { iban: details.iban, account_holder: details.accountHolder },
    };
  }

  /**
   * Erases the caller's account: what names the person is gone, and the books keep the id. In the lock order: payouts,
   * wallets, the account.
   * @throws INVALID_CREDENTIALS, RATE_LIMITED, PAYOUT_UNDER_WAY, ACCOUNT_HAS_MONEY or LAST_ACTIVE_ADMIN.
   */
  async function erase(
    caller: AccountCaller,
    { password, forfeits }: { readonly password: string; readonly forfeits: boolean },
    address: string,
  ): Promise<void> {
    await auth.requirePassword(caller, password, address);
    const { id } = caller;
    await database.transaction(async (trx) => {
      await payouts.lockOf(trx, id);
      const owned = await wallets.lockWallets(trx, await wallets.findWallets(trx, id));
      // Read again: a payout may have been requested until the wallets were locked.
      const settled = await payouts.lockOf(trx, id);
      requireSettled(settled);
      requireForfeited(owned, forfeits);
      await users.lockForErasure(trx, id);
      await deps.forfeit(trx, owned);
      payouts.queueShred(
        trx,
        settled.map((payout) => payout.id),
      );
      await auth.erase(trx, id);
      deps.forgetResponses(trx, id);
      mail.queueDiscard(trx, [id]);
      await users.erase(trx, id);
      events.record(trx, [userErased({ actor: caller, resourceId: id })]);
    });
  }

  /** Forfeits what has become available to erased accounts since, such as cashback that was pending. */
  async function* forfeitLater(): AsyncGenerator<number> {
    let after: string | undefined;
    for (;;) {
      const ids = await users.listErased(database.db, after);
      after = ids.at(-1);
      if (after === undefined) return;
      let forfeited = 0;
      for (const id of ids) forfeited += await forfeitOf(id);
      yield forfeited;
    }
  }

  async function forfeitOf(userId: string): Promise<number> {
    const owned = await wallets.findWallets(database.db, userId);
    if (!owned.some(({ available }) => available > 0n)) return 0;
    return database.transaction(async (trx) => deps.forfeit(trx, await wallets.lockWallets(trx, owned)));
  }

  return { exportOf, erase, forfeitLater };
}
