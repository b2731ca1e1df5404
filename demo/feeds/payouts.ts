import { randomBytes } from 'node:crypto';
import { hasCode, type Payout, type Tokens } from '../../packages/client/src/index.ts';
import { formatMoney } from '../../src/core/money.ts';
import type { Wallet, Wallets } from './balances.ts';
import { HASHING_CONCURRENCY, mapConcurrently } from './concurrency.ts';
import { type Customers, refuseCustomer } from './customers.ts';
import type { Feed } from './feed.ts';
import { type Answer, answerOf, type Fault, type PlatformClient } from './platform-client.ts';
import { TERMS } from './programme.ts';
import type { Report } from './progress.ts';
import type { Refusal } from './refusal.ts';

export type Payouts = {
  readonly requested: number;
  readonly completed: number;
  readonly processing: number;
  readonly refusals: readonly Refusal[];
};

const STAGE = 'payouts';

const MAX_RESETS = 3;

/** The default minimum of the platform. If it is configured differently, the platform refuses smaller payouts. */
const MINIMUM = 1_000n;

/** A well-known example IBAN: its check digits are right, but no bank has issued it. */
const EXAMPLE_IBAN = 'DE89370400440532013000';

/** The customers withdraw their available balances, and the administrator completes some of the payouts. */
export async function payOut(
  client: PlatformClient,
  feed: Feed,
  customers: Customers,
  wallets: Wallets,
  report: Report,
): Promise<Payouts> {
  const withdrawals = await withdrawBalances(client, feed, customers, wallets, report);
  return { ...withdrawals, ...(await payOpenPayouts(client, customers, report)) };
}

/**
 * Every customer with enough available balance withdraws all of it. Customers were imported without a password, so each
 * one logs in like a real customer: an administrator issues a reset token, the customer sets a password with it and
 * requests the payout in the new session. The password is not stored.
 */
async function withdrawBalances(
  client: PlatformClient,
  feed: Feed,
  { userIdOf }: Customers,
  wallets: Wallets,
  report: Report,
): Promise<Pick<Payouts, 'requested' | 'refusals'>> {
  const refusals: Refusal[] = [];
  let requested = 0;
  const wealthy = [...userIdOf].flatMap(([customerId, userId]) => {
    const wallet = wallets.get(userId);
    return wallet !== undefined && wallet.available >= MINIMUM ? [{ customerId, userId, wallet }] : [];
  });
  const progress = report.begin(STAGE, wealthy.length);
  async function request({ customerId, userId, wallet }: (typeof wealthy)[number]): Promise<void> {
    const refusal = await withdraw(client, userId, customerId, wallet);
    if (refusal === undefined) requested += 1;
    else refusals.push(refuseCustomer(STAGE, feed, customerId, refusal));
    progress.advance(1);
  }

  await mapConcurrently(wealthy, request, HASHING_CONCURRENCY).finally(progress.end);
  return { requested, refusals };
}

async function withdraw(
  client: PlatformClient,
  userId: string,
  customerId: string,
  { available, paid }: Wallet,
): Promise<Fault | undefined> {
  const session = await openSession(client, userId);
  if (!session.ok) return session.error;

  const payout = await answerOf(
    client.post('/users/me/payouts', {
      headers: { authorization: `Bearer ${session.body.access_token}` },
      // The amount that was already paid distinguishes the withdrawals of one customer.
      params: { header: { 'Idempotency-Key': `withdrawal-after-${formatMoney(paid, TERMS.currency)}` } },
      body: {
        amount: formatMoney(available, TERMS.currency),
        currency: TERMS.currency,
        method: 'bank_transfer',
        details: { iban: EXAMPLE_IBAN, account_holder: `Customer ${customerId.slice(0, 40)}` },
      },
    }),
  );
  return payout.ok ? undefined : payout.error;
}

/**
 * The client repeats a request whose outcome is unknown. The first one may have used up the token, so that the repeat is
 * refused. Another token is then issued.
 */
async function openSession(client: PlatformClient, userId: string): Promise<Answer<Tokens>> {
  for (let attempt = 1; ; attempt += 1) {
    const { token } = await client.post('/users/{id}/password-reset', { params: { path: { id: userId } } });
    const body = { token, new_password: `Aa1!${randomBytes(18).toString('base64url')}` };
    const session = await answerOf(client.post('/auth/password-reset', { body }));
    const isTokenUsed = !session.ok && session.error.code === 'INVALID_RESET_TOKEN';
    if (!isTokenUsed || attempt === MAX_RESETS) return session;
  }
}

/** A third of the payouts is completed, a third processing, a third requested, by the customer's position in the feed. */
const TARGETS = ['completed', 'processing', 'requested'] as const;

/** Processes all open payouts, including those of an earlier run that was interrupted. */
async function payOpenPayouts(
  client: PlatformClient,
  { userIdOf }: Customers,
  report: Report,
): Promise<Pick<Payouts, 'completed' | 'processing'>> {
  const placeOf = new Map([...userIdOf.values()].map((userId, place) => [userId, place]));
  const counts = { completed: 0, processing: 0 };
  const open = [
    ...(await listPayouts(client, 'requested')),
    ...(await listPayouts(client, 'processing')),
  ].filter(({ user_id: userId }) => placeOf.has(userId));
  const progress = report.begin('  paying', open.length);

  async function pay({ id, user_id: userId, status }: Payout): Promise<void> {
    const target = TARGETS[(placeOf.get(userId) ?? 0) % TARGETS.length];
    const isProcessing =
      status === 'processing' ||
      (target !== 'requested' && (await movePayout(client, id, { status: 'processing' })));
    if (isProcessing && status === 'requested' && target === 'processing') counts.processing += 1;
    if (isProcessing && target === 'completed') {
      const completion = { status: 'completed', external_reference: `TRANSFER-${id}` } as const;
      if (await movePayout(client, id, completion)) counts.completed += 1;
    }
    progress.advance(1);
  }

  await mapConcurrently(open, pay).finally(progress.end);
  return counts;
}

/**
 * Moves a payout. The repeat of a request whose outcome was unknown may find it moved. Returns false if the review of its
 * owner blocks it: the payout stays where it is.
 */
async function movePayout(
  client: PlatformClient,
  id: string,
  body: { readonly status: 'processing' | 'completed'; readonly external_reference?: string },
): Promise<boolean> {
  const moved = await answerOf(client.patch('/payouts/{id}/process', { params: { path: { id } }, body }));
  if (moved.ok) return true;
  const { error, isRepeat } = moved;
  if (isRepeat && hasCode(error, 'PAYOUT_INVALID_TRANSITION') && error.details.status === body.status)
    return true;
  if (hasCode(error, 'PAYOUT_BLOCKED')) return false;
  throw error;
}

function listPayouts(client: PlatformClient, status: 'requested' | 'processing'): Promise<Payout[]> {
  return Array.fromAsync(client.list('/payouts', { params: { query: { status: [status] } } }));
}
