import Type, { type Static } from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { ErrorBody } from '../../../core/http/errors.ts';
import { ItemSummary, nameOfItem, presentRefusal, summarizeItems } from '../../../core/http/items.ts';
import { Id, Input, Money, MoneyOrZeroInput, requiring, Timestamp } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Outcome } from '../../../core/outcome.ts';
import {
  type Amendment,
  isAwaitingRelease,
  type Purchase,
  type Reporter,
  type ReversalReason,
  type RewardedPurchase,
  type Settlement,
} from './model.ts';
import {
  AwaitingRelease,
  CashbackStatus,
  ExternalIdInput,
  LinesInput,
  MAX_BATCH_ITEMS,
  OriginalAmount,
  PurchaseStatus,
  REVERSAL_REASONS,
  RevisionNumber,
  readLines,
} from './schemas.ts';

export const ReversalBody = Input({
  reason: Type.Optional(
    Type.Enum(REVERSAL_REASONS, { description: 'The reason of a reversal. Defaults to `returned`.' }),
  ),
});

const amendment = {
  amount: Type.Optional(
    Type.Unsafe<string | number>({
      ...MoneyOrZeroInput,
      description:
        'The new amount of the purchase, in its currency. Zero if all of it was returned. Send this or `lines`.',
    }),
  ),
  lines: LinesInput('The parts of the order. Those that are not rejected add up to the new amount.'),
  version: Type.String({
    minLength: 1,
    maxLength: 255,
    description:
      'Your name for this statement about the purchase. A repeat returns the original answer. Returns 409 if a repeat has other content.',
    examples: ['return-2026-000123'],
  }),
};

const AmendmentReason = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: '^\\S(.*\\S)?$',
  mustBe: 'one line without white space at its ends',
  description: 'Why the amount changed.',
  examples: ['one of two books returned'],
});

export const MatchBody = Input({
  purchase_id: Type.String({ ...Id, description: 'The other purchase. It must be pending and is reversed.' }),
  reason: Type.String({
    ...AmendmentReason,
    description: 'Why the two are one order.',
    examples: ['the shopper sent the receipt'],
  }),
});

export const AmendmentBody = Input(
  { ...amendment, reason: AmendmentReason },
  { oneOf: [requiring('amount'), requiring('lines')] },
);

const isAmendment = { properties: { action: { const: 'amend' } } };

export const SettlementItem = Input(
  {
    external_id: Type.Optional(
      Type.String({
        ...ExternalIdInput,
        description: 'The id under which you reported the purchase. Send either this or `purchase_id`.',
      }),
    ),
    purchase_id: Type.Optional(Id),
    merchant_id: Type.Optional(
      Type.String({
        ...Id,
        description: 'The merchant of an `external_id`. Required if your external ids are per merchant.',
      }),
    ),
    action: Type.Enum(['confirm', 'reverse', 'amend']),
    reason: Type.Optional(
      Type.String({
        ...AmendmentReason,
        description: `Of a reversal, one of ${REVERSAL_REASONS.join(', ')}; defaults to \`returned\`. Of an amendment, why the amount changed.`,
        examples: ['returned'],
      }),
    ),
    amount: amendment.amount,
    lines: amendment.lines,
    version: Type.Optional(amendment.version),
  },
  {
    oneOf: [requiring('external_id'), requiring('purchase_id')],
    dependentSchemas: {
      reason: { properties: { action: { enum: ['reverse', 'amend'] } } },
      merchant_id: requiring('external_id'),
      amount: isAmendment,
      lines: isAmendment,
      version: isAmendment,
    },
    allOf: [
      {
        if: { properties: { action: { const: 'reverse' } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { properties: { reason: { enum: REVERSAL_REASONS } } },
      },
      {
        if: isAmendment,
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: {
          ...requiring('reason', 'version'),
          oneOf: [requiring('amount'), requiring('lines')],
        },
      },
    ],
  },
);

/** Each item is validated separately, so that an invalid item does not affect the others. */
export const SettlementsBody = Type.Array(Type.Unknown(), {
  minItems: 1,
  maxItems: MAX_BATCH_ITEMS,
  description:
    'A list of settlements, as a JSON array or as NDJSON. Each names its purchase by `purchase_id` or `external_id`.',
  examples: [
    [
      { external_id: 'order-2026-000123', action: 'confirm' },
      { external_id: 'order-2026-000124', action: 'reverse', reason: 'returned' },
      {
        external_id: 'order-2026-000125',
        action: 'amend',
        amount: '29.90',
        reason: 'one of two books returned',
        version: 'return-2026-000125',
      },
    ],
  ],
});

export const SettlementsResult = Type.Object({
  results: Type.Array(
    Type.Object({
      external_id: Type.Union([Type.String(), Type.Null()]),
      purchase_id: Type.Union([Type.String(), Type.Null()]),
      status: Type.Integer({ examples: [200] }),
      purchase_status: Type.Optional(PurchaseStatus),
      awaiting_release: Type.Optional(AwaitingRelease),
      cashback_amount: Type.Optional(Money),
      error: Type.Optional(ErrorBody),
    }),
  ),
  summary: ItemSummary,
});

export const ConfirmationBody = Type.Object({
  id: Id,
  user_id: Id,
  merchant_id: Id,
  status: PurchaseStatus,
  awaiting_release: AwaitingRelease,
  amount: Money,
  cashback_amount: Money,
  confirmed_at: Timestamp,
});

export const ReleasedBody = Type.Object({
  id: Id,
  status: PurchaseStatus,
  held: Type.Boolean({ examples: [false] }),
});

export const ReversedBody = Type.Object({
  id: Id,
  status: PurchaseStatus,
  cashback_amount: Type.String({ description: 'The remaining reward: always zero.', examples: ['0.00'] }),
});

/** The schema guarantees one of the two ids, and the fields that the action needs. */
export function toSettlement(body: Static<typeof SettlementItem>, actor: Reporter): Settlement {
  const { external_id: externalId = '', merchant_id: merchantId, purchase_id, action } = body;
  const { reason = 'returned' } = body;
  const ofExternalId = { externalId, ...(merchantId !== undefined && { merchantId }) };
  const reference = purchase_id === undefined ? ofExternalId : { purchaseId: purchase_id };
  switch (action) {
    case 'confirm':
      return { actor, ...reference, to: 'confirmed' };
    case 'reverse':
      return { actor, ...reference, to: 'reversed', reason: reason as ReversalReason };
    case 'amend':
      return {
        actor,
        ...reference,
        to: 'amended',
        amendment: toAmendment({ ...body, reason, version: body.version ?? '' }),
      };
  }
}

export function toAmendment(
  body: Pick<Static<typeof AmendmentBody>, 'amount' | 'lines' | 'reason' | 'version'>,
): Amendment {
  const { amount = 0, lines, reason, version } = body;
  if (lines === undefined) return { statement: { amount }, reason, version };
  return { statement: { lines: readLines(lines, ({ amount }) => amount) }, reason, version };
}

/** `items` are the items as they were sent. The result of a refused item has the ids that were sent. */
export function presentSettlements(
  items: readonly unknown[],
  outcomes: readonly Outcome<RewardedPurchase>[],
  requestId: string,
) {
  const results = outcomes.map((outcome, index) => {
    const external_id = nameOfItem(items[index], 'external_id');
    const purchase_id = nameOfItem(items[index], 'purchase_id');
    if (!outcome.ok) return { external_id, purchase_id, ...presentRefusal(outcome.error, requestId) };
    const { purchase, reward } = outcome.value;
    const cashback = purchase.status === 'reversed' ? 0n : reward.amount;
    return {
      external_id: purchase.externalId,
      purchase_id: purchase.id,
      status: 200,
      purchase_status: purchase.status,
      awaiting_release: isAwaitingRelease(purchase),
      cashback_amount: formatMoney(cashback, reward.currency),
    };
  });
  return { results, summary: summarizeItems(results) };
}

export function presentConfirmation({ purchase, reward }: RewardedPurchase) {
  return {
    id: purchase.id,
    user_id: purchase.userId,
    merchant_id: purchase.merchantId,
    status: purchase.status,
    awaiting_release: isAwaitingRelease(purchase),
    amount: formatMoney(purchase.amount, purchase.currency),
    cashback_amount: formatMoney(reward.amount, reward.currency),
    confirmed_at: formatInstant(purchase.confirmedAt ?? purchase.createdAt),
  };
}

export const AmendedBody = Type.Object({
  id: Id,
  amount: Money,
  original_amount: OriginalAmount,
  cashback_amount: Money,
  cashback_status: CashbackStatus,
  revision: RevisionNumber,
});

export function presentAmended({ purchase, reward }: RewardedPurchase) {
  const money = (amount: bigint) => formatMoney(amount, purchase.currency);
  return {
    id: purchase.id,
    amount: money(purchase.amount),
    original_amount: money(purchase.originalAmount),
    cashback_amount: money(reward.amount),
    cashback_status: reward.status,
    revision: purchase.revision,
  };
}

export function presentRelease({ id, status, held }: Purchase) {
  return { id, status, held };
}

export function presentReversal({ purchase }: RewardedPurchase) {
  return { id: purchase.id, status: purchase.status, cashback_amount: formatMoney(0n, purchase.currency) };
}
