import type { QueryClient } from '@tanstack/react-query';
import { api } from '#app/api.ts';
import { normalizeIban } from '#lib/iban.ts';
import type { ReviewedDraft } from './draft.ts';
import type { Withdrawal } from './queries.ts';

/** What shows money of the shopper. */
const SHOWN = [
  'wallets',
  'forecast',
  'withdrawals',
  'payout-policy',
  'movements',
  'own-purchases',
  'own-purchase',
];

/** Sends a reviewed withdrawal. Repeated with the same key, it happens only once. */
export function requestWithdrawal({ amount, currency, account, key }: ReviewedDraft): Promise<Withdrawal> {
  return api.post('/users/me/payouts', {
    params: { header: { 'Idempotency-Key': key } },
    body: {
      amount,
      currency,
      method: 'bank_transfer',
      details:
        account.kind === 'last'
          ? { from_payout_id: account.payoutId }
          : { iban: normalizeIban(account.iban), account_holder: account.holder },
    },
  });
}

/** Cancels it unless that has happened, so a retry after a lost answer succeeds. */
export async function cancelWithdrawal(id: string): Promise<Withdrawal> {
  const params = { path: { id } };
  const present = await api.get('/users/me/payouts/{id}', { params });
  return present.status === 'cancelled' ? present : api.post('/users/me/payouts/{id}/cancel', { params });
}

/** After the platform has answered, never before: money is not shown optimistically. */
export async function refreshMoney(client: QueryClient, withdrawal: Withdrawal): Promise<void> {
  client.setQueryData(['withdrawals', withdrawal.id], withdrawal);
  await Promise.all(SHOWN.map((first) => client.invalidateQueries({ queryKey: [first] })));
}
