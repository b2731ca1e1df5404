import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { minimum as lesser } from '../../../core/money.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { WalletOwner } from '../wallets/index.ts';
import type { Allowance, AllowanceBlock, PayoutLimits } from './model.ts';
import { requireSupportedCurrency, startOfMonth } from './policies.ts';
import type { PayoutRepository } from './repository.ts';

/** What a user may have paid out, before a request asks for it. The request decides again, under its locks. */
export function payoutAllowance(deps: {
  database: Database;
  clock: Clock;
  repository: Pick<PayoutRepository, 'findUse' | 'findLastAccount'>;
  users: Pick<UserClient, 'findProven'>;
  needsEmailProof: boolean;
  supportedCurrencies: readonly string[];
  limits: PayoutLimits;
}) {
  const { database, clock, repository, users } = deps;

  /** @throws UNSUPPORTED_CURRENCY. */
  return async function getAllowance(owner: WalletOwner): Promise<Allowance> {
    requireSupportedCurrency(owner, deps.supportedCurrencies);
    const { db } = database;
    const [use, lastAccount, proven] = await Promise.all([
      repository.findUse(db, owner, startOfMonth(clock())),
      repository.findLastAccount(db, owner.userId),
      deps.needsEmailProof ? users.findProven(db, [owner.userId]) : undefined,
    ]);
    const isProven = proven === undefined || proven.has(owner.userId);
    return { ...allowanceOf({ ...use, currency: owner.currency, isProven }, deps.limits), lastAccount };
  };
}

/** @param facts `used`: the sum of this month's payouts, without refunded ones. Minor units. */
export function allowanceOf(
  facts: {
    readonly currency: string;
    readonly available: bigint;
    readonly used: bigint;
    readonly isProven: boolean;
  },
  limits: PayoutLimits,
): Omit<Allowance, 'lastAccount'> {
  const { currency, available, used, isProven } = facts;
  const minimum = limits.minimum.get(currency);
  const monthlyLimit = limits.monthly.get(currency);
  if (minimum === undefined || monthlyLimit === undefined)
    throw new Error(`${currency} has no payout limits`);

  const leftThisMonth = used < monthlyLimit ? monthlyLimit - used : 0n;
  const blocks: Readonly<Record<AllowanceBlock, boolean>> = {
    email_unverified: !isProven,
    owes: available < 0n,
    below_minimum: available >= 0n && (available < minimum || available === 0n),
    monthly_limit: leftThisMonth < minimum || leftThisMonth === 0n,
  };
  const blockedBy = (Object.keys(blocks) as AllowanceBlock[]).filter((block) => blocks[block]);
  const maximum = blockedBy.length === 0 ? lesser(available, leftThisMonth) : 0n;
  return { currency, minimum, monthlyLimit, leftThisMonth, available, maximum, blockedBy };
}
