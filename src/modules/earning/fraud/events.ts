import { defineEvent } from '../../platform/events/index.ts';

export const purchaseHeld = defineEvent<{ readonly rules: string }>({
  type: 'purchase.held',
  resourceType: 'purchase',
  summary: 'A purchase met a rule of trust and is held for review.',
  details: { rules: 'The names of the rules that the purchase met, separated by commas.' },
});

type CeilingFacts = {
  readonly max_amount: string | null;
  readonly max_reward: string | null;
  readonly daily_pending: string | null;
  readonly daily_released: string | null;
};

export const ceilingChanged = defineEvent<{
  readonly scope: string;
  readonly scope_id: string | null;
  readonly currency: string;
  readonly before: CeilingFacts | null;
  readonly after: CeilingFacts | null;
}>({
  type: 'ceiling.changed',
  resourceType: 'ceiling',
  summary: 'An administrator set or removed a ceiling.',
  details: {
    scope: '`platform`, `partner` or `merchant`.',
    scope_id: 'The partner or merchant. Null for the platform.',
    currency: 'The currency of the limits.',
    before: 'The previous limits. Null if there was no ceiling.',
    after: 'The new limits. Null if the ceiling was removed.',
  },
});

/** Those that the feed shows. */
export const FEED_EVENTS = [purchaseHeld];
