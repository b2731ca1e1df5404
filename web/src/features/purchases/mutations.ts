import { hasCode } from '#app/client.ts';
import { api } from '#app/page-kit.ts';
import type { Action, ReversalReason, Timeline } from './model.ts';

/** Sends one decision about a purchase. */
export async function settle(id: string, action: Action, reason: ReversalReason | undefined): Promise<void> {
  const params = { path: { id } };
  if (action === 'confirm') await api.post('/purchases/{id}/confirmation', { params });
  else if (action === 'release') await api.post('/purchases/{id}/release', { params });
  else await api.post('/purchases/{id}/reverse', { params, body: reason === undefined ? {} : { reason } });
}

/** Whether the platform refused because of the purchase's present state. */
export function isStateConflict(error: unknown): boolean {
  return (
    hasCode(error, 'PURCHASE_NOT_PENDING') ||
    hasCode(error, 'PURCHASE_ALREADY_REVERSED') ||
    hasCode(error, 'PURCHASE_NOT_HELD') ||
    hasCode(error, 'PURCHASE_ON_HOLD')
  );
}

/** Whether a decision made on the first timeline would meet another state now. */
export function hasChanged({ purchase }: Timeline, { purchase: now }: Timeline): boolean {
  return purchase.status !== now.status || purchase.held !== now.held || purchase.revision !== now.revision;
}
