import { useQueryClient } from '@tanstack/react-query';
import type { CreateOfferInput } from '#app/client.ts';
import { api } from '#app/page-kit.ts';

export function createOffer(body: CreateOfferInput) {
  return api.post('/offers', { body });
}

/** Moves the last day. Shoppers keep what they have used of the limit. */
export function changeEnd(id: string, endDate: string) {
  return api.patch('/offers/{id}', { params: { path: { id } }, body: { end_date: endDate } });
}

export function switchOffer(id: string, status: 'active' | 'inactive') {
  return api.patch('/offers/{id}/status', { params: { path: { id } }, body: { status } });
}

/** Reads again what shows offers. */
export function useRefreshOffers(): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all(['offers', 'merchants', 'audit'].map((key) => client.invalidateQueries({ queryKey: [key] })));
}
