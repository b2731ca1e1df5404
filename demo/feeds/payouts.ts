import { randomBytes } from 'node:crypto';
import { formatMoney } from '../../src/core/money.ts';
import type { Wallet, Wallets } from './balances.ts';
import { HASHING_CONCURRENCY, mapConcurrently } from './concurrency.ts';
import { type Customers, refuseCustomer } from './customers.ts';
import { DemoError } from './demo-error.ts';
import type { Feed } from './feed.ts';
import { type Answer, type ApiError, type PlatformClient, refusalSentence } from './platform-client.ts';
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
): Promise<ApiError | undefined> {
  const session = await openSession(client, userId);
  if (!session.ok) return session.error;

  const payout = await client.trySendFor(
    {
      accessToken: session.body.access_token,
      // The amount that was already paid distinguishes the withdrawals of one customer.
      idempotencyKey: `withdrawal-after-${formatMoney(paid, TERMS.currency)}`,
    },
    'POST',
    '/users/me/payouts',
    {
      amount: formatMoney(available, TERMS.currency),
      currency: TERMS.currency,
      method: 'bank_transfer',
      details: { iban: EXAMPLE_IBAN, account_holder: `Customer ${customerId.slice(0, 40)}` },
    },
  );
  return payout.ok ? undefined : payout.error;
}

/**
 * The client repeats a request whose outcome is unknown. The first one may have used up the token, so that the repeat is
 * refused. Another token is then issued.
 */
async function openSession(
  client: PlatformClient,
  userId: string,
): Promise<Answer<{ readonly access_token: string }>> {
  for (let attempt = 1; ; attempt += 1) {
    const { token } = await client.send<{ token: string }>('POST', `/users/${userId}/password-reset`);
    const session = await client.trySendFor<{ access_token: string }>({}, 'POST', '/auth/password-reset', {
      token,
      new_password: `Aa1!${randomBytes(18).toString('base64url')}`,
    });
    const isTokenUsed = !session.ok && session.error.code === 'INVALID_RESET_TOKEN';
    if (!isTokenUsed || attempt === MAX_RESETS) return session;
  }
}

type OpenPayout = { readonly id: string; readonly user_id: string; readonly status: string };

type PayoutPage = {
  readonly data: readonly OpenPayout[];
  readonly pagination: { readonly next_cursor: string | null };
};

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

  async function pay({ id, user_id: userId, status }: OpenPayout): Promise<void> {
    const target = TARGETS[(placeOf.get(userId) ?? 0) % TARGETS.length];
    const isProcessing =
      status === 'processing' ||
      (target !== 'requested' && (await movePayout(client, id, { status: 'processing' })));
    if (isProcessing && status === 'requested' && target === 'processing') counts.processing += 1;
    if (isProcessing && target === 'completed') {
      const completion = { status: 'completed', external_reference: `TRANSFER-${id}` };
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
  body: { readonly status: string; readonly external_reference?: string },
): Promise<boolean> {
  const path = `/payouts/${id}/process`;
  const moved = await client.trySend('PATCH', path, body);
  if (moved.ok || (moved.isRepeat && moved.error.details.status === body.status)) return true;
  if (moved.error.code === 'PAYOUT_BLOCKED') return false;
  throw new DemoError(refusalSentence('PATCH', path, moved.error));
}

async function listPayouts(client: PlatformClient, status: string): Promise<OpenPayout[]> {
  const payouts: OpenPayout[] = [];
  const query = `/payouts?status=${status}&limit=100`;
  let page = await client.send<PayoutPage>('GET', query);
  payouts.push(...page.data);
  while (page.pagination.next_cursor !== null) {
    page = await client.send<PayoutPage>('GET', `${query}&cursor=${page.pagination.next_cursor}`);
    payouts.push(...page.data);
  }
  return payouts;
}
