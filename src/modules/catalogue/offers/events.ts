import { defineEvent } from '../../platform/events/index.ts';

export const offerCreated = defineEvent<{
  readonly merchant_id: string;
  readonly cashback_type: string;
  readonly cashback_value: number;
  readonly monthly_cap: number | null;
  readonly start_date: string;
  readonly end_date: string;
}>({
  type: 'offer.created',
  resourceType: 'offer',
  summary: 'An administrator created an offer.',
  details: {
    merchant_id: 'The merchant.',
    cashback_type: '`percent` or `fixed`.',
    cashback_value: 'The percentage or the amount.',
    monthly_cap: 'The most that a user can earn in a calendar month. Null if there is no cap.',
    start_date: 'The first day.',
    end_date: 'The last day.',
  },
});

export const offerActivated = defineEvent({
  type: 'offer.activated',
  resourceType: 'offer',
  summary: 'An administrator activated an offer.',
  details: {},
});

export const offerDeactivated = defineEvent({
  type: 'offer.deactivated',
  resourceType: 'offer',
  summary: 'An administrator deactivated an offer.',
  details: {},
});
