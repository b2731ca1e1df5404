import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CalendarDate, Currency, Id, Money, Timestamp } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import { formatTermsValue } from '../../catalogue/offers/index.ts';
import { ACTIONS, BLOCKERS, type Covered, type Entry, type TimelineEvent } from './model.ts';
import { SHOPPER_KINDS } from './policies.ts';
import type { Timeline } from './service.ts';

const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const Bucket = Type.Enum(['platform', 'pending', 'available', 'paid']);

const PurchaseStatus = Type.Enum(['pending', 'confirmed', 'reversed'], { examples: ['pending'] });

const OwnTimelinePurchase = Type.Object({
  id: Id,
  merchant_name: Type.String({ examples: ['Corner Books'] }),
  amount: Money,
  original_amount: Money,
  currency: Currency,
  status: PurchaseStatus,
  purchased_at: Timestamp,
  created_at: Timestamp,
  confirmed_at: nullable(Timestamp),
  reversed_at: nullable(Timestamp),
  reversal_reason: nullable(Type.String({ examples: ['returned'] })),
});

const TimelinePurchase = Type.Object({
  ...OwnTimelinePurchase.properties,
  external_id: Type.String({ examples: ['order-2026-000123'] }),
  order_reference: nullable(Type.String({ examples: ['1001'] })),
  user_id: Id,
  user_email: Type.String({ examples: ['alice@example.com'] }),
  merchant_id: Id,
  offer_id: Id,
  partner_id: nullable(Id),
  partner_name: nullable(Type.String({ examples: ['Northwind Network'] })),
  revision: Type.Integer({ examples: [0] }),
  held: Type.Boolean(),
  awaiting_release: Type.Boolean(),
});

const ExplainedReward = Type.Object({
  type: Type.Enum(['percent', 'fixed'], { examples: ['percent'] }),
  value: Type.Number({ description: 'Percent, or an amount for each purchase.', examples: [2.5] }),
  exact: Type.String({
    description: 'The reward before rounding and caps.',
    examples: ['2.3675'],
  }),
  uncapped_amount: Type.String({
    ...Money,
    description: 'The rounded reward, at most the purchase, before the cap.',
  }),
  limited_by: nullable(Type.Enum(['purchase_amount', 'monthly_cap'])),
  monthly_cap: nullable(Money),
  cap_month: nullable(
    Type.String({ ...CalendarDate, description: 'The first day of the month whose cap counts.' }),
  ),
  amount: Money,
  status: Type.Enum(['pending', 'available', 'reversed'], { examples: ['pending'] }),
  reproduced: Type.Boolean({
    description: 'False if the stored reward is not what its terms make of the amount: a fault of the books.',
  }),
  explanation: Type.String({
    description: 'The same in English sentences.',
    examples: [
      'Fresh Basket gave 2.5 % on 2026-11-26. 2.5 % of 94.70 EUR is 2.3675 EUR, rounded: 2.37 EUR. The reward is 2.37 EUR.',
    ],
  }),
});

const ConfirmsOn = nullable(
  Type.String({
    ...CalendarDate,
    description: 'The day (UTC) of the automatic confirmation. Null if none is to come.',
  }),
);

const CoveringPayout = Type.Object({
  id: Id,
  covered_amount: Type.String({
    ...Money,
    description: 'The part of the reward in this payout: first in, first out.',
  }),
  status: Type.String({ examples: ['completed'] }),
  settled_at: nullable(Timestamp),
});

const JournalEntry = Type.Object({
  sequence: Type.Integer({ examples: [41] }),
  from: Bucket,
  to: Bucket,
  amount: Money,
  pending_after: Money,
  available_after: Money,
  paid_after: Money,
});

const IsLate = Type.Boolean({ description: 'True if the cashback takes longer than usual.' });

export const TimelineBody = Type.Object({
  purchase: TimelinePurchase,
  reward: ExplainedReward,
  next: Type.Object({
    confirms_on: ConfirmsOn,
    blocked_by: Type.Array(Type.Enum(BLOCKERS), {
      description: 'The reasons that keep the reward from becoming available automatically.',
    }),
    is_late: IsLate,
  }),
  sources: Type.Array(
    Type.Object({
      source: Type.Enum(['shopper', 'partner', 'admin']),
      partner_id: nullable(Id),
      external_id: Type.String(),
      amount: Money,
      reported_at: Timestamp,
    }),
    { description: 'Other sources that have reported the purchase.' },
  ),
  events: Type.Array(
    Type.Object({
      at: Timestamp,
      kind: Type.String({
        description:
          'The event without `purchase.`, or `entry` for a further journal entry of the event before.',
        examples: ['recorded'],
      }),
      actor: Type.Object({
        type: Type.Enum(['user', 'admin', 'partner', 'system'], { examples: ['partner'] }),
        id: nullable(Id),
        label: Type.String({
          description: 'An email address or the name of a partner.',
          examples: ['Northwind Network'],
        }),
      }),
      reason: nullable(Type.String({ examples: ['returned'] })),
      evidence: Type.Unsafe<unknown>({
        description: 'The reasons of a hold, otherwise the details of the event.',
        examples: [{ amount: '94.70' }],
      }),
      entry: nullable(JournalEntry),
      request_id: nullable(Type.String()),
    }),
  ),
  payouts: Type.Array(CoveringPayout),
  allowed: Type.Array(
    Type.Object({
      action: Type.Enum(ACTIONS, { examples: ['confirm'] }),
      pending_after: Money,
      available_after: Money,
    }),
    { description: 'The actions that are possible now, with the balances after them.' },
  ),
});

export const OwnTimelineBody = Type.Object({
  purchase: OwnTimelinePurchase,
  reward: ExplainedReward,
  next: Type.Object({ confirms_on: ConfirmsOn, is_late: IsLate }),
  events: Type.Array(Type.Object({ at: Timestamp, kind: Type.String({ examples: ['recorded'] }) })),
  payouts: Type.Array(CoveringPayout),
});

export function presentTimeline(timeline: Timeline) {
  const { facts, next, witnesses, events, payouts, allowed } = timeline;
  const money = (minor: bigint) => formatMoney(minor, facts.currency);
  return {
    purchase: {
      ...ownPurchase(timeline),
      external_id: facts.externalId,
      order_reference: facts.orderKey,
      user_id: facts.userId,
      user_email: facts.userEmail,
      merchant_id: facts.merchantId,
      offer_id: facts.offerId,
      partner_id: facts.partnerId,
      partner_name: facts.partnerName,
      revision: facts.revision,
      held: facts.held,
      awaiting_release: facts.isAwaitingRelease,
    },
    reward: explainedReward(timeline),
    next: { confirms_on: next.confirmsOn, blocked_by: [...next.blockedBy], is_late: next.isLate },
    sources: witnesses.map(({ kind, partnerId, externalId, amount, reportedAt }) => ({
      source: kind,
      partner_id: partnerId,
      external_id: externalId,
      amount: money(amount),
      reported_at: formatInstant(reportedAt),
    })),
    events: events.map((event) => presentEvent(event, money)),
    payouts: payouts.map((payout) => presentCovered(payout, money)),
    allowed: allowed.map(({ action, pendingAfter, availableAfter }) => ({
      action,
      pending_after: money(pendingAfter),
      available_after: money(availableAfter),
    })),
  };
}

/** Without staff, reviews, evidence and the numbers of the journal. */
export function presentOwnTimeline(timeline: Timeline) {
  const { facts, next, events, payouts } = timeline;
  return {
    purchase: ownPurchase(timeline),
    reward: explainedReward(timeline),
    // A day that is over is no promise.
    next: { confirms_on: next.isLate ? null : next.confirmsOn, is_late: next.isLate },
    events: events
      .filter(({ kind }) => SHOPPER_KINDS.has(kind))
      .map(({ at, kind }) => ({ at: formatInstant(at), kind })),
    payouts: payouts.map((payout) => presentCovered(payout, (minor) => formatMoney(minor, facts.currency))),
  };
}

function ownPurchase({ facts, amount }: Timeline) {
  return {
    id: facts.id,
    merchant_name: facts.merchantName,
    amount: formatMoney(amount, facts.currency),
    original_amount: formatMoney(facts.originalAmount, facts.currency),
    currency: facts.currency,
    status: facts.status,
    purchased_at: formatInstant(facts.purchasedAt),
    created_at: formatInstant(facts.createdAt),
    confirmed_at: facts.confirmedAt && formatInstant(facts.confirmedAt),
    reversed_at: facts.reversedAt && formatInstant(facts.reversedAt),
    reversal_reason: facts.reversalReason,
  };
}

function explainedReward({ reward, explanation }: Timeline) {
  const { terms, capMonth, currency } = reward;
  return {
    type: terms.type,
    value: Number(formatTermsValue(terms)),
    exact: explanation.exact,
    uncapped_amount: formatMoney(explanation.uncappedAmount, currency),
    limited_by: explanation.limitedBy,
    monthly_cap: terms.monthlyCap === null ? null : formatMoney(terms.monthlyCap, currency),
    cap_month: capMonth,
    amount: formatMoney(reward.amount, currency),
    status: explanation.status,
    reproduced: explanation.isReproduced,
    explanation: explanation.text,
  };
}

function presentEvent(
  { at, kind, actor, reason, evidence, entry, requestId }: TimelineEvent,
  money: Formatter,
) {
  return {
    at: formatInstant(at),
    kind,
    actor: { ...actor },
    reason,
    evidence,
    entry: entry && presentEntry(entry, money),
    request_id: requestId,
  };
}

function presentEntry(entry: Entry, money: Formatter) {
  return {
    sequence: Number(entry.sequence),
    from: entry.from,
    to: entry.to,
    amount: money(entry.amount),
    pending_after: money(entry.pendingAfter),
    available_after: money(entry.availableAfter),
    paid_after: money(entry.paidAfter),
  };
}

function presentCovered({ id, coveredAmount, status, settledAt }: Covered, money: Formatter) {
  return {
    id,
    covered_amount: money(coveredAmount),
    status,
    settled_at: settledAt && formatInstant(settledAt),
  };
}

type Formatter = (minor: bigint) => string;
