import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { api } from '#app/page-kit.ts';
import type { Move } from './words.ts';

export type MoveOrder = {
  readonly status: Move;
  readonly external_reference?: string;
  readonly reason?: string;
};

/** Changes the state of one payout. @throws ApiError such as PAYOUT_BLOCKED with every reason. */
export function movePayout(id: string, order: MoveOrder) {
  return api.patch('/payouts/{id}/process', { params: { path: { id } }, body: order });
}

/** The payout as it is now. Before a retry: throws if the change is done already, so that it happens once. */
export function readPayout(id: string) {
  return api.get('/payouts/{id}', { params: { path: { id } } });
}

/** Takes payouts for the person who asks. Each has its own result: one that is blocked stops no other. */
export function takePayouts(ids: readonly string[]) {
  return api.post('/payouts/process', { body: { ids: [...ids], status: 'processing' } });
}

/** The file for the bank, with full accounts. It stays out of every cache. */
export async function readBankFile(ids: readonly string[]): Promise<Blob> {
  const file = await api.post('/payouts/bank-file', { body: { ids: [...ids] }, parseAs: 'blob' });
  return file as unknown as Blob;
}

/** The full account of a payout that the person took. It stays out of every cache. */
export function readBankDetails(id: string) {
  return api.get('/payouts/{id}/bank-details', { params: { path: { id } } });
}

/** Reads again what shows payouts or their money. */
export function useRefreshPayouts(): () => void {
  const client: QueryClient = useQueryClient();
  return () => {
    for (const key of ['payouts', 'audit', 'reports']) void client.invalidateQueries({ queryKey: [key] });
  };
}
