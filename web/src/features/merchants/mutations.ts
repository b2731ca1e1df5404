import { useQueryClient } from '@tanstack/react-query';
import type { CreateMerchantInput } from '#app/client.ts';
import { api } from '#app/page-kit.ts';

/** Adds a merchant, or changes the one with this id. */
export function saveMerchant(id: string | undefined, body: CreateMerchantInput) {
  return id === undefined
    ? api.post('/merchants', { body })
    : api.patch('/merchants/{id}', { params: { path: { id } }, body });
}

export function setMerchantStatus(id: string, status: 'active' | 'inactive') {
  return api.patch('/merchants/{id}/status', { params: { path: { id } }, body: { status } });
}

/** Reads again what shows merchants. */
export function useRefreshMerchants(): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all(['merchants', 'audit'].map((key) => client.invalidateQueries({ queryKey: [key] })));
}
