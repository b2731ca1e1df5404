import { api } from '#app/page-kit.ts';
import type { ReversalReason } from './model.ts';

/** The most purchases that one request decides about. */
export const MOST_AT_ONCE = 100;

export type BulkAction = 'confirm' | 'reverse';

/** Decides about several purchases. Each has a result of its own. */
export function settleAll(ids: readonly string[], action: BulkAction, reason: ReversalReason | undefined) {
  return api.post('/purchases/settlements', {
    body: ids.map((purchase_id) => ({ purchase_id, action, ...(action === 'reverse' && { reason }) })),
  });
}

export type BulkResult = Awaited<ReturnType<typeof settleAll>>;
