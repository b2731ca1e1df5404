import { formatMoney, minorDigits } from '../../src/core/money.ts';
import { runSql } from './database.ts';
import { payoutBody } from './payouts-builders.ts';
import type { Answer, ContractPlatform, Person } from './platform.ts';

/** Makes so much available to a user, in minor units. More than 1000.00 in parts, each of which one administrator may credit. */
export async function fundWallet(
  { api, admin, config }: Pick<ContractPlatform, 'api' | 'admin' | 'config'>,
  userId: string,
  amount: bigint,
  currency: string = config.supportedCurrencies[0],
): Promise<void> {
  const largest = 1_000n * 10n ** BigInt(minorDigits(currency));
  for (let left = amount; left > 0n; left -= largest) {
    const body = {
      amount: formatMoney(left < largest ? left : largest, currency),
      currency,
      direction: 'credit',
      reason: 'Something to begin with.',
    };
    const answer = await api('POST', `/users/${userId}/wallet/adjustments`, { token: admin.token, body });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  }
}

/** Somebody with money, and the ways to get it out as a test says it. */
export async function openPayoutDesk(platform: ContractPlatform, available = 100_00n, currency?: string) {
  const { api, admin } = platform;
  const user = await platform.registerUser();
  if (available > 0n) await fundWallet(platform, user.id, available, currency);

  const request = (
    fields: Record<string, unknown> = {},
    options: { readonly key?: string; readonly person?: Person } = {},
  ): Promise<Answer> =>
    api('POST', '/users/me/payouts', {
      token: (options.person ?? user).token,
      body: payoutBody({ ...(currency !== undefined && { currency }), ...fields }),
      ...(options.key !== undefined && { headers: { 'idempotency-key': options.key } }),
    });

  async function requested(fields: Record<string, unknown> = {}): Promise<string> {
    const answer = await request(fields);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.id;
  }

  const process = (id: string, body: Record<string, unknown>, token = admin.token) =>
    api('PATCH', `/payouts/${id}/process`, { token, body });

  const cancel = (id: string, token = user.token) => api('POST', `/users/me/payouts/${id}/cancel`, { token });

  /** `pending / available / paid`, as the wallet's row holds them. */
  async function balances(): Promise<string> {
    const [row] = await rows(`select pending, available, paid from wallets
      where user_id = '${user.id}' and currency = '${currency ?? platform.config.supportedCurrencies[0]}'`);
    return row === undefined ? 'none' : `${row.pending} / ${row.available} / ${row.paid}`;
  }

  /** The journal but for the first money, oldest first: `payout available>paid 10.0000`. */
  async function journal(): Promise<string[]> {
    const entries = await rows(`select type, from_bucket, to_bucket, amount from wallet_entries
      where wallet_id in (select id from wallets where user_id = '${user.id}') and type <> 'adjustment'
      order by sequence`);
    return entries.map((entry) => `${entry.type} ${entry.from_bucket}>${entry.to_bucket} ${entry.amount}`);
  }

  /** `action amount currency` of every audit record about this user's payouts, oldest first. */
  async function audited(): Promise<string[]> {
    const logs = await rows(`select action, actor_type, details from audit_logs
      where resource_type = 'payout' and resource_id in (select id from payouts where user_id = '${user.id}')
      order by id`);
    return logs.map((log) => {
      const { amount = '', currency: of = '' } = log.details as Record<string, string>;
      return `${log.action} ${log.actor_type} ${amount} ${of}`.trim();
    });
  }

  const rows = (statement: string) => runSql(platform.database.url, statement);

  return { user, request, requested, process, cancel, balances, journal, audited, rows };
}
