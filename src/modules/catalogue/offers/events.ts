import { defineEvent } from '../../platform/events/index.ts';

export const offerCreated = defineEvent<{
  readonly merchant_id: string;
  readonly cashback_type: string;
  readonly cashback_value: number;
  readonly monthly_cap: number | null;
  readonly start_date: string;
  readonly end_date: string;
  readonly cap_refill: boolean;
  readonly continues?: string;
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
    cap_refill: '`true` if room that is freed under the cap tops up earlier purchases.',
    continues: 'The offer whose caps it continues. Absent if it has its own.',
  },
});

export const offerExtended = defineEvent<{ readonly end_date: string; readonly previous_end_date: string }>({
  type: 'offer.extended',
  resourceType: 'offer',
  summary: 'An administrator moved the last day of an offer on.',
  details: { end_date: 'The new last day.', previous_end_date: 'The last day before.' },
});

const EFFECTIVE_FROM = {
  effective_from: 'The instant from which it holds, if it is not the time of the event.',
};

export const offerActivated = defineEvent<{ readonly effective_from?: string }>({
  type: 'offer.activated',
  resourceType: 'offer',
  summary: 'An administrator activated an offer.',
  details: EFFECTIVE_FROM,
});

export const offerDeactivated = defineEvent<{ readonly effective_from?: string }>({
  type: 'offer.deactivated',
  resourceType: 'offer',
  summary: 'An administrator deactivated an offer.',
  details: EFFECTIVE_FROM,
});

/** Those that the feed shows. */
export const FEED_EVENTS = [offerCreated, offerExtended, offerActivated, offerDeactivated];
