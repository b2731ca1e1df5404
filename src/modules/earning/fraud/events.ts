import { defineEvent } from '../../platform/events/index.ts';

export const purchaseHeld = defineEvent<{ readonly rules: string }>({
  type: 'purchase.held',
  resourceType: 'purchase',
  summary: 'A purchase met a rule of trust and is held for review.',
  details: { rules: 'The names of the rules that the purchase met, separated by commas.' },
});
