import { defineEvent } from '../../platform/events/index.ts';

const FACTS = {
  name: 'The name.',
  default_cashback_percentage: 'The default cashback percentage.',
  confirmation_days: 'Days until auto-confirmation. Null means the default of the platform.',
  active: 'Whether the merchant is active.',
};

type Facts = {
  readonly name?: string;
  readonly default_cashback_percentage?: number;
  readonly confirmation_days?: number | null;
  readonly active?: boolean;
};

export const merchantCreated = defineEvent<Facts>({
  type: 'merchant.created',
  resourceType: 'merchant',
  summary: 'An administrator created a merchant.',
  details: FACTS,
});

/** The details are the fields that the request contained, with their new values. */
export const merchantChanged = defineEvent<Facts>({
  type: 'merchant.changed',
  resourceType: 'merchant',
  summary: 'An administrator changed a merchant. The details are the fields that were set.',
  details: FACTS,
});

/** Those that the feed shows. */
export const FEED_EVENTS = [merchantCreated, merchantChanged];
