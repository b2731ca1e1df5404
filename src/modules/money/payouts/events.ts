import { defineEvent } from '../../platform/events/index.ts';

export const payoutRequested = defineEvent<{
  readonly user_id: string;
  readonly amount: string;
  readonly currency: string;
}>({
  type: 'payout.requested',
  resourceType: 'payout',
  summary: 'A user requested a payout. The amount left the available balance.',
  details: { user_id: 'The owner.', amount: 'The amount.', currency: 'Its currency.' },
});

type Moved = {
  readonly from: string;
  readonly user_id: string;
  readonly amount: string;
  readonly currency: string;
};

const MOVED = {
  from: 'The previous status.',
  user_id: 'The owner.',
  amount: 'The amount.',
  currency: 'Its currency.',
};

export const payoutProcessing = defineEvent<Moved>({
  type: 'payout.processing',
  resourceType: 'payout',
  summary: 'An administrator began to pay a payout.',
  details: MOVED,
});

export const payoutCompleted = defineEvent<Moved>({
  type: 'payout.completed',
  resourceType: 'payout',
  summary: 'A payout was completed: the amount was paid.',
  details: MOVED,
});

export const payoutReturned = defineEvent<Moved>({
  type: 'payout.returned',
  resourceType: 'payout',
  summary: 'The bank sent a completed payout back. The amount is available again.',
  details: MOVED,
});

export const payoutFailed = defineEvent<Moved>({
  type: 'payout.failed',
  resourceType: 'payout',
  summary: 'A payout failed. The amount is available again.',
  details: MOVED,
});

export const payoutCancelled = defineEvent<Moved>({
  type: 'payout.cancelled',
  resourceType: 'payout',
  summary: 'The owner cancelled a payout. The amount is available again.',
  details: MOVED,
});

export const bankDetailsRevealed = defineEvent({
  type: 'payout.bank_details_revealed',
  resourceType: 'payout',
  summary: 'An administrator read the full bank details of a payout.',
  details: {},
});

/** Those that the feed shows. */
export const FEED_EVENTS = [
  payoutRequested,
  payoutProcessing,
  payoutCompleted,
  payoutFailed,
  payoutCancelled,
  payoutReturned,
];
