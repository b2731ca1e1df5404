import { codeOf, type Reply, type Request } from './client.ts';
import { euros } from './operations.ts';

/** Converts an amount of the API or of PostgreSQL to cents. */
export function inCents(amount: string): number {
  return Math.round(Number(amount) * 100);
}

export function payout(
  token: string,
  cents: number,
  headers: Readonly<Record<string, string>> = {},
): Request {
  const details = { iban: 'DE89370400440532013000', account_holder: 'Erika Mustermann' };
  const body = { amount: euros(cents), currency: 'EUR', method: 'bank_transfer', details };
  return { method: 'POST', path: '/users/me/payouts', token, body, headers };
}

export function adjustment(
  adminToken: string,
  {
    userId,
    cents,
    direction,
    reason,
  }: { userId: string; cents: number; direction: 'credit' | 'debit'; reason: string },
  headers: Readonly<Record<string, string>> = {},
): Request {
  const body = { amount: euros(cents), currency: 'EUR', direction, reason };
  return { method: 'POST', path: `/users/${userId}/wallet/adjustments`, token: adminToken, body, headers };
}

/** The number of responses by status and code: `201`, `409 INSUFFICIENT_BALANCE`, `lost ECONNRESET`. */
export function tally(replies: readonly Reply[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const reply of replies) counts.set(kindOf(reply), (counts.get(kindOf(reply)) ?? 0) + 1);
  return counts;
}

export function kindOf(reply: Reply): string {
  if (reply.status === 0) return `lost ${reply.lost}`;
  const code = codeOf(reply);
  return code === undefined ? String(reply.status) : `${reply.status} ${code}`;
}

/** Returns one violation for each kind of response that is not expected. */
export function unexpected(replies: readonly Reply[], expected: readonly string[]): string[] {
  return [...tally(replies)]
    .filter(([kind]) => !expected.includes(kind))
    .map(([kind, count]) => `${count} requests got ${kind}`);
}
