import type { Answer } from '#app/client.ts';

export type Timeline = Answer<'/purchases/{id}/timeline', 'get'>;
export type TimelineEvent = Timeline['events'][number];
export type Allowed = Timeline['allowed'][number];
export type Action = Allowed['action'];
export type PurchaseRow = Answer<'/purchases', 'get'>['data'][number];

/** A rule that a purchase met, with what it compared. */
export type HoldReason = { readonly rule: string; readonly evidence: Readonly<Record<string, unknown>> };

export const REVERSAL_REASONS = ['returned', 'cancelled', 'declined', 'fraud', 'error'] as const;
export type ReversalReason = (typeof REVERSAL_REASONS)[number];
