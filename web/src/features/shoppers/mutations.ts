import { useQueryClient } from '@tanstack/react-query';
import { api } from '#app/page-kit.ts';

export type Adjusting = {
  readonly amount: string;
  readonly currency: string;
  readonly direction: 'credit' | 'debit';
  readonly reason: string;
};

/** @param key the `Idempotency-Key` of the review: a repeat moves nothing again. */
export function adjustWallet(id: string, body: Adjusting, key: string) {
  return api.post('/users/{id}/wallet/adjustments', {
    params: { path: { id }, header: { 'Idempotency-Key': key } },
    body,
  });
}

export function setStatus(id: string, status: 'active' | 'inactive') {
  return api.patch('/users/{id}/status', { params: { path: { id } }, body: { status } });
}

export function createPasswordLink(id: string) {
  return api.post('/users/{id}/password-reset', { params: { path: { id } } });
}

/** Reads again what shows accounts and wallets. */
export function useRefreshShoppers(): () => void {
  const client = useQueryClient();
  return () => {
    for (const key of ['users', 'wallets', 'adjustments', 'reports', 'audit', 'purchases'])
      void client.invalidateQueries({ queryKey: [key] });
  };
}
