import Type, { type Static } from 'typebox';
import { Input, Money, MoneyOrZeroInput } from '../../../core/http/schemas.ts';

export const ExternalId = Type.String({
  minLength: 1,
  maxLength: 255,
  description:
    'Your id of the purchase, and its idempotency key. Returns 409 if the purchase exists already; it is rewarded once.',
  examples: ['order-2026-000123'],
});

/** White space around it and invisible characters do not count. */
export const ExternalIdInput = Type.String({ ...ExternalId, format: 'identifier' });

export const ExternalIdFilter = Type.String({
  minLength: 1,
  maxLength: 255,
  format: 'identifier',
  examples: ['order-2026-000123'],
});

/** Compared by letters and digits alone, without case. */
export const OrderReferenceInput = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '[\\p{L}\\p{N}]',
  mustBe: 'text with a letter or a digit',
  description:
    "The shop's own number of the order. Send it, so that an order that several sources report is rewarded once. Only letters and digits are compared, without case.",
  examples: ['#1001'],
});

export const OrderReferenceFilter = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '[\\p{L}\\p{N}]',
  mustBe: 'text with a letter or a digit',
  examples: ['#1001'],
});

export const OrderReference = Type.Union([Type.String({ examples: ['1001'] }), Type.Null()], {
  description:
    "The shop's number of the order, in lower case, letters and digits only. Null if it was not reported.",
});

/** The maximum size of a list of reports or settlements. */
export const BATCH_LIMIT_BYTES = 1024 * 1024;
export const MAX_BATCH_ITEMS = 1_000;

export const PurchaseStatus = Type.Enum(['pending', 'confirmed', 'reversed'], { examples: ['pending'] });

export const CashbackStatus = Type.Enum(['pending', 'available', 'reversed'], { examples: ['pending'] });

export const REVERSAL_REASONS = ['returned', 'cancelled', 'declined', 'fraud', 'error'] as const;

export const AwaitingRelease = Type.Boolean({
  description:
    'True if the purchase is confirmed and its reward is still pending, because a ceiling limits what becomes available on a day. The reward is released without further action.',
  examples: [false],
});

const LineId = Type.String({ minLength: 1, maxLength: 255, examples: ['sku-42'] });

const Category = Type.String({ minLength: 1, maxLength: 255, examples: ['books'] });

const LineStatus = Type.Enum(['pending', 'approved', 'rejected'], {
  description:
    'A rejected line does not count. While a line is pending, the purchase is not confirmed automatically.',
  examples: ['approved'],
});

const LineInput = Input({
  line_id: LineId,
  amount: MoneyOrZeroInput,
  category: Type.Optional(Category),
  status: LineStatus,
});

const MAX_LINES = 100;

/** Of a body or an item with lines: four fields of each line, and those of the purchase itself. */
export const MAX_FIELDS_WITH_LINES = 4 * MAX_LINES + 50;

/** The parts of an order in a request. Their reader knows the currency. */
export const LinesInput = (description: string) =>
  Type.Optional(Type.Array(LineInput, { minItems: 1, maxItems: MAX_LINES, description }));

export function readLines<Amount>(
  lines: readonly Static<typeof LineInput>[],
  amountOf: (line: Static<typeof LineInput>) => Amount,
) {
  return lines.map((one) => {
    const { line_id: lineId, category = null, status } = one;
    return { lineId, amount: amountOf(one), category, status };
  });
}

export const Line = Type.Object({
  line_id: LineId,
  amount: Money,
  category: Type.Union([Category, Type.Null()]),
  status: LineStatus,
});

export const OriginalAmount = Type.String({
  ...Money,
  description: 'The amount that was recorded first. `amount` is the present one.',
});

export const RevisionNumber = Type.Integer({
  description: 'The number of amendments. 0 for a purchase as it was recorded.',
  examples: [0],
});
