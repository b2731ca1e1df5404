import { useQueryClient } from '@tanstack/react-query';
import { api } from '#app/page-kit.ts';

export function approveAdjustment(id: string) {
  return api.post('/adjustments/{id}/approval', { params: { path: { id } } });
}

export function rejectAdjustment(id: string, reason: string) {
  return api.post('/adjustments/{id}/rejection', { params: { path: { id } }, body: { reason } });
}

/** Reads again what shows adjustments or the wallets that they change. */
export function useRefreshAdjustments(): () => void {
  const client = useQueryClient();
  return () => {
    for (const key of ['adjustments', 'users', 'wallets', 'reports', 'audit'])
      void client.invalidateQueries({ queryKey: [key] });
  };
}
