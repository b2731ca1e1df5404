import Type, { type Static } from 'typebox';
import { ErrorBody } from '../../../core/http/errors.ts';
import { ItemSummary, nameOfItem, presentRefusal, summarizeItems } from '../../../core/http/items.ts';
import {
  Currency,
  Id,
  Input,
  Money,
  MoneyInput,
  minorUnits,
  requiring,
  TimestampInput,
  UserReference,
} from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Outcome } from '../../../core/outcome.ts';
import { type AcceptedPurchase, orderKeyOf, type PurchaseReport, type Reporter } from './model.ts';
import {
  ExternalIdInput,
  LinesInput,
  MAX_BATCH_ITEMS,
  OrderReferenceInput,
  PurchaseStatus,
  readLines,
} from './schemas.ts';

export const SubmissionBody = Input(
  {
    external_id: ExternalIdInput,
    user_id: Type.Optional(Id),
    user_reference: Type.Optional(UserReference),
    merchant_id: Id,
    amount: MoneyInput,
    currency: Currency,
    purchased_at: Type.Optional(
      Type.String({
        ...TimestampInput,
        description:
          'The time of the purchase. Defaults to now. May be in the past, and up to 60 seconds in the future, as clocks differ.',
      }),
    ),
    order_reference: Type.Optional(OrderReferenceInput),
    lines: LinesInput('The parts of the order. Those that are not rejected add up to `amount`.'),
  },
  {
    oneOf: [requiring('user_id'), requiring('user_reference')],
    moneyIn: { amount: 'currency', lines: { each: 'amount', currency: 'currency' } },
  },
);

/** Each item is validated separately, so that an invalid item does not affect the others. */
export const BatchBody = Type.Array(Type.Unknown(), {
  minItems: 1,
  maxItems: MAX_BATCH_ITEMS,
  description: 'A list of bodies of `POST /purchases`, as a JSON array or as NDJSON.',
  examples: [
    [
      {
        external_id: 'order-2026-000123',
        user_id: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e',
        merchant_id: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5f',
        amount: '49.90',
        currency: 'EUR',
      },
    ],
  ],
});

const Matched = Type.Boolean({
  description:
    'True if another source has reported this purchase before: the id is that of the known purchase, which is rewarded once.',
  examples: [false],
});

export const AcceptedBody = Type.Object({
  id: Id,
  status: PurchaseStatus,
  cashback_amount: Money,
  matched: Matched,
});

export const BatchResult = Type.Object({
  results: Type.Array(
    Type.Object({
      external_id: Type.Union([Type.String(), Type.Null()]),
      status: Type.Integer({ examples: [201] }),
      id: Type.Optional(Id),
      cashback_amount: Type.Optional(Money),
      matched: Type.Optional(Matched),
      error: Type.Optional(ErrorBody),
    }),
  ),
  summary: ItemSummary,
});

/** The schema guarantees one of the two names of the user. */
export function toReport(body: Static<typeof SubmissionBody>, actor: Reporter): PurchaseReport {
  const { user_id: userId, user_reference: userReference = '' } = body;
  return {
    actor,
    externalId: body.external_id,
    ...(userId === undefined ? { userReference } : { userId }),
    merchantId: body.merchant_id,
    amount: minorUnits(body.amount, body.currency),
    currency: body.currency,
    purchasedAt: body.purchased_at === undefined ? undefined : Temporal.Instant.from(body.purchased_at),
    ...(body.order_reference !== undefined && { orderKey: orderKeyOf(body.order_reference) }),
    ...(body.lines !== undefined && {
      lines: readLines(body.lines, ({ amount }) => minorUnits(amount, body.currency)),
    }),
  };
}

export function presentAccepted({ purchase, reward, matched }: AcceptedPurchase) {
  return {
    id: purchase.id,
    status: purchase.status,
    cashback_amount: formatMoney(reward.amount, reward.currency),
    matched,
  };
}

/** `items` are the items as they were sent. The result of an item without an external id has null as its external id. */
export function presentBatch(
  items: readonly unknown[],
  outcomes: readonly Outcome<AcceptedPurchase>[],
  requestId: string,
) {
  const results = outcomes.map((outcome, index) => {
    const external_id = nameOfItem(items[index], 'external_id');
    if (!outcome.ok) return { external_id, ...presentRefusal(outcome.error, requestId) };
    const { id, cashback_amount, matched } = presentAccepted(outcome.value);
    return { external_id, status: 201, id, cashback_amount, matched };
  });
  return { results, summary: summarizeItems(results) };
}
