import { defineEvent } from '../../platform/events/index.ts';

export const purchaseRecorded = defineEvent<{
  readonly external_id: string;
  readonly user_id: string;
  readonly amount: string;
  readonly cashback_amount: string;
  readonly currency: string;
}>({
  type: 'purchase.recorded',
  resourceType: 'purchase',
  summary: 'A purchase was recorded. Its reward is pending.',
  details: {
    external_id: 'The external id of the purchase.',
    user_id: 'The shopper.',
    amount: 'The amount of the purchase.',
    cashback_amount: 'The reward.',
    currency: 'The currency of both amounts.',
  },
});

type Settled = {
  readonly from: string;
  readonly user_id: string;
  readonly cashback_amount: string;
  readonly currency: string;
  readonly was_held?: true;
  readonly awaiting_release?: true;
  readonly release_queue?: string;
};

const SETTLED = {
  from: 'The previous status.',
  user_id: 'The shopper.',
  cashback_amount: 'The reward.',
  currency: 'The currency of the reward.',
  was_held: '`true` if the purchase was held for review. Otherwise absent.',
  awaiting_release:
    '`true` if the reward is still pending because the day had no room for it under a ceiling, or if it was until a reversal. Otherwise absent.',
  release_queue:
    'The partner whose day had no room for the reward, or the nil UUID of all other sources. Absent without `awaiting_release`.',
};

export const purchaseConfirmed = defineEvent<Settled>({
  type: 'purchase.confirmed',
  resourceType: 'purchase',
  summary: 'A purchase was confirmed. Its reward is available, or awaits its release.',
  details: SETTLED,
});

export const rewardReleased = defineEvent<{
  readonly user_id: string;
  readonly cashback_amount: string;
  readonly currency: string;
}>({
  type: 'purchase.reward_released',
  resourceType: 'purchase',
  summary: 'The reward of a confirmed purchase had to wait for room under a ceiling. It is available now.',
  details: {
    user_id: 'The shopper.',
    cashback_amount: 'The reward.',
    currency: 'The currency of the reward.',
  },
});

export const purchaseReversed = defineEvent<Settled & { readonly reason: string }>({
  type: 'purchase.reversed',
  resourceType: 'purchase',
  summary: 'A purchase was reversed. Its reward was taken back.',
  details: { ...SETTLED, reason: 'The reason of the reversal.' },
});

/** What a revision changed. */
type Revised = {
  readonly revision: number;
  readonly user_id: string;
  readonly amount_before: string;
  readonly amount: string;
  readonly cashback_amount_before: string;
  readonly cashback_amount: string;
  readonly cashback_status: string;
  readonly currency: string;
};

const REVISED = {
  revision: 'The number of the revision.',
  user_id: 'The shopper.',
  amount_before: 'The amount before.',
  amount: 'The amount after.',
  cashback_amount_before: 'The reward before.',
  cashback_amount: 'The reward after.',
  cashback_status: 'Where the reward is: `pending` or `available`.',
  currency: 'The currency of all amounts.',
};

export const purchaseAmended = defineEvent<Revised & { readonly version: string; readonly reason: string }>({
  type: 'purchase.amended',
  resourceType: 'purchase',
  summary: 'The amount of a purchase changed. Its reward followed.',
  details: {
    ...REVISED,
    version: "The source's name of its statement.",
    reason: 'Why the amount changed.',
  },
});

export const purchaseMatched = defineEvent<
  Revised & {
    readonly source: string;
    readonly external_id: string;
    readonly amount_reported: string;
    readonly reason: string;
    readonly ended_hold?: true;
  }
>({
  type: 'purchase.matched',
  resourceType: 'purchase',
  summary: 'Another source reported a known purchase. It is rewarded once.',
  details: {
    ...REVISED,
    amount: 'The amount after. It changed if the other source decides from now on.',
    source: 'The kind of the other source: `shopper`, `partner` or `admin`.',
    external_id: "The other source's id of the purchase.",
    amount_reported: 'The amount in the report of the other source.',
    reason: 'How the match was found.',
    ended_hold: '`true` if the match ended the review of the purchase. Otherwise absent.',
  },
});

export const purchaseRefilled = defineEvent<Revised & { readonly freed_by: string }>({
  type: 'purchase.refilled',
  resourceType: 'purchase',
  summary: 'Room was freed under a cap that had cut the reward of a purchase. The reward was topped up.',
  details: {
    ...REVISED,
    amount: 'The amount after. It is that of before.',
    freed_by: 'The purchase that freed the room.',
  },
});

export const statementKept = defineEvent<{
  readonly statement: string;
  readonly amount?: string;
  readonly currency?: string;
}>({
  type: 'purchase.statement_kept',
  resourceType: 'purchase',
  summary:
    'A source that does not decide about a purchase made a statement. It is evidence and changes nothing.',
  details: {
    statement: 'The statement: `confirmed`, `reversed` or `amended`.',
    amount: 'The amount of an amendment. Otherwise absent.',
    currency: 'The currency of the amount. Absent without it.',
  },
});

export const purchaseReleased = defineEvent({
  type: 'purchase.released',
  resourceType: 'purchase',
  summary: 'An administrator ended the review of a purchase. It stays pending.',
  details: {},
});

/** Those that the feed shows. */
export const FEED_EVENTS = [
  purchaseRecorded,
  purchaseReleased,
  purchaseConfirmed,
  rewardReleased,
  purchaseReversed,
  purchaseAmended,
  purchaseMatched,
  purchaseRefilled,
];
